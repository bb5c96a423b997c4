#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All samples, from the machine check to the verdict, against tests/data/expected.

usage: samples.py BUILD
"""
import base64
import json
import os
import re
import signal
import sys

import office
import simple_yaml
from office import expect, expect_equal

COUNT = 15
BLOCKS = ("gate", "construction", "planning", "fire", "urban_management", "water", "power", "gas",
          "telecom")
VERDICT_SECONDS = 60
UNITS = ("construction", "water", "power", "gas", "telecom")
VERDICT_FIELDS = ("proposalId", "round", "packetHash", "process", "outcome", "opinions",
                  "officeItems", "conflicts", "waivers")
OPINION_FIELDS = ("department", "result", "carriedForward", "dispatchedAt", "receivedAt", "dueAt",
                  "givenAt", "givenBy", "countedDays", "realDays", "parts", "items")
ITEM_FIELDS = ("id", "ruleId", "matter", "place", "defect", "demand", "basis", "severity")
# What S12 lacks (rules GA-02 and GA-05), as S01 has it.
S12_ADDED = {"main_to_building_m": "1.3", "gas_to_sewer_m": "1.4"}


def expected(number):
    folder = os.path.join(office.ROOT, "tests", "data", "expected")
    return simple_yaml.read(os.path.join(folder, f"{number:02d}.yaml"))


def rule_name(finding):
    element = finding.get("element", "")
    return f"{finding['ruleId']}[{element}]" if element else finding["ruleId"]


def rules_in(findings, state):
    return sorted(rule_name(finding) for finding in findings if finding["state"] == state)


# ---- huishen check -----------------------------------------------------------------------------------


def blocks_of(report):
    """Returns the nine blocks by name: owners of a department count as blocks of their own."""
    blocks = {"gate": report["gate"]}
    for entry in report["departments"]:
        blocks[entry.get("owner") or entry["department"]] = entry
    return blocks


def check(place, number):
    report = place.json("check", office.sample(number))
    blocks = blocks_of(report)
    wanted = expected(number)
    expect_equal("the blocks", sorted(blocks), sorted(BLOCKS))
    for name, want in wanted["checks"].items():
        block = blocks[name]
        counts = {key: want["counts"][key] for key in ("passed", "failed", "unknown")}
        counts["notApplicable"] = want["counts"]["not_applicable"]
        expect_equal(f"{name}: suggested", block["suggested"], want["suggested"])
        expect_equal(f"{name}: counts", block["counts"], counts)
        for state in ("failed", "unknown"):
            expect_equal(f"{name}: {state}", rules_in(block["findings"], state),
                         sorted(want[state]))
    expect_equal("the missing fields", sorted(field["path"] for field in report["missing"]),
                 sorted(wanted["outcome"].get("missing", [])))


# ---- submit ------------------------------------------------------------------------------------------


def submit_refused(place, number, want):
    """A packet that fails a gate or lacks something is on record, and all of it is told at once."""
    result = place.run("submit", office.sample(number), account="street")
    expect_equal("the exit status", result.returncode, 1)
    proposal = result.stdout.strip()
    expect(re.fullmatch(r"[A-Z0-9]+-\d{4}-\d{4,}", proposal), f"no number: {result.stdout!r}")
    code = "GATE_FAILED" if want["result"] == "gate_failed" else "INCOMPLETE"
    first = result.stderr.splitlines()[0]
    expect(re.fullmatch(rf"refused: {code}: .+", first), f"said {first!r}")
    told = [line.split()[0].rstrip(":") for line in result.stderr.splitlines()[1:]]
    expect_equal("the list on standard error", sorted(told),
                 sorted(want.get("failed_gates", []) + want.get("missing", [])))

    record = place.json("show", proposal)
    expect_equal("the status", record["status"], want["result"])
    expect_equal("the failed gates", sorted(rule_name(gate) for gate in record["failedGates"]),
                 sorted(want.get("failed_gates", [])))
    expect_equal("the missing fields", sorted(field["path"] for field in record["missing"]),
                 sorted(want.get("missing", [])))
    expect_equal("the reviews", record["reviews"], [])
    code = "NO_VERDICT" if code == "GATE_FAILED" else "NO_VERDICT_YET"
    result = place.run("verdict", proposal)
    expect_equal("verdict: the exit status", result.returncode, 1)
    expect(result.stderr.startswith(f"refused: {code}: "), f"verdict said {result.stderr!r}")
    return proposal


def expected_rules(number, department):
    """Returns the failed rules of a department, its owners' together."""
    owners = {"utilities": ("water", "power", "gas", "telecom")}.get(department, (department,))
    return sorted(rule for owner in owners for rule in expected(number)["checks"][owner]["failed"])


def expect_fields(what, record, fields):
    expect_equal(f"{what}: fields that are not there",
                 [field for field in fields if field not in record], [])


