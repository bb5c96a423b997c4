#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people do with limits from the command line: hold, resume, extend, remind, escalate, deliver,
accept, reopen, a calendar imported; and what they see of it.

usage: limits.py BUILD

The office lives in virtual time, so that every due date is known: proposals of 5 working days come in
on Monday 2026-03-02, and the broker is started again on 2026-03-20, when all that ran is overdue.
"""
import json
import os
import sys
import time

import clock
import office
from office import expect, expect_equal

UNITS = ("construction", "water", "power", "gas", "telecom")
FOUNDED = "2026-03-02 09:40"
BEGUN = "2026-03-02 10:00"
LATER = "2026-03-20 09:00"
DUE = "2026-03-09T17:30:00+08:00"
CALENDAR = os.path.join(office.ROOT, "configs", "calendars", "working_days.yaml")


def refused(place, code, *arguments, **options):
    result = place.run(*arguments, **options)
    expect(result.returncode == 1 and result.stderr.startswith(f"refused: {code}: "),
           f"{' '.join(arguments)}: {result.returncode}, said {result.stderr!r}")
    return result


def invalid(place, words, *arguments, **options):
    result = place.run(*arguments, **options)
    expect(result.returncode == 2 and words in result.stderr,
           f"{' '.join(arguments)}: {result.returncode}, said {result.stderr!r}")


def submitted(place, process):
    return place.done("submit", office.sample(1), "--process", process, account="street").strip()


def review_of(place, review):
    proposal, _, department = review.split("/")
    return next(one for one in place.json("show", proposal)["reviews"]
                if one["department"] == department)


def printed(place, words, *arguments, **options):
    text = place.done(*arguments, **options)
    for word in words:
        expect(word in text, f"{' '.join(arguments)} has no {word!r}: {text}")


def wait_event(place, name, fields):
    """Follows the journal from its beginning until it has the event @name with these fields."""
    follower = clock.follow(place)
    end = time.monotonic() + clock.WAIT_SECONDS
    event = {}
    while not (name in event and fields.items() <= {**event, **event[name]}.items()):
        event = json.loads(follower.line(max(end - time.monotonic(), 0))).get("event") or {}
    follower.kill()
    del place.programs["follower"]


# ---- holds -------------------------------------------------------------------------------------------


def asked_and_answered(place, process):
    """A department asks, the office refuses, then approves; the time held is added."""
    review = f"{submitted(place, process)}/1/fire"
    hold = ("hold", review, "--reason", "expert_review", "--document", "D 3", "--until")

    answer = place.json(*hold, "2026-03-20", account="fire")
    expect_equal("what is asked", (answer["reviewId"], answer["state"]), (review, "recorded"))
    asked = answer["review"]["holdAsked"]
    expect_equal("a date lasts to its end", asked["endsAt"], "2026-03-20T23:59:00+08:00")
    expect_equal("who asks", (asked["askedBy"], asked["document"]), ("person:fire", "D 3"))
    refused(place, "ALREADY_HELD", *hold, "2026-03-20", account="fire")
    refused(place, "NOT_ALLOWED", "hold", review, "--approve", account="fire")
    refused(place, "NOT_YOUR_REVIEW", "hold", review, "--reason", "hearing", "--document", "D",
            "--until", "2026-03-20", account="planning")
    printed(place, ("runs on",), "hold", review, "--refuse", "not now")
    expect_equal("the state", review_of(place, review)["state"], "open")
    refused(place, "NO_HOLD_ASKED", "hold", review, "--approve")

    place.done(*hold, "2026-03-10 12:00", "--note", "a laboratory", account="fire")
    printed(place, ("asks for a hold: expert review, until 2026-03-10 12:00:00", "a laboratory"),
            "show", review.split("/", maxsplit=1)[0])
    printed(place, ("approved",), "hold", review, "--approve")
    held = review_of(place, review)
    expect_equal("the state", held["state"], "held")
    expect_equal("who approved", held["holds"][0]["approvedBy"], "person:office")
    printed(place, (" held ", "expert review, until 2026-03-10 12:00:00"), "reviews",
            "--department", "fire")
    printed(place, ("中止计时：专家评审", "批准 person:office", "（中止前）"), "show",
            review.split("/", maxsplit=1)[0], language="zh")
    refused(place, "NOT_YOUR_REVIEW", "resume", review, account="planning")
    expect_equal("resumed", place.json("resume", review, account="fire")["review"]["state"], "open")
    refused(place, "CLOCK_NOT_HELD", "resume", review)
    expect_equal("held for no working day", review_of(place, review)["dueAt"], DUE)
    return review


def whole(place, process):
    """The office holds a proposal as a whole, and ends it."""
    proposal = submitted(place, process)
    hold = ("hold", proposal, "--reason", "hearing", "--document", "D 1", "--until", "2026-03-06")

    refused(place, "NOT_ALLOWED", *hold, account="fire")
    answer = place.json(*hold, "--asked-by", "the street")
    expect_equal("the proposal", (answer["proposalId"], answer["state"]), (proposal, "recorded"))
    states = {review["state"] for review in answer["proposal"]["reviews"]
              if review["department"] != "planning"}
    expect_equal("its reviews", states, {"held"})
    printed(place, ("the whole: held since", "asked by the street"), "show", proposal)
    line = next(line for line in place.done("list").splitlines() if line.startswith(proposal))
    expect("2026-03-09" not in line, f"a date that moves is the next due: {line}")

    # One more hold of one of them overlaps, and ends first.
    place.done("hold", f"{proposal}/1/fire", "--reason", "superior", "--document", "D 2", "--until",
               "2026-03-04 12:00")
    refused(place, "CLOCK_NOT_HELD", "resume", f"{proposal}/1/fire")  # which of the two?
    place.done("resume", f"{proposal}/1/fire", "--reason", "superior")
    expect_equal("fire", review_of(place, f"{proposal}/1/fire")["state"], "held")
    printed(place, ("the hold has ended",), "resume", proposal)
    expect_equal("fire", review_of(place, f"{proposal}/1/fire")["state"], "open")
    refused(place, "CLOCK_NOT_HELD", "resume", proposal)


def wrong_holds(place, review):
    for until in ("yesterday", "2026-02-30", "2026-03-10 25:00"):
        invalid(place, "--until", "hold", review, "--reason", "hearing", "--document", "D",
                "--until", until)
    for until in ("2026-03-01", "2028-01-01"):
        refused(place, "HOLD_INVALID", "hold", review, "--reason", "hearing", "--document", "D",
                "--until", until)
    invalid(place, "is no review", "hold", review.split("/", maxsplit=1)[0], "--approve")
    refused(place, "UNKNOWN_PROPOSAL", "resume", "LJHS-2026-9999")
    refused(place, "UNKNOWN_REVIEW", "resume", review.replace("/1/", "/2/"))


# ---- extensions --------------------------------------------------------------------------------------


def extended(place, review):
    """The head extends once, by at most half; the office for an outage."""
    extend = ("extend", review, "--reason", "a visit")

    invalid(place, "--days", *extend, account="head-fire")
    refused(place, "NOT_ALLOWED", *extend, "--days", "1", account="fire")
    refused(place, "NOT_ALLOWED", *extend, "--days", "1")
    refused(place, "NOT_YOUR_REVIEW", *extend, "--days", "1", account="head-planning")
    said = refused(place, "EXTENSION_TOO_LONG", *extend, "--days", "4", account="head-fire")
    expect(said.stderr.rstrip().endswith(": 3"), f"said {said.stderr!r}")
    refused(place, "EXTENSION_INVALID", *extend, "--hours", "3", account="head-fire")
    invalid(place, "--days", *extend, "--days", "many", account="head-fire")
    answer = place.json(*extend, "--days", "3", account="head-fire")
    expect_equal("the due date", answer["review"]["dueAt"], "2026-03-12T17:30:00+08:00")
    refused(place, "ALREADY_EXTENDED", *extend, "--days", "1", account="head-fire")
    printed(place, ("due: 2026-03-13 17:30:00", "extended by 1 working day: a visit (person:office)"),
            *extend, "--days", "1", "--outage")
    printed(place, ("extended by 3 working days: a visit (person:head-fire)",), "show",
            review.split("/", maxsplit=1)[0])


def correction(place):
    """The applicant has more time for a correction, once."""
    result = place.run("submit", office.sample(12), account="street")
    expect_equal("the exit status: " + result.stderr, result.returncode, 1)
    proposal = result.stdout.strip()
    printed(place, ("the correction: due 2026-03-09 17:30:00",), "show", proposal)
    invalid(place, "give no length", "extend", proposal, "--reason", "a seal", "--days", "2",
            account="street")
    refused(place, "NOT_YOUR_PROPOSAL", "extend", proposal, "--reason", "a seal")
    answer = place.json("extend", proposal, "--reason", "a seal", account="street")
    expect_equal("the due date", [one["dueAt"] for one in answer["proposal"]["clocks"]],
                 ["2026-03-16T17:30:00+08:00"])
    refused(place, "ALREADY_EXTENDED", "extend", proposal, "--reason", "a seal", account="street")
    return proposal


# ---- pressing ----------------------------------------------------------------------------------------


def pressed(place, review):
    refused(place, "NOT_ALLOWED", "remind", review, account="fire")
    expect_equal("reminders", place.json("remind", review, "--note", "please")["review"]["reminders"],
                 1)
    printed(place, ("reminders: 2",), "remind", review)
    refused(place, "NOT_ALLOWED", "escalate", review, "--to", "head", "--reason", "x",
            account="fire")
    printed(place, ("escalated",), "escalate", review, "--to", "head", "--reason", "no word")
    refused(place, "NOT_ALLOWED", "deliver", review, "--means", "by hand", account="fire")
    answer = place.json("deliver", review, "--means", "by hand")
    expect_equal("delivered", (answer["state"], answer["review"]["deliveredBy"]),
                 ("recorded", "by hand"))
    expect(answer["review"]["receivedAt"], "a delivery is no receipt")
    expect_equal("once more", place.json("deliver", review, "--means", "again")["state"],
                 "unchanged")
    refused(place, "NOT_ALLOWED", "accept", review)
    refused(place, "NOT_YOUR_REVIEW", "accept", review, account="planning")
    answer = place.json("accept", review, account="fire")
    expect_equal("accepted by", answer["review"]["acceptedBy"], "person:fire")
    printed(place, ("unchanged", "accepted 2026-03-02"), "accept", review, account="head-fire")
    refused(place, "NO_LATE_OPINION", "reopen", review, "--ground", "law", "--reason", "x")


def opened(place):
    """Looking at a review is stamped once, if it is one of its department who looks."""
    review = f"{submitted(place, 'joint_review')}/1/fire"
    for account in ("office", "supervisor"):
        place.done("reviews", review, account=account)
        expect_equal(f"{account} looked", review_of(place, review)["openedAt"], None)
    before = place.json("reviews", review, account="fire")["review"]
    expect_equal("on the page", before["openedAt"], None)
    stamped = review_of(place, review)["openedAt"]
    expect(stamped, "it was not stamped")
    printed(place, (f"opened {stamped[:10]}",), "reviews", review, account="head-fire")
    expect_equal("again", review_of(place, review)["openedAt"], stamped)


# ---- calendars ---------------------------------------------------------------------------------------


def calendar_file(place, version, added):
    with open(CALENDAR, encoding="utf-8") as file:
        text = file.read().replace("version: 1", f"version: {version}", 1)
    path = place.path("run", f"calendar-{version}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + added)
    return path


def moved(place):
    """Returns the due dates that were moved, as the journal has them, in its order."""
    events = [json.loads(line).get("event") or {} for line in
              place.done("--json", "journal").splitlines()]
    moves = [event["deadlineMoved"] for event in events if "deadlineMoved" in event]
    return [(move["fromAt"], move["dueAt"]) for move in moves
            if move["fromAt"] != move["dueAt"] and move["department"] == "gas"]


def imported(place):
    """A local day off moves what is open later; taken back, nothing moves earlier."""
    proposal = submitted(place, "joint_review_units")
    review = f"{proposal}/1/gas"
    storm = ("  local_days:\n"
             "  - {date: 2026-03-06, document: D 9, reason: {zh: 暴雨, en: A storm}}\n")
    year = "- {year: 2027, notice: D 10, issued: 2026-11-01, holidays: []}\n"
    second = calendar_file(place, 2, storm + year)
    broken = calendar_file(place, 4, storm.replace("03-06", "02-30"))

    invalid(place, "local_days[0].date", "calendar", "import", broken)
    refused(place, "NOT_ALLOWED", "calendar", "import", second, account="fire")
    expect_equal("nothing moved", review_of(place, review)["dueAt"], DUE)
    answer = place.json("calendar", "import", second)
    expect_equal("what it says", answer, {
        "calendar": "working_days", "version": 2, "state": "recorded", "yearsAdded": [2027],
        "days": [{"date": "2026-03-06", "was": "working", "is": "off", "cause": "D 9"}],
        "hoursChanged": False})
    later = "2026-03-10T17:30:00+08:00"
    number = place.json("show", proposal)["id"]
    wait_event(place, "deadlineMoved", {"proposal": number, "department": "gas"})
    expect_equal("gas", review_of(place, review)["dueAt"], later)
    expect_equal("in the journal", moved(place)[-1], (DUE, later))
    expect("deadline_moved" in place.done("journal"), "journal does not show it")
    expect_equal("again", place.json("calendar", "import", second)["state"], "unchanged")
    due = place.json("calendar", "due", "--from", BEGUN, "--days", "5")
    expect_equal("the home's calendar", (due["dueAt"], due["version"]), (later, 2))
    refused(place, "DEFINITION_OLDER", "calendar", "import", CALENDAR)

    count = len(moved(place))
    printed(place, ("2026-03-06  off  working", "never earlier"), "calendar", "import",
            calendar_file(place, 3, year), account="admin")
    end = time.monotonic() + clock.WAIT_SECONDS
    while place.done("journal").count("clocks_recomputed") < 2:
        expect(time.monotonic() < end, "the clocks are not computed anew")
    expect_equal("gas", review_of(place, review)["dueAt"], later)
    expect_equal("moves", len(moved(place)), count)


def questions(place):
    """A department's questions wait for the others', and leave when the window is over."""
    review = f"{submitted(place, 'joint_review_units')}/1/fire"
    proposal = review.split("/", maxsplit=1)[0]
    refused(place, "NOT_ALLOWED", "ask", review, "why?", account="street")
    refused(place, "NOT_YOUR_REVIEW", "ask", review, "why?", account="gas")
    invalid(place, "more --about", "ask", review, "why?", "--about", "a", "--about", "b",
            account="fire")
    answer = place.json("ask", review, "how is the lane built?", "how steep?", "--about",
                        "technical.fire.lanes", account="fire")
    expect_equal("the answer", answer, {"reviewId": review, "questions": 2})
    record = place.json("show", proposal)
    expect_equal("the questions", [(one["department"], one["text"], one["path"])
                                   for one in record["questions"]],
                 [("fire", "how is the lane built?", "technical.fire.lanes"),
                  ("fire", "how steep?", "")])
    expect_equal("when they leave", record["questionsAt"], "2026-03-03T17:30:00+08:00")
    expect_equal("fire", review_of(place, review)["state"], "open")


# ---- when it is too late -----------------------------------------------------------------------------


def silent(place):
    """Prepares a review whose silence will be consent."""
    review = f"{submitted(place, 'joint_review_units')}/1/telecom"
    place.done("deliver", review, "--means", "by hand")
    place.done("remind", review)
    place.done("remind", review)
    return review


def overdue(place, review):
    """Limits that passed are recorded, and shown with what the silence was taken for."""
    proposal = review.split("/", maxsplit=1)[0]
    number = place.json("show", proposal)["id"]
    for department in ("fire", "water", "telecom"):
        wait_event(place, "reviewOverdue", {"proposal": number, "department": department})
    expect_equal("fire", review_of(place, f"{proposal}/1/fire")["state"], "overdue")
    listed = [one["number"] for one in place.json("list", "--overdue")["proposals"]]
    expect(proposal in listed, f"list --overdue: {listed}")
    printed(place, ("fire: overdue\n", "water: overdue, not taken for consent: not received",
                    "telecom: silent, taken for consent"), "show", proposal)
    printed(place, ("water：逾期未答复，不视为同意：时限过半前未送达",), "show", proposal,
            language="zh")
    expect_equal("telecom", review_of(place, review)["result"], "tacit")

    refused(place, "CLOCK_NOT_RUNNING", "extend", f"{proposal}/1/fire", "--days", "1", "--reason",
            "x", account="head-fire")
    refused(place, "EXTENSION_INVALID", "extend", f"{proposal}/1/fire", "--days", "1", "--reason",
            "x", "--outage")
    answer = place.json("extend", f"{proposal}/1/fire", "--days", "12", "--reason", "no power",
                        "--outage")
    expect_equal("fire", (answer["review"]["state"], answer["review"]["dueAt"]),
                 ("open", "2026-03-25T17:30:00+08:00"))


def reopened(place, review):
    """What a department says after its silence counts only for safety or legality."""
    sheet = place.path("run", "late.yaml")
    with open(sheet, "w", encoding="utf-8") as file:
        file.write("result: disagree\nitems:\n- {severity: must, place: L2, defect: d, demand: e, "
                   "basis: GB 50016}\n")
    place.done("opine", review, "--file", sheet, account="telecom")
    proposal = review.split("/", maxsplit=1)[0]
    printed(place, ("telecom: late opinion: disagree",), "show", proposal)
    expect_equal("telecom", review_of(place, review)["result"], "tacit")
    refused(place, "NOT_ALLOWED", "reopen", review, "--ground", "safety", "--reason", "x",
            account="telecom")
    answer = place.json("reopen", review, "--ground", "safety", "--reason", "wires over the lane")
    expect_equal("telecom", answer["review"]["result"], "disagree")


def lapsed(place, proposal):
    wait_event(place, "correctionLapsed", {"proposal": place.json("show", proposal)["id"]})
    expect_equal("the proposal", place.json("show", proposal)["status"], "lapsed")
    listed = [one["number"] for one in place.json("list", "--status", "lapsed")["proposals"]]
    expect_equal("those lapsed", listed, [proposal])


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[3], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0], "--clock-from", FOUNDED) as place:
        clock.start_up(place, "--clock-from", FOUNDED, "--departments",
                       ",".join(office.DEPARTMENTS + UNITS)).stop()  # they publish their rules
        up = clock.start_up(place, "--clock-from", BEGUN, "--departments", "planning")
        for process in ("joint_review", "joint_review_units"):
            cases.run(f"a hold asked for under {process}", asked_and_answered, place, process)
            cases.run(f"a whole held under {process}", whole, place, process)
        review = f"{submitted(place, 'joint_review_units')}/1/fire"
        cases.run("wrong holds", wrong_holds, place, review)
        cases.run("extensions", extended, place, review)
        cases.run("pressing", pressed, place, review)
        cases.run("a review opened", opened, place)
        cases.run("questions", questions, place)
        corrected = []
        cases.run("a correction", lambda: corrected.append(correction(place)))
        tacit = silent(place)
        cases.run("a calendar imported", imported, place)
        up.stop()
        up = clock.start_up(place, "--clock-from", LATER, "--departments", "planning")
        cases.run("limits that passed", overdue, place, tacit)
        cases.run("a late opinion", reopened, place, tacit)
        for proposal in corrected:
            cases.run("a correction that lapsed", lapsed, place, proposal)
        cases.run("everything stops in order", up.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
