#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What comes after its time, over real processes under a virtual clock: a late opinion that reopens a
round which has its verdict, and the questions of departments that leave as one correction.

usage: late.py BUILD

Proposals of 5 working days come in on Monday 2026-03-02. A virtual clock carries the office from one
hour in which people act to the next; what is due between comes by itself.
"""
import json
import os
import sys

import clock
import limits
import office
import opinions
from office import expect, expect_equal
from limits import UNITS, printed, refused, review_of, submitted, wait_event

PROCESS = "joint_review_units"
FOUNDED = "2026-03-02 09:40"
BEGUN = "2026-03-02 10:00"
ANSWERED_BUT = "2026-03-02 12:00"
RUN_RATE = 50000  # a week in twelve seconds: the last two reminders are half a second apart
AFTER_VERDICT = "2026-03-12 09:00"
WINDOW_NEAR = "2026-03-03 17:29"
WINDOW_RATE = 60  # its last minute in a second
WINDOW_ENDS = "2026-03-03T17:30:00+08:00"
ANSWERED = "2026-03-05 10:00"
LAST_DAY = "2026-03-09 10:00"
DUE = "2026-03-09T17:30:00+08:00"
DUE_HELD = "2026-03-11T17:30:00+08:00"  # two working days held
SEATS = ("planning", "fire", "urban_management", *UNITS)
DEMAND = "架空线改为埋地"
GROUND = "架空线跨越消防登高面"
SHEET = f"""result: disagree
reason: 现场复核
items:
- severity: must
  matter: fire
  place: L2
  drawing: 总平面图
  sheet: A-01
  axis: 3-5
  defect: 架空线跨越登高面
  demand: {DEMAND}
  basis: GB 50016-2014 7.2.1
  closing: 附修改后的总平面图
"""


def write(place, name, text):
    path = place.path("run", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def up_at(place, time, *more):
    """Starts the office at the virtual @time; planning alone answers by its rules."""
    return clock.start_up(place, "--clock-from", time, "--departments", "planning", *more)


def events_of(place, proposal):
    """Returns the kinds of the events of @proposal with their bodies, in the journal's order."""
    number = place.json("show", proposal)["id"]
    events = [json.loads(line).get("event") or {} for line in
              place.done("--json", "journal").splitlines()]
    return [(kind, body) for event in events if event.get("proposal") == number
            for kind, body in event.items() if kind != "proposal"]


def count_of(place, proposal, kind):
    return sum(name == kind for name, _ in events_of(place, proposal))


def opinion_in(document, department):
    return next(one for one in document["opinions"] if one["department"] == department)


# ---- a late opinion after the verdict ----------------------------------------------------------------


def answered_but(place, proposal, silent):
    """Every department agrees but the @silent, which have taken the review on."""
    for department in SEATS[1:]:
        review = f"{proposal}/1/{department}"
        if department in silent:
            place.done("accept", review, account=department)
        else:
            place.done("opine", review, "--result", "agree", account=department)


def silence_is_consent(place, state):
    """With the limit the silence is consent, and the round has its verdict at once."""
    up = up_at(place, ANSWERED_BUT, "--clock-rate", RUN_RATE)
    place.done("wait", state["id"], "--for", "verdict", "--timeout", clock.WAIT_SECONDS)
    up.stop()
    state["up"] = up_at(place, AFTER_VERDICT)
    first = place.json("verdict", state["id"])
    expect_equal("outcome", (first["round"], first["outcome"]), (1, "passed"))
    expect_equal("telecom", opinion_in(first, "telecom")["result"], "tacit")
    printed(place, (f"due/given     {DUE[:10]} 17:30:00 / -",), "verdict", state["id"])
    record = review_of(place, f"{state['id']}/1/telecom")
    expect_equal("reminded by the ladder", record["reminders"], 4)
    expect_equal("owed", record["writtenDueAt"], "2026-03-10T17:30:00+08:00")
    state["first"] = first