def check_opinion(number, proposal, opinion):
    department = opinion["department"]
    want = expected(number)["outcome"]["opinions"]
    expect_fields(f"the opinion of {department}", opinion, OPINION_FIELDS)
    expect_equal(f"{department}: result", opinion["result"], want[department])
    expect_equal(f"{department}: by rules", opinion["givenBy"]["byRules"], True)
    expect_equal(f"{department}: a person", opinion["givenBy"]["person"], "")
    for field in ("dispatchedAt", "receivedAt", "givenAt"):
        expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+08:00", opinion[field] or ""),
               f"{department}: {field} is {opinion[field]!r}")
    expect_equal(f"{department}: rules of the items",
                 sorted({item["ruleId"] for item in opinion["items"]}),
                 sorted({rule.split("[")[0] for rule in expected_rules(number, department)}))
    expect_equal(f"{department}: number of items", len(opinion["items"]),
                 len(expected_rules(number, department)))
    for index, item in enumerate(opinion["items"], 1):
        expect_fields(f"item {index} of {department}", item, ITEM_FIELDS)
        expect_equal(f"item {index}: id", item["id"],
                     f"{proposal}/{opinion_round(opinion)}/{department}#{index}")
        if item["severity"] == "must":
            expect(item["basis"], f"{item['id']} has no basis")


def opinion_round(opinion):
    """The samples of this test are in their first round unless an opinion says otherwise."""
    return opinion.get("round", 1)


def submit_reviewed(place, number, want):
    told = place.json("submit", office.sample(number), "--wait", VERDICT_SECONDS, account="street")
    expect_equal("what submit --wait tells", (told["status"], told["outcome"]),
                 ("concluded", want["result"]))
    proposal = told["proposalId"]
    place.done("wait", proposal, "--for", "verdict", "--timeout", VERDICT_SECONDS)
    verdict = place.json("verdict", proposal, "--recompute")
    expect_fields("the verdict", verdict, VERDICT_FIELDS)
    sheet = place.done("verdict", proposal, language="zh")
    if any(item["matter"] == "fire" for opinion in verdict["opinions"] for item in opinion["items"]):
        expect(re.search("事项 +消防系统$", sheet, re.M), "the sheet has no word for the matter")
    for whole in (verdict["packetHash"], verdict["verdictHash"], "燃气权属单位"):
        expect(whole in sheet, f"the sheet has no {whole} in one line")
    expect_fields("the process", verdict["process"], ("id", "version", "hash"))
    expect_equal("the proposal", verdict["proposalId"], proposal)
    expect_equal("the round", verdict["round"], 1)
    expect_equal("the process", verdict["process"]["id"], want["process"])
    expect_equal("the outcome", verdict["outcome"], want["result"])
    expect_equal("the departments", sorted(o["department"] for o in verdict["opinions"]),
                 sorted(want["opinions"]))
    for opinion in verdict["opinions"]:
        check_opinion(number, proposal, opinion)
    expect_equal("the office's items", sorted(item["ruleId"] for item in verdict["officeItems"]),
                 sorted(want["office_items"]))
    expect(verdict["verdictHash"], "the verdict has no hash")
    expect(re.search(rf"台账条目 +{verdict['seq']}$", sheet, re.M), "the sheet names no entry")
    expect_equal("the recomputed hash", verdict["recomputedHash"], verdict["verdictHash"])

    text = place.done("verdict", proposal)
    expect(proposal in text, "the sheet does not name its proposal")
    record = place.json("show", proposal)
    expect_equal("show: reviews", sorted(review["department"] for review in record["reviews"]),
                 sorted(want["opinions"]))
    for review in record["reviews"]:
        expect_equal("show: the review's id", review["reviewId"],
                     f"{proposal}/1/{review['department']}")
        expect_equal(f"show: state of {review['reviewId']}", review["state"], "closed")
    return proposal


def submit(place, number, proposals):
    want = expected(number)["outcome"]
    is_refused = want["result"] in ("gate_failed", "incomplete")
    proposals[number] = (submit_refused if is_refused else submit_reviewed)(place, number, want)


# ---- what follows ------------------------------------------------------------------------------------


