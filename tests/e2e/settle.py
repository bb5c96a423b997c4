#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Conflicts, verdict and decision between real programs: sample 14 from the conflict of fire and
urban management to the signature, a ruling, a decision for nobody who has time, and conditions; gates
that the approver waives.

usage: settle.py BUILD
"""
import sys

import office
from desk import refused, write
from office import expect, expect_equal

LANE = """result: conditional
items:
- severity: must
  rule_id: FI-01
  matter: fire
  place: L1
  defect: L1 拓宽后净宽 4.5 m
  demand: 须保留拓宽后的L1车道4.5m,不得缩窄
  basis: GB 50016 7.1.8
  closing: 竣工图 A03
  close_by: 2020-03-31
"""
GREEN_REFUSED = """result: disagree
items:
- severity: must
  rule_id: UM-01
  matter: greening
  place: L1 东侧绿地
  defect: 占用绿地310m2,砍伐3株
  demand: 拓宽车道减少绿地310m2且砍伐3株,未办占绿和砍伐审批
  basis: 重庆市城市园林绿化条例 31
"""
GREEN_AGREED = """result: conditional
items:
- severity: must
  rule_id: UM-01
  matter: greening
  place: L1 东侧绿地
  defect: 占用绿地310m2,砍伐3株
  demand: 屋顶与宅间补绿330m2,办理占绿、砍伐审批后实施
  basis: 重庆市城市园林绿化条例 31
  closing: 审批文件