def late_opinion(place, state):
    """What telecom then says is kept beside its silence, can be read, and changes nothing."""
    review = f"{state['id']}/1/telecom"
    refused(place, "NO_LATE_OPINION", "reopen", review, "--ground", "safety", "--reason", GROUND)
    place.done("opine", review, "--file", write(place, "late.yaml", SHEET), account="telecom")
    refused(place, "OPINION_ALREADY_GIVEN", "opine", review, "--result", "agree",
            account="telecom")
    verdict = place.json("verdict", state["id"], "--recompute")
    expect_equal("the verdict", (verdict["outcome"], verdict["recomputedHash"]),
                 ("passed", state["first"]["verdictHash"]))
    expect_equal("beside it", opinion_in(verdict, "telecom")["lateOpinion"]["result"], "disagree")
    printed(place, ("late opinion  disagree,", "does not count"), "verdict", state["id"])
    printed(place, ("逾期意见", "不计入"), "verdict", state["id"], language="zh")
    printed(place, ("late opinion, does not count  person:telecom", DEMAND), "reviews",
            review, "--versions")


def not_reopened(place, state):
    """Safety or legality, with a reason, by the office: nothing else reopens."""
    review = f"{state['id']}/1/telecom"
    grounds = ("--ground", "safety", "--reason", GROUND)
    for account in ("telecom", "head-telecom", "street", "approver", "supervisor", "fire"):
        refused(place, "NOT_ALLOWED", "reopen", review, *grounds, account=account)
    limits.invalid(place, "--ground", "reopen", review, "--ground", "cost", "--reason", GROUND)
    limits.invalid(place, "--reason", "reopen", review, "--ground", "law")
    limits.invalid(place, "--ground", "reopen", review, "--ground", "unspecified", "--reason", "x")
    refused(place, "REASON_MISSING", "reopen", review, "--ground", "law", "--reason", "")
    refused(place, "NO_LATE_OPINION", "reopen", f"{state['id']}/1/water", *grounds)
    refused(place, "NO_LATE_OPINION", "reopen", f"{state['id']}/1/fire", *grounds)
    expect_equal("reopenings", count_of(place, state["id"], "reviewReopened"), 0)


def reopened(place, state):
    """Another round has all opinions and its verdict at once."""
    watcher = opinions.Watcher(place, "street")
    printed(place, ("round 2, verdict: returned; that of round 1 stays",), "reopen",
            f"{state['id']}/1/telecom", "--ground", "safety", "--reason", GROUND)
    fed = [kind for event in watcher.until(state["id"], "verdictIssued") for kind in event]
    watcher.close()
    del place.programs["watcher-street"]
    expect(fed.index("reviewReopened") < fed.index("verdictIssued"), f"the applicant is fed {fed}")
    kinds = [kind for kind, _ in events_of(place, state["id"])]
    expect_equal("in the journal", kinds[-2:], ["reviewReopened", "verdictIssued"])
    record = place.json("show", state["id"])
    expect_equal("the record", (record["status"], record["round"], record["outcome"],
                                record["roundsGranted"]), ("concluded", 2, "returned", 1))
    expect_equal("carried", {(one["carriedForward"], one["carriedFrom"], one["state"])
                             for one in record["reviews"]}, {(True, 1, "closed")})
    results = {one["department"]: one["result"] for one in record["reviews"]}
    expect_equal("the results", results, {**dict.fromkeys(SEATS, "agree"), "telecom": "disagree",
                                          "water": "tacit"})
    past = record["pastRounds"]
    expect_equal("the first", [(one["round"], one["outcome"]) for one in past], [(1, "passed")])
    expect_equal("telecom in it", next(one["result"] for one in past[0]["reviews"]
                                       if one["department"] == "telecom"), "tacit")
    telecom = next(one for one in record["reviews"] if one["department"] == "telecom")
    reopening = telecom["reopening"]
    expect_equal("why", (reopening["ground"], reopening["reason"], reopening["reopenedBy"],
                         telecom["late"]), ("safety", GROUND, "person:office", True))
    for account, review in (("office", f"{state['id']}/2/telecom"),
                            ("office", f"{state['id']}/2/water")):
        refused(place, "NO_LATE_OPINION", "reopen", review, "--ground", "safety", "--reason", "x",
                account=account)
    refused(place, "UNKNOWN_REVIEW", "reopen", f"{state['id']}/1/telecom", "--ground", "safety",
            "--reason", "x")