def completed_sample(place):
    """Returns a file of the packet that lacked two fields, with them."""
    with open(office.sample(12), encoding="utf-8") as file:
        text = file.read()
    for field, figure in S12_ADDED.items():
        text, count = re.subn(rf"^(\s*{field}):\s*null\s*$", rf"\1: {figure}", text, flags=re.M)
        expect_equal(f"{field} in the sample", count, 1)
    path = place.path("run", "revised.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def revise(place, proposals):
    """The packet that lacked two fields gets its round once it has them."""
    result = place.run("revise", proposals[12], completed_sample(place), account="street")
    expect_equal("revise: " + result.stderr, result.returncode, 0)
    place.done("wait", proposals[12], "--for", "verdict", "--timeout", VERDICT_SECONDS)
    verdict = place.json("verdict", proposals[12], "--recompute")
    expect_equal("the round", verdict["round"], 1)
    expect_equal("the departments", len(verdict["opinions"]), 4)
    expect_equal("the recomputed hash", verdict["recomputedHash"], verdict["verdictHash"])


def states(place, proposal):
    record = place.json("show", proposal)
    return record, {review["department"]: review for review in record["reviews"]}


def departments_of_their_own(place, proposals):
    """Where completeness is each department's own, the clock of the one that lacks something stands
    while the others answer."""
    for department in UNITS:
        place.start_agent(department)
    result = place.run("submit", office.sample(12), "--process", "joint_review_units",
                       account="street")
    expect_equal("submit: " + result.stderr, result.returncode, 0)
    proposal = proposals["units"] = result.stdout.strip()
    for field in S12_ADDED:
        expect(field in result.stderr, f"said {result.stderr!r}")
    others = [department for department in office.DEPARTMENTS if department != "utilities"]
    others += [department for department in UNITS if department != "gas"]
    place.wait_opinions(proposal, others, VERDICT_SECONDS)
    record, reviews = states(place, proposal)
    expect_equal("the status", record["status"], "in_review")
    expect_equal("gas", reviews["gas"]["state"], "held")
    expect_equal("who asks", [field["packs"] for field in record["missing"]], [["gas"], ["gas"]])
    listed = place.json("reviews", account="gas")["reviews"]
    expect_equal("what gas has", [line["reviewId"] for line in listed], [f"{proposal}/1/gas"])

    path = completed_sample(place)
    result = place.run("revise", proposal, path, account="street")
    expect_equal("revise: " + result.stderr, result.returncode, 0)
    place.done("wait", proposal, "--for", "verdict", "--timeout", VERDICT_SECONDS)
    record, reviews = states(place, proposal)
    expect_equal("the packet of gas", reviews["gas"]["packetVersion"], 2)
    expect_equal("the packet of fire", reviews["fire"]["packetVersion"], 1)
    expect(reviews["gas"]["holds"][0]["toAt"], "the hold of gas has no end")
    verdict = place.json("verdict", proposal, "--recompute")
    expect_equal("the departments", len(verdict["opinions"]), len(others) + 1)
    expect_equal("the recomputed hash", verdict["recomputedHash"], verdict["verdictHash"])


def second_agent(place, proposals):
    """Two agents of a department share its reviews; what one that is not heard any more was lent goes
    to the other."""
    enrolment = place.path("run", "second.yaml")
    with open(enrolment, "w", encoding="utf-8") as file:
        file.write(place.done("key", "new", "--as", "agent:fire/2"))
    place.done("department", "enrol", enrolment)
    with open(place.path("configs", "agents", "fire.yaml"), encoding="utf-8") as file:
        config = file.read().replace("fire/1", "fire/2").replace("fire-1", "fire-2")
    with open(place.path("configs", "agents", "second.yaml"), "w", encoding="utf-8") as file:
        file.write(config)
    place.start_agent("second")

    for name in ("fire", "second"):
        os.kill(place.programs[name].child.pid, signal.SIGSTOP)
        proposals[name] = place.submit(office.sample(1))
        # It was lent to the other at once, or to the one that is stopped.
        place.done("wait", proposals[name], "--for", "verdict", "--timeout", VERDICT_SECONDS)
        os.kill(place.programs[name].child.pid, signal.SIGCONT)
    expect_equal("open reviews of fire", place.json("reviews", account="fire")["reviews"], [])


def list_all(place):
    listed = place.json("list")["proposals"]
    expect_equal("proposals listed", len(listed), COUNT)
    expect_equal("open reviews of fire", place.json("reviews", account="fire")["reviews"], [])


def journal_agrees(place, proposals):
    """Every proposal of the test is in the journal once."""
    path = place.path("run", "journal.jsonl")
    place.export(path)
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    events = [line.get("event") or {} for line in lines]
    numbers = [event["proposalSubmitted"]["number"] for event in events
               if "proposalSubmitted" in event]
    expect_equal("proposals in the journal", sorted(numbers), sorted(proposals.values()))
    issued = {line["seq"]: line["event"]["verdictIssued"]["verdict"] for line in lines
              if "verdictIssued" in (line.get("event") or {})}
    expect(issued, "the journal has no verdict")
    for number in proposals.values():
        result = place.run("--json", "verdict", number)
        if result.returncode == 0:
            verdict = json.loads(result.stdout)
            hash_ = base64.b64decode(issued.get(verdict["seq"], "")).hex()
            expect_equal(f"the verdict in entry {verdict['seq']}", hash_, verdict["verdictHash"])


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    proposals = {}
    with office.Office(arguments[0]) as place:
        for number in range(1, COUNT + 1):
            cases.run(f"check of sample {number:02d}", check, place, number)
        place.start()
        for number in range(1, COUNT + 1):
            cases.run(f"submission of sample {number:02d}", submit, place, number, proposals)
        cases.run("a list of all", list_all, place)
        cases.run("a correction gets its round", revise, place, proposals)
        cases.run("departments of their own", departments_of_their_own, place, proposals)
        cases.run("a second agent takes over", second_agent, place, proposals)
        cases.run("the journal agrees", journal_agrees, place, proposals)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