"""


def contradict(place):
    """Submits sample 14; everybody answers as in the sample. Returns its number."""
    proposal = place.submit(office.sample(14))
    lane = write(place, "lane.yaml", LANE)
    green = write(place, "green.yaml", GREEN_REFUSED)
    for department in ("planning", "utilities"):
        place.done("opine", f"{proposal}/1/{department}", "--result", "agree", account=department)
    place.done("opine", f"{proposal}/1/fire", "--file", lane, account="fire")
    place.done("opine", f"{proposal}/1/urban_management", "--file", green,
               account="urban_management")
    return proposal


def running(shown):
    """The clocks of the whole that run."""
    return [clock["kind"] for clock in shown["clocks"] if not clock.get("endedAt")]


def listed(place, proposal):
    """The line of the proposal in the list."""
    return next(line for line in place.done("list").splitlines() if proposal in line)


def sample_14(place):
    """Fire and urban management contradict; after coordination the verdict is conditional."""
    proposal = contradict(place)
    found = place.json("conflicts", proposal)["conflicts"]
    expect_equal("the conflicts", [(row["number"], row["state"], row["pair"],
                                    row["one"]["department"], row["other"]["department"])
                                   for row in found],
                 [(1, "proposed", "lane_or_green", "fire", "urban_management")])
    shown = place.json("show", proposal)
    expect_equal("the status", shown["status"], "in_review")
    expect_equal("whose turn it is", running(shown), ["total", "coordination"])
    expect("the coordination" in listed(place, proposal), "list does not say whose turn it is")
    result = refused(place, "NO_VERDICT_YET", "verdict", proposal)
    expect("conflict 1 (fire, urban_management)" in result.stderr, f"said {result.stderr!r}")
    refused(place, "NO_VERDICT_YET", "decide", proposal, "--sign", account="approver")

    # The meeting of 15 July: both agree, and urban management gives its opinion anew.
    refused(place, "NOT_ALLOWED", "conflicts", proposal, "--confirm", "1", account="fire")
    refused(place, "CONFLICT_NOT_CONFIRMED", "rule", proposal, "1", "--agreed", "--reason", "x",
            account="office")
    place.done("conflicts", proposal, "--confirm", "1", account="office")
    refused(place, "DOCUMENT_NUMBER_MISSING", "rule", proposal, "1", "--agreed", "--reason", "x",
            account="office")
    place.done("opine", f"{proposal}/1/urban_management", "--file",
               write(place, "agreed.yaml", GREEN_AGREED), account="urban_management")
    place.done("rule", proposal, "1", "--agreed", "--reason", "协调一致：补绿330m2",
               account="office")

    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("the outcome", verdict["outcome"], "conditional")
    expect_equal("recomputed", verdict["recomputedHash"], verdict["verdictHash"])
    urban = next(row for row in verdict["opinions"] if row["department"] == "urban_management")
    expect_equal("the opinion", urban["result"], "conditional")
    expect_equal("the earlier", [(row["result"], row["items"][0]["demand"])
                                 for row in urban["earlier"]],
                 [("disagree", "拓宽车道减少绿地310m2且砍伐3株,未办占绿和砍伐审批")])
    conflict = verdict["conflicts"][0]
    expect_equal("the conflict", (conflict["id"], conflict["state"], conflict["ruling"],
                                  conflict["itemIds"], conflict["title"]["en"]),
                 ("1", "agreed", "协调一致：补绿330m2",
                  [f"{proposal}/1/fire#1", f"{proposal}/1/urban_management#1"],
                  "A wider fire lane and the green and trees beside it"))
    expect_equal("the conditions", [(row["name"], row["department"], row["closing"])
                                    for row in verdict["conditions"]],
                 [("fire#1", "fire", "竣工图 A03"),
                  ("urban_management#1", "urban_management", "审批文件")])
    expect_equal("the matrix", [(row["matter"], row["musts"]) for row in verdict["matrix"]],
                 [("fire", [0, 1, 0, 0]), ("greening", [0, 0, 0, 1])])
    expect_equal("waivers", verdict["waivers"], [])
    for words in ("意见协调与裁定", "协调后变更意见", "原意见", "须落实事项（条件）", "事项与部门"):
        expect(words in place.done("verdict", proposal, language="zh"), f"no {words} in the sheet")
    sign(place, proposal, verdict["verdictHash"])


def sign(place, proposal, verdict_hash):
    """The approver signs, the conditions are closed, and that is the end."""
    expect_equal("waiting", place.run("wait", proposal, "--for", "end", "--timeout", "0").returncode,
                 3)
    refused(place, "NOT_ALLOWED", "decide", proposal, "--sign", account="office")
    expect_equal("whose turn it is", running(place.json("show", proposal)),
                 ["decision", "condition"])
    place.done("decide", proposal, "--sign", account="approver")
    shown = place.json("show", proposal)
    expect_equal("whose turn it is", running(shown), ["condition"])
    expect_equal("the status", (shown["status"], shown["decision"]["kind"],
                                shown["decision"]["decidedBy"]),
                 ("approved", "signed", "person:approver"))
    place.done("wait", proposal, "--for", "end", "--timeout", "5")
    refused(place, "PROPOSAL_ENDED", "decide", proposal, "--reject", "x", account="approver")

    register = place.done("conditions", proposal)
    expect("overdue" in register, f"a date that passed is not shown: {register}")
    refused(place, "NOT_YOUR_CONDITION", "conditions", proposal, "--close", "fire#1", "--evidence",
            "x", account="urban_management")
    place.done("conditions", proposal, "--close", "fire#1", "--evidence", "竣工图 A03 v2",
               account="fire")
    expect_equal("whose turn it is", running(place.json("show", proposal)), [])
    rows = place.json("conditions", proposal)["conditions"]
    expect_equal("closed", [(row["name"], row["closedBy"]) for row in rows],
                 [("fire#1", "person:fire"), ("urban_management#1", "")])
    again = place.json("verdict", proposal, "--recompute")
    expect_equal("the verdict", (again["verdictHash"], again["recomputedHash"]),
                 (verdict_hash, verdict_hash))


def ruling(place):
    """Without an agreement the lead rules; the overruled department acknowledges."""
    proposal = contradict(place)
    place.done("conflicts", proposal, "--confirm", "1", account="office")
    refused(place, "REASON_MISSING", "rule", proposal, "1", "--for", "fire", account="office")
    place.done("rule", proposal, "1", "--for", "fire", "--reason", "生命通道优先", account="office")
    refused(place, "NOT_OVERRULED", "conflicts", proposal, "--acknowledge", "1", account="fire")
    place.done("conflicts", proposal, "--acknowledge", "1", account="urban_management")
    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("the outcome", verdict["outcome"], "conditional")
    expect_equal("recomputed", verdict["recomputedHash"], verdict["verdictHash"])
    urban = next(row for row in verdict["opinions"] if row["department"] == "urban_management")
    expect_equal("the opinion", (urban["result"], urban["countsAs"], len(urban["items"])),
                 ("disagree", "agree", 1))
    side = verdict["conflicts"][0]["sides"][1]
    expect_equal("the overruled", (side["overruled"], side["acknowledgedBy"]),
                 (True, "person:urban_management"))
    refused(place, "REASON_MISSING", "decide", proposal, "--send-back", "", account="approver")
    place.done("decide", proposal, "--send-back", "补充资金来源", account="approver")
    shown = place.json("show", proposal)
    expect_equal("sent back", (shown["status"], shown["outcome"]), ("concluded", "returned"))
    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("the decision", (verdict["decision"]["kind"], verdict["decision"]["outcome"]),
                 ("sent_back", "conditional"))
    next_round(place, proposal, verdict)


def next_round(place, proposal, first):
    """What was sent back is revised: the conflict, the ruling and the decision stay with round 1."""
    lines = "".join(f"- {{item: '{item['id']}', answer: adopted}}\n"
                    for opinion in first["opinions"] for item in opinion["items"])
    place.done("revise", proposal, office.sample(14), "--reply",
               write(place, "reply.yaml", f"items:\n{lines}"), account="street")
    shown = place.json("show", proposal)
    expect_equal("the second round", (shown["round"], shown["status"], shown["conflicts"]),
                 (2, "in_review", []))
    expect_equal("asked", [row["department"] for row in shown["reviews"]
                           if not row["carriedForward"]], ["fire", "urban_management"])
    for department in ("fire", "urban_management"):
        place.done("opine", f"{proposal}/2/{department}", "--result", "agree", "--close",
                   f"{proposal}/1/{department}#1", account=department)
    second = place.json("verdict", proposal, "--recompute")
    expect_equal("the second", (second["round"], second["outcome"], second["conflicts"],
                                second["recomputedHash"]),
                 (2, "passed", [], second["verdictHash"]))
    again = place.json("verdict", proposal, "--round", "1", "--recompute")
    expect_equal("the first", again, first)
    place.done("decide", proposal, "--sign", account="approver")
    refused(place, "PROPOSAL_ENDED", "revise", proposal, office.sample(14), account="street")


def restated_after_a_slip(place):
    """An opinion that was put right and then given anew keeps each of its versions."""
    proposal = place.submit(office.sample(14))
    review = f"{proposal}/1/urban_management"
    green = write(place, "green.yaml", GREEN_REFUSED)
    place.done("opine", review, "--result", "agree", account="urban_management")
    place.done("opine", review, "--rectify", "--reason", "结果误选", "--file", green,
               account="urban_management")
    for department in ("planning", "utilities"):
        place.done("opine", f"{proposal}/1/{department}", "--result", "agree", account=department)
    place.done("opine", f"{proposal}/1/fire", "--file", write(place, "lane.yaml", LANE),
               account="fire")
    expect_equal("found in what was put right", len(place.json("conflicts", proposal)["conflicts"]),
                 1)
    place.done("conflicts", proposal, "--confirm", "1", account="office")
    refused(place, "CONSOLIDATION_OPEN", "opine", review, "--rectify", "--reason", "再改", "--file",
            green, account="urban_management")
    place.done("opine", review, "--file", write(place, "agreed.yaml", GREEN_AGREED),
               account="urban_management")
    place.done("rule", proposal, "1", "--agreed", "--reason", "协调一致", account="office")
    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("recomputed", verdict["recomputedHash"], verdict["verdictHash"])
    urban = next(row for row in verdict["opinions"] if row["department"] == "urban_management")
    expect_equal("before", [(row["result"], len(row["items"])) for row in urban["earlier"]],
                 [("disagree", 1)])
    expect_equal("put right", [row["reason"] for row in urban["rectifications"]], ["结果误选"])


def dismissed(place):
    """What is none is dismissed, and the verdict is what it would have been."""
    proposal = contradict(place)
    place.done("conflicts", proposal, "--merge", "fire#1", "urban_management#1", account="office")
    place.done("conflicts", proposal, "--dismiss", "1", "--reason", "两处不在一地",
               account="office")
    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("the outcome", verdict["outcome"], "returned")
    expect_equal("merged", [(row["itemId"], row["merged"], row["byOffice"])
                            for row in verdict["duplicates"]],
                 [(f"{proposal}/1/fire#1", [f"{proposal}/1/urban_management#1"], True)])
    refused(place, "VERDICT_RETURNS", "decide", proposal, "--sign", account="approver")
    refused(place, "NOT_OVERDUE", "decide", proposal, "--for", "fire", "--result", "agree",
            "--reason", "x", account="approver")
    place.done("decide", proposal, "--reject", "方案不可行", account="approver")
    shown = place.json("show", proposal)
    expect_equal("rejected", (shown["status"], shown["outcome"]), ("rejected", "rejected"))
    place.done("wait", proposal, "--for", "end", "--timeout", "5")


# ---- waivers -----------------------------------------------------------------------------------------

REASON = "异议已转入信访程序"
PAPER = "渝领〔2026〕3号"
DRAWINGS, LONG_BYTES = 8, 62 * 1024  # in sample 1; the title of each, half a packet in all


def sample_with(place, number, old, new):
    """Writes sample @number with @new for @old; returns the path."""
    with open(office.sample(number), encoding="utf-8") as file:
        text = file.read()
    expect(old in text, f"sample {number} has no {old}")
    return write(place, "waived.yaml", text.replace(old, new))


def request(place, proposal, rule):
    return place.json("waive", proposal, rule, "--reason", REASON, "--document", PAPER)


def everybody_agrees(place, proposal, number):
    for department in office.DEPARTMENTS:
        place.done("opine", f"{proposal}/{number}/{department}", "--result", "agree",
                   account=department)


def several_gates(place):
    """Sample 15 fails three gates: one by one they are waived, and what it lacks is asked for."""
    proposal = place.submit(office.sample(15), status=1)
    texts = ("--reason", REASON, "--document", PAPER)
    for rule, code in (("GATE-D4", "GATE_NOT_WAIVABLE"), ("GATE-D1V", "GATE_NOT_WAIVABLE"),
                       ("GATE-D3", "GATE_NOT_FAILED"), ("GATE-M1", "UNKNOWN_RULE")):
        refused(place, code, "waive", proposal, rule, *texts)
    refused(place, "NOT_ALLOWED", "waive", proposal, "GATE-D1", *texts, account="street")
    refused(place, "REASON_MISSING", "waive", proposal, "GATE-D1", "--reason", "", "--document", "x")
    refused(place, "DOCUMENT_NUMBER_MISSING", "waive", proposal, "GATE-D1", "--reason", "x",
            "--document", "")
    for words in (("--grant", "--refuse", "x"), ("--grant", "--reason", "x"), ("--reason", "x")):
        place.done("waive", proposal, "GATE-D1", *words, status=2)

    expect_equal("asked", request(place, proposal, "GATE-D1"),
                 {"proposalId": proposal, "ruleId": "GATE-D1", "state": "asked",
                  "status": "gate_failed"})
    refused(place, "WAIVER_ALREADY_ASKED", "waive", proposal, "GATE-D1", *texts)
    refused(place, "NOT_ALLOWED", "waive", proposal, "GATE-D1", "--grant", account="office")
    refused(place, "REASON_MISSING", "waive", proposal, "GATE-D1", "--refuse", "")
    place.done("waive", proposal, "GATE-D1", "--refuse", "先补做入户征询")
    expect("GATE-D1  waiver refused  先补做入户征询" in place.done("show", proposal), "not shown")
    refused(place, "NO_WAIVER_ASKED", "waive", proposal, "GATE-D1", "--grant")
    for rule in ("GATE-D1", "GATE-D2"):
        request(place, proposal, rule)
        place.done("waive", proposal, rule, "--grant")
    refused(place, "GATE_ALREADY_WAIVED", "waive", proposal, "GATE-D1", *texts)
    shown = place.json("show", proposal)
    expect_equal("what stands in the way", (shown["status"], [gate["ruleId"] for gate
                                                              in shown["failedGates"]]),
                 ("gate_failed", ["GATE-D5"]))
    request(place, proposal, "GATE-D5")
    granted = place.done("waive", proposal, "GATE-D5", "--grant")
    expect("gate.illegal_structures_removal_deadline" in granted, f"printed {granted!r}")
    shown = place.json("show", proposal)
    expect_equal("the correction", (shown["status"], shown["failedGates"],
                                    [(row["ruleId"], row["state"]) for row in shown["waivers"]]),
                 ("incomplete", [], [("GATE-D1", "granted"), ("GATE-D2", "granted"),
                                     ("GATE-D5", "granted")]))
    place.done("revise", proposal, sample_with(place, 15, "removal_deadline: null",
                                               "removal_deadline: 2026-06-01"), account="street")
    printed(place, proposal)


def printed(place, proposal):
    """The waivers hold for the next packet, and stand in the verdict and in each of its forms."""
    everybody_agrees(place, proposal, 1)
    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("recomputed", verdict["recomputedHash"], verdict["verdictHash"])
    expect_equal("the waivers", [(row["ruleId"], row["reason"], row["document"], row["askedBy"],
                                  row["grantedBy"]) for row in verdict["waivers"]],
                 [(rule, REASON, PAPER, "person:office", "person:approver")
                  for rule in ("GATE-D1", "GATE-D2", "GATE-D5")])
    expect_equal("no gate is an item", [row["ruleId"] for row in verdict["officeItems"]
                                        if row["ruleId"].startswith("GATE-D")], [])
    for language, words in (("zh", ("豁免的准入条件", "GATE-D5", PAPER)),
                            ("en", ("Gates that were waived", "GATE-D5", REASON))):
        text = place.done("verdict", proposal, language=language)
        for word in words:
            expect(word in text, f"no {word} in the sheet")


def waived_in_the_second_round(place):
    """A gate that only the revised packet fails is waived then: the first verdict has no waiver."""
    proposal = place.submit(office.sample(1))
    for department in office.DEPARTMENTS:
        words = (("--file", write(place, "green.yaml", GREEN_REFUSED))
                 if department == "urban_management" else ("--result", "agree"))
        place.done("opine", f"{proposal}/1/{department}", *words, account=department)
    first = place.json("verdict", proposal, "--recompute")
    expect_equal("the first", (first["outcome"], first["waivers"]), ("returned", []))
    item = f"{proposal}/1/urban_management#1"
    reply = write(place, "reply.yaml", f"items:\n- {{item: '{item}', answer: adopted}}\n")
    objected = sample_with(place, 1, "open_objections: 0", "open_objections: 5")
    place.done("revise", proposal, objected, "--reply", reply, account="street", status=1)
    request(place, proposal, "GATE-D2")
    granted = place.json("waive", proposal, "GATE-D2", "--grant")
    expect_equal("granted", (granted["state"], granted["status"]), ("granted", "in_review"))
    shown = place.json("show", proposal)
    expect_equal("the second round", (shown["round"], shown["answered"][0]["answer"]),
                 (2, "adopted"))
    asked = [row["department"] for row in shown["reviews"] if not row["carriedForward"]]
    for department in asked:
        place.done("opine", f"{proposal}/2/{department}", "--result", "agree",
                   *(("--close", item) if department == "urban_management" else ()),
                   account=department)
    second = place.json("verdict", proposal, "--recompute")
    expect_equal("the second", (second["outcome"], [row["ruleId"] for row in second["waivers"]],
                                second["recomputedHash"]),
                 ("passed", ["GATE-D2"], second["verdictHash"]))
    expect_equal("the first again", place.json("verdict", proposal, "--round", "1", "--recompute"),
                 first)


def large(place):
    """A packet of nearly the largest size goes on by a waiver as it would by a submission."""
    with open(office.sample(1), encoding="utf-8") as file:
        text = file.read().replace("open_objections: 0", "open_objections: 5")
    words = " title: "
    expect_equal("the drawings", text.count(words), DRAWINGS)
    path = write(place, "large.yaml", text.replace(words, words + "x" * LONG_BYTES))
    proposal = place.submit(path, status=1)
    request(place, proposal, "GATE-D2")
    expect_equal("the status", place.json("waive", proposal, "GATE-D2", "--grant")["status"],
                 "in_review")


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[4], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        place.start()
        for department in office.DEPARTMENTS:
            place.programs[department].stop()
        cases.run("sample 14: a conflict, coordination, a signature", sample_14, place)
        cases.run("a ruling, and what is sent back", ruling, place)
        cases.run("what was put right and then restated", restated_after_a_slip, place)
        cases.run("what is dismissed, merged and rejected", dismissed, place)
        cases.run("sample 15: gates that are waived one by one", several_gates, place)
        cases.run("a gate waived in the second round", waived_in_the_second_round, place)
        cases.run("a large packet that is waived", large, place)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