def both_verdicts(place, state):
    """Each round's verdict is shown, says what the silence was, and comes again from the journal."""
    second = place.json("verdict", state["id"], "--recompute")
    expect_equal("the second", (second["round"], second["outcome"], second["recomputedHash"]),
                 (2, "returned", second["verdictHash"]))
    telecom = opinion_in(second, "telecom")
    expect_equal("telecom", (telecom["result"], telecom["late"], telecom["carriedFrom"],
                             [item["id"] for item in telecom["items"]],
                             telecom["reopening"]["ground"]),
                 ("disagree", True, 1, [f"{state['id']}/1/telecom#1"], "safety"))
    first = place.json("verdict", state["id"], "--round", "1", "--recompute")
    expect_equal("the first", (first["outcome"], first["verdictHash"], first["recomputedHash"]),
                 ("passed", state["first"]["verdictHash"], state["first"]["verdictHash"]))
    telecom = opinion_in(first, "telecom")
    expect_equal("telecom in the first", (telecom["result"], telecom["items"]), ("tacit", []))
    printed(place, (DEMAND, "reopened", "person:office, for safety: "), "verdict", state["id"])
    printed(place, (DEMAND, "重开", "以安全为由"), "verdict", state["id"], language="zh")
    printed(place, ("by person:office for safety: " + GROUND, "round 1: passed"), "show",
            state["id"])
    printed(place, (f"由 person:office 以安全为由重开：{GROUND}", "第1轮：通过"), "show",
            state["id"], language="zh")
    printed(place, ("version 1, given  person:telecom", DEMAND), "reviews",
            f"{state['id']}/2/telecom", "--versions")


def nothing_is_open(place, state):
    """No lamp burns for it, nobody is asked for anything, and the applicant can revise."""
    rows = place.json("watch")["rows"]
    expect(state["id"] not in [row["proposalId"] for row in rows], f"on the board: {rows}")
    row = next(one for one in place.json("list")["proposals"] if one["number"] == state["id"])
    expect_equal("listed", (row["status"], row["round"], row["outcome"]),
                 ("concluded", 2, "returned"))
    expect_equal("reviews to answer", [one for one in place.json("reviews")["reviews"]
                                       if one["proposal"] == state["id"]], [])
    said = refused(place, "REPLY_INCOMPLETE", "revise", state["id"], office.sample(1),
                   account="street").stderr
    expect(f"{state['id']}/1/telecom#1" in said, f"its item is not asked for: {said}")


def reopened_again(place, state):
    """Water, silent since the first round, speaks up in the second: a third is opened."""
    review = f"{state['id']}/2/water"
    place.done("opine", review, "--file", write(place, "water.yaml", SHEET), account="water")
    printed(place, ("late opinion, does not count  person:water", DEMAND), "reviews", review,
            "--versions")
    place.done("reopen", review, "--ground", "law", "--reason", "强制性条文")
    third = place.json("verdict", state["id"], "--recompute")
    expect_equal("the third", (third["round"], third["outcome"], third["recomputedHash"]),
                 (3, "returned", third["verdictHash"]))
    items = [item["id"] for name in ("telecom", "water")
             for item in opinion_in(third, name)["items"]]
    expect_equal("items", items, [f"{state['id']}/1/telecom#1", f"{state['id']}/2/water#1"])
    second = place.json("verdict", state["id"], "--round", "2", "--recompute")
    expect_equal("water in the second", opinion_in(second, "water")["result"], "tacit")
    expect_equal("the second", second["recomputedHash"], second["verdictHash"])


def revised(place, state):
    """A revision opens the next round: who objects is asked again, the others' opinions stay."""
    items = {"telecom": f"{state['id']}/1/telecom#1", "water": f"{state['id']}/2/water#1"}
    lines = "".join(f"- {{item: '{item}', answer: adopted}}\n" for item in items.values())
    reply = write(place, "revised.yaml", "items:\n" + lines)
    place.done("revise", state["id"], office.sample(1), "--reply", reply, account="street")
    record = place.json("show", state["id"])
    expect_equal("round", (record["round"], record["status"]), (4, "in_review"))
    expect_equal("asked", {one["department"] for one in record["reviews"]
                           if not one["carriedForward"]}, set(items))
    telecom = next(one for one in record["reviews"] if one["department"] == "telecom")
    expect_equal("telecom anew", (telecom["state"], telecom.get("lateOpinion"),
                                  telecom.get("reopening")), ("open", None, None))
    for department, item in items.items():
        place.done("opine", f"{state['id']}/4/{department}", "--result", "agree", "--close", item,
                   account=department)
    verdict = place.json("verdict", state["id"], "--recompute")
    expect_equal("the last", (verdict["round"], verdict["outcome"], verdict["recomputedHash"]),
                 (4, "passed", verdict["verdictHash"]))
    for number, outcome in ((1, "passed"), (2, "returned"), (3, "returned")):
        before = place.json("verdict", state["id"], "--round", number, "--recompute")
        expect_equal(f"round {number}", (before["outcome"], before["recomputedHash"]),
                     (outcome, before["verdictHash"]))


# ---- questions ---------------------------------------------------------------------------------------


def gathered(place, state):
    """Three departments ask; who answers before the questions leave asks no more."""
    proposal = state["asked"]
    for department, question in (("fire", "车道做法？"), ("gas", "管线埋深？"),
                                 ("power", "新增容量？")):
        place.done("ask", f"{proposal}/1/{department}", question, account=department)
    place.done("opine", f"{proposal}/1/power", "--result", "agree", account="power")
    record = place.json("show", proposal)
    expect_equal("gathered", ([one["department"] for one in record["questions"]],
                              record["questionsAt"]), (["fire", "gas"], WINDOW_ENDS))
    for words in (("show", proposal), ("reviews", f"{proposal}/1/fire")):
        printed(place, ("to leave as one correction 2026-03-03 17:30:00",
                        "fire asks: 车道做法？"), *words)
    printed(place, ("作为一次补正告知申报人", "gas 问：管线埋深？"), "show", proposal, language="zh")


def one_correction(place, state):
    """When the window is over all of it leaves as one, and both clocks stand."""
    proposal = state["asked"]
    wait_event(place, "correctionRequested", {"proposal": place.json("show", proposal)["id"]})
    record = place.json("show", proposal)
    expect_equal("left", (record["questions"], record["questionsAt"]), ([], None))
    expect_equal("asked for", [(one["packs"], one["reason"]) for one in record["missing"]],
                 [(["fire"], "车道做法？"), (["gas"], "管线埋深？")])
    expect_equal("corrections", count_of(place, proposal, "correctionRequested"), 1)
    held = {one["department"] for one in record["reviews"] if one["state"] == "held"}
    expect_equal("held", held, {"fire", "gas"})
    lamps = {one["department"]: one["lamp"] for row in place.json("watch")["rows"]
             if row["proposalId"] == proposal for one in row["reviews"]}
    expect_equal("lamps", {name: lamps[name] for name in ("fire", "gas", "power", "water")},
                 {"fire": "held", "gas": "held", "power": "done_in_time", "water": "running"})
    printed(place, ("fire asks: 车道做法？", "gas asks: 管线埋深？"), "show", proposal)
    printed(place, ("fire 问：车道做法？",), "show", proposal, account="street", language="zh")
    refused(place, "CORRECTION_ALREADY_ASKED", "ask", f"{proposal}/1/fire", "还有？",
            account="fire")


def answered(place, state):
    """One reply, and both go on where they stood."""
    proposal = state["asked"]
    revise = ("revise", proposal, office.sample(1))
    refused(place, "REPLY_INCOMPLETE", *revise, account="street")
    reply = write(place, "reply.yaml", "text: 沥青路面，埋深1.2米\n")
    place.done(*revise, "--reply", reply, account="street")
    dues = {name: review_of(place, f"{proposal}/1/{name}") for name in ("fire", "gas", "water")}
    expect_equal("the limits", {name: (one["state"], one["dueAt"], one["packetVersion"])
                                for name, one in dues.items()},
                 {"fire": ("open", DUE_HELD, 2), "gas": ("open", DUE_HELD, 2),
                  "water": ("open", DUE, 1)})
    events = events_of(place, proposal)
    expect_equal("resumed", [body["department"] for kind, body in events
                             if kind == "clockResumed"], ["fire", "gas"])
    expect_equal("revisions", count_of(place, proposal, "packetRevised"), 1)
    for words in (("show", proposal), ("reviews", f"{proposal}/1/gas")):
        printed(place, ("the applicant's answer: 沥青路面，埋深1.2米",), *words)
    refused(place, "CORRECTION_ALREADY_ASKED", "ask", f"{proposal}/1/fire", "再问？",
            account="fire")


def sooner(place, state):
    """A limit that would pass in the window takes along what was asked before."""
    proposal = state["hurried"]
    place.done("ask", f"{proposal}/1/fire", "车道做法？", account="fire")
    record = place.json("show", proposal)
    expect_equal("fire's wait", (record["questionsAt"], [one["department"] for one in
                                                         record["questions"]]),
                 ("2026-03-10T17:30:00+08:00", ["fire"]))
    place.done("ask", f"{proposal}/1/gas", "管线埋深？", account="gas")
    wait_event(place, "correctionRequested", {"proposal": record["id"]})
    events = events_of(place, proposal)
    asked = [body for kind, body in events if kind == "correctionRequested"]
    expect_equal("corrections", [[one["packs"] for one in body["missing"]] for body in asked],
                 [[["fire"], ["gas"]]])
    states = {one["department"]: one["state"] for one in place.json("show", proposal)["reviews"]}
    expect_equal("in time", {name: states[name] for name in ("fire", "gas", "telecom")},
                 {"fire": "held", "gas": "held", "telecom": "open"})
    expect_equal("overdue", count_of(place, proposal, "reviewOverdue"), 0)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[3], file=sys.stderr)
        return 2
    cases = office.Cases()
    state = {}
    with office.Office(arguments[0], "--clock-from", FOUNDED) as place:
        clock.start_up(place, "--clock-from", FOUNDED, "--departments",
                       ",".join(office.DEPARTMENTS + UNITS)).stop()  # they publish their rules
        up = up_at(place, BEGUN)
        state["asked"] = submitted(place, PROCESS)
        state["hurried"] = submitted(place, PROCESS)
        place.done("extend", f"{state['hurried']}/1/fire", "--days", "3", "--reason", "现场踏勘",
                   account="head-fire")
        cases.run("questions are gathered", gathered, place, state)
        up.stop()
        up = up_at(place, WINDOW_NEAR, "--clock-rate", WINDOW_RATE)
        cases.run("they leave as one correction", one_correction, place, state)
        up.stop()
        up = up_at(place, ANSWERED)
        cases.run("one answer, and both go on", answered, place, state)
        up.stop()
        up = up_at(place, LAST_DAY)
        cases.run("a limit does not wait for the window", sooner, place, state)
        up.stop()
        cases.run("the record is whole", place.verify)
    with office.Office(arguments[0], "--clock-from", FOUNDED) as place:
        clock.start_up(place, "--clock-from", FOUNDED, "--departments",
                       ",".join(office.DEPARTMENTS + UNITS)).stop()
        up = up_at(place, BEGUN)
        state["id"] = submitted(place, PROCESS)
        answered_but(place, state["id"], ("telecom", "water"))
        up.stop()
        cases.run("silence is consent", silence_is_consent, place, state)
        cases.run("a late opinion", late_opinion, place, state)
        cases.run("who reopens, and for what", not_reopened, place, state)
        cases.run("reopened after the verdict", reopened, place, state)
        cases.run("both verdicts", both_verdicts, place, state)
        cases.run("nothing is open", nothing_is_open, place, state)
        cases.run("reopened once more", reopened_again, place, state)
        cases.run("revised after that", revised, place, state)
        cases.run("everything stops in order", state["up"].stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
