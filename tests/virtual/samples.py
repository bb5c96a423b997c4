# SPDX-License-Identifier: Apache-2.0
"""The samples replayed in virtual time, against what each says of its own time.

usage: samples.py BUILD

A packet is submitted when its timeline (tests/data/timelines/) says that it was dispatched: intake is
automatic here. Every department's agent receives its review at once; its people answer when the
timeline says so. Due dates, reminders, escalation, silence, the days that count and the outcome must
be the timeline's. A timeline that follows another is its second round. They are played again under
the default process, against DEFAULT.
"""
import functools
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "e2e"))

import simple_yaml  # noqa: E402
from office import Cases, expect, expect_equal  # noqa: E402
from virtual import OWNERS, ROOT, Fault, Office, at, found_demo, instant, local  # noqa: E402

TIMELINES = os.path.join(ROOT, "tests", "data", "timelines")
DEFAULT = "joint_review.yaml"
OWNERS_OF = {"utilities": OWNERS}  # the parts of one opinion
REPEATS = ("leading_group",)
DAY_MS = 86_400_000
FOUNDED_BEFORE_MS = 30 * DAY_MS
GAS_FIELDS = {"main_to_building_m": "1.4", "gas_to_sewer_m": "1.5"}  # what sample 12 lacks


def opinion_of(result):
    if result == "agree":
        return {"result": result}
    return {"result": result, "items": [{
        "matter": "municipal", "place": "总平面", "defect": "不符合要求", "demand": "调整方案",
        "basis": "样例", "severity": "must", "closing": "复核图纸"}]}


def given_opinion(review, result):
    """The opinion of @review with that result, its item of the rule that the review names."""
    opinion = with_parts(opinion_of(result), review)
    if review.get("rule"):
        opinion["items"][0]["ruleId"] = review["rule"]
    return opinion


def with_parts(opinion, review):
    """The opinion of several owners: the one who is named does not agree."""
    owners = OWNERS_OF.get(review["department"], ())
    if owners:
        opinion["parts"] = [{"owner": owner, "result": opinion["result"]
                             if owner == review.get("owner") else "agree"} for owner in owners]
    for item in opinion.get("items", ()) if owners else ():
        item["owner"] = review["owner"]
    return opinion


def completed(office, path):
    """Returns a file of the packet of sample 12 with what gas asks for."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read()
    for field, figure in GAS_FIELDS.items():
        text = re.sub(rf"^(\s*{field}):\s*null\s*$", rf"\1: {figure}", text, flags=re.M)
    path = os.path.join(office.folder, "completed.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Replay:
    """One round of a sample in an office of its own."""

    def __init__(self, office, line, number=1):
        self.office = office
        self.line = line
        self.round = number
        self.reviews = {review["department"]: review for review in line.get("reviews") or ()}

    def submit(self, when, path):
        self.office.clock(at(when))
        return self.office.say(**{"as": "person:street", "submit": path,
                                  "process": self.line["process"]})

    def ref(self, department):
        return {"proposal": "1", "round": self.round, "department": department}

    def item(self, department):
        """Returns the id of the one item that the department raises when it does not agree."""
        return f"{self.office.record(1)['number']}/{self.round}/{department}#1"

    def raised(self):
        return [self.item(name) for name, review in self.reviews.items()
                if review["result"] in ("conditional", "disagree")]

    def revise(self, first):
        """Answers all that the round before raised, with the packet of this one."""
        self.office.clock(at(self.line["dispatched_at"]))
        self.office.must(**{
            "as": "person:street", "revise": 1, "file": self.line["file"],
            "reply": {"text": "已按意见修改", "items": [
                {"item": item, "answer": "adopted", "reason": "已改"} for item in first.raised()]}})

    def play(self, more=()):
        """Does all that the timeline says of a round that is open, in its order."""
        for department in self.reviews:
            self.office.give(f"agent:{department}/1",
                             receiveReview={"review": self.ref(department)})
        deeds = [(at(review["opinion_at"]), self.answer, review)
                 for review in self.reviews.values() if review["opinion_at"]]
        for when, deed, argument in sorted([*deeds, *more], key=lambda row: row[0]):
            self.office.clock(when)
            deed(argument)

    def wait(self):
        """Waits until nothing more can come of the round."""
        if self.line.get("until"):
            self.office.clock(at(self.line["until"]))
            return
        last = max(at(review["due_at"]) for review in self.reviews.values())
        self.office.clock(max(last, self.office.events[-1][0]) + 10 * DAY_MS)

    def answer(self, review):
        department = review["department"]
        opinion = given_opinion(review, review["result"])
        if review.get("closes"):
            opinion["closedItems"] = [review["closes"]]
        self.office.give(f"person:{department}", giveOpinion={
            "review": self.ref(department), "opinion": opinion})

    def hold(self, held):
        self.office.give("person:office", holdClock={
            "review": self.ref(held["department"]),
            "hold": {"reason": "expert_review", "document": "〔2026〕1号", "askedBy": "gas",
                     "endsAt": held["to"].replace(" ", "T") + ":00+08:00"}})

    # ---- what came of it ----

    def rungs(self, department):
        """Returns the rungs recorded for the department: id to instant."""
        found = {}
        for when, kind, body, _ in self.office.events:
            if (kind == "rungReached" and body["department"] == department
                    and body["round"] == self.round):
                expect_equal(f"{department}: recorded at once", local(when),
                             local(instant(body["rungAt"])))
                for rung in body["rungs"]:
                    expect(rung not in found or rung in REPEATS,
                           f"{department}: {rung} came twice")
                    found[rung] = local(when)
        return found

    def check_review(self, review):
        name = review["department"]
        record = next(row for row in self.office.record(1)["reviews"] if row["department"] == name)
        expect_equal(f"{name}: due", local(instant(record["dueAt"])), review["due_at"])
        expect_equal(f"{name}: result", record["result"], review["result"])
        if review["opinion_at"]:
            expect_equal(f"{name}: late", record["late"], not review["on_time"])
            first = (record.get("earlier") or [record])[0]  # what is said anew takes no time
            expect_equal(f"{name}: given", local(instant(first["givenAt"])), review["opinion_at"])
            expect_equal(f"{name}: counted days", self.office.counted_days(1)[name],
                         review["elapsed_working_days"])
        self.check_reminders(review)

    def check_reminders(self, review):
        """Each at its instant, but none that comes after the answer."""
        name = review["department"]
        rungs = self.rungs(name)
        ended = at(review["opinion_at"]) if review["opinion_at"] else sys.maxsize
        for rung, when in zip(("day_before", "due_day", "last_hours"), review["reminders"]):
            expect_equal(f"{name}: {rung}", rungs.get(rung), when if at(when) < ended else None)
        if "half" in review:
            half = review["half"]
            expect_equal(f"{name}: half", rungs.get("half"),
                         half if half and at(half) < ended else None)
        expect("unreceived" not in rungs, f"{name} was received")

    def check_overdue(self):
        """Who is overdue, each once, a millisecond after the end of its limit."""
        late = {name for name, review in self.reviews.items() if not review["on_time"]}
        rows = [(body["department"], when, body) for when, kind, body, _ in self.office.events
                if kind == "reviewOverdue" and body["round"] == self.round]
        expect_equal("who is overdue", sorted(name for name, *_ in rows), sorted(late))
        for name, when, body in rows:
            expect_equal(f"{name}: recorded", when, at(self.reviews[name]["due_at"]) + 1)
            is_tacit = self.reviews[name]["result"] == "tacit"
            expect_equal(f"{name}: silence", body["disposition"],
                         "tacit" if is_tacit else "escalate")
            if is_tacit:
                expect_equal(f"{name}: owed in writing", local(instant(body["writtenDueAt"])),
                             self.line["written_due_at"])

    def check(self):
        for review in self.reviews.values():
            self.check_review(review)
        self.check_overdue()
        for step in self.line.get("escalation") or ():
            found = [local(when) for when, kind, body, _ in self.office.events
                     if kind == "rungReached" and step["rung"] in body["rungs"]]
            expect_equal(step["rung"], found,
                         step["at"] if isinstance(step["at"], list) else [step["at"]])
        expect_equal("the status", self.office.record(1)["status"],
                     self.line.get("status", "concluded"))
        expect_equal("the outcome", self.office.record(1)["outcome"], self.line["outcome"])


def replay(build, line):
    begin = at(line.get("dispatched_at") or line["submitted_at"])
    with Office(build, begin - FOUNDED_BEFORE_MS) as office:
        found_demo(office)
        one = Replay(office, line)
        path, holds = line["file"], []
        if not one.reviews:
            said = one.submit(line["submitted_at"], path)
            expect_equal("the gates", [row[1] for row in said][-1], "gateFailed")
            expect_equal("the status", office.record(1)["status"], "gate_failed")
            return
        if line.get("held"):
            path = completed(office, path)
            holds = [(at(line["held"]["from"]), one.hold, line["held"])]
        one.submit(line["dispatched_at"], path)
        one.play(holds)
        if line.get("conflict"):
            coordinate(one)
        one.wait()
        one.check()


def coordinate(one):
    """All are in and two contradict: there is no verdict until one of them gives its opinion anew
    and the lead records the agreement. The clocks have ended before."""
    conflict, office = one.line["conflict"], one.office
    record = office.record(1)
    expect_equal("between", [(row["one"]["department"], row["other"]["department"])
                             for row in record["conflicts"]], [tuple(conflict["between"])])
    expect_equal("in conflict", (record["status"], record["outcome"]),
                 ("in_review", "unspecified"))
    for review in one.reviews.values():
        one.check_review(review)
    office.clock(at(conflict["at"]))
    settle = {"proposal": "1", "number": 1}
    office.give("person:office", settleConflict={**settle, "step": "confirm"})
    review = one.reviews[conflict["restates"]]
    office.give(f"person:{conflict['restates']}", giveOpinion={
        "review": one.ref(conflict["restates"]),
        "opinion": given_opinion(review, conflict["result"])})
    office.give("person:office", settleConflict={
        **settle, "step": "agree", "reason": conflict["reason"]})
    review.update(result=conflict["result"])


def second_round(build, first_line, line):
    """Round 1 comes to `returned`; of round 2 only those asked again get a clock, a shorter one."""
    with Office(build, at(first_line["dispatched_at"]) - FOUNDED_BEFORE_MS) as office:
        found_demo(office)
        first = Replay(office, first_line)
        first.submit(first_line["dispatched_at"], first_line["file"])
        first.play()
        first.check()
        raised = {item.split("/")[-1].split("#")[0]: item for item in first.raised()}
        one = Replay(office, line, 2)
        one.revise(first)
        expect_who_is_asked(office, line, raised)
        for department, item in raised.items():
            one.reviews[department]["closes"] = item
        late = line["late_item"]
        one.play([(at(late["at"]), functools.partial(demand_late, one, raised), late)])
        one.wait()
        one.check()
        record = office.record(1)
        expect_equal("what was raised", {row["state"] for row in record["answered"]}, {"closed"})
        expect_equal("the rounds", [past["outcome"] for past in record["pastRounds"]],
                     [first_line["outcome"]])


def expect_who_is_asked(office, line, raised):
    record = office.record(1)
    reviews = {review["department"]: review for review in record["reviews"]}
    expect_equal("the round", record["round"], 2)
    expect_equal("carried forward", sorted(name for name, review in reviews.items()
                                           if review.get("carriedForward")),
                 sorted(line["carried"]))
    expect_equal("the answers", sorted(row["item"]["id"] for row in record["answered"]),
                 sorted(raised.values()))


def demand_late(one, raised, late):
    """What did not change and was not raised before is too late to demand."""
    department = late["department"]
    opinion = opinion_of("conditional")
    opinion["items"][0].update(matter="greening", place="入口", demand="增设景观小品")
    opinion["closedItems"] = [raised[department]]
    said = one.office.say(**{"as": f"person:{department}", "command": {
        "giveOpinion": {"review": one.ref(department), "opinion": opinion}}})
    expect_equal("demanded late", [answer["refused"] for answer in said], [late["refused"]])


def correction(build, line):
    """The same packet without what gas needs. The applicant has five working days to answer, until
    02-25, and five more on request, until 03-03. The clock of gas stands from the delivery on 02-11 until the
    answer on 02-27 at 10:00: 02-12, 13, 14 (a working Saturday), 24, 25, 26 and 27 do not count.
    Without them the limit ends on 02-25, so with them on the seventh working day after it: 02-26, 27,
    28 (a working Saturday), 03-02, 03, 04, 05."""
    with Office(build, at(line["dispatched_at"]) - FOUNDED_BEFORE_MS) as office:
        found_demo(office)
        one = Replay(office, line)
        one.submit(line["dispatched_at"], line["file"])
        office.clock(at("2026-02-24 10:00"))
        office.give("person:street", extendLimit={
            "review": one.ref(""), "extension": {"workingDays": 5, "reason": "探测未完"}})
        expect_equal("to be answered", correction_due(office), "2026-03-03 17:30")
        office.clock(at(line["held"]["to"]))
        office.must(**{"as": "person:street", "revise": 1, "file": completed(office, line["file"])})
        reviews = {row["department"]: row for row in office.record(1)["reviews"]}
        expect_equal("due", local(instant(reviews["gas"]["dueAt"])), "2026-03-05 17:30")
        expect_equal("the others", local(instant(reviews["power"]["dueAt"])), "2026-02-25 17:30")


def lapse(build, line):
    """Nobody answers: the proposal lapses a millisecond after the five working days."""
    with Office(build, at(line["dispatched_at"]) - FOUNDED_BEFORE_MS) as office:
        found_demo(office)
        Replay(office, line).submit(line["dispatched_at"], line["file"])
        office.clock(at("2026-02-25 17:30"))
        expect_equal("the status in time", office.record(1)["status"], "in_review")
        office.clock(at("2026-03-31 09:00"))
        expect_equal("the status", office.record(1)["status"], "lapsed")
        last = office.events[-1]
        expect_equal("the last event", (last[0], last[1]),
                     (at("2026-02-25 17:30") + 1, "correctionLapsed"))


def asked_at_intake(build, line):
    """What the packet lacks is asked for before anything is dispatched."""
    gap = line["incomplete"]
    with Office(build, at(gap["submitted_at"]) - FOUNDED_BEFORE_MS) as office:
        found_demo(office)
        one = Replay(office, line)
        one.submit(gap["submitted_at"], line["file"])
        expect_incomplete(office, gap)
        office.clock(at(gap["extended_at"]))
        office.give("person:street", extendLimit={
            "review": one.ref(""), "extension": {"workingDays": 5, "reason": "探测未完"}})
        expect_equal("to be answered", correction_due(office), gap["extended_due_at"])
        office.clock(at(line["dispatched_at"]))
        office.must(**{"as": "person:street", "revise": 1, "file": completed(office, line["file"])})
        one.play()
        one.wait()
        one.check()


def expect_incomplete(office, gap):
    record = office.record(1)
    expect_equal("the status", record["status"], "incomplete")
    expect_equal("missing", sorted(row["path"] for row in record["missing"]), gap["missing"])
    expect_equal("dispatched", record["reviews"], [])
    expect_equal("to be answered", correction_due(office), gap["due_at"])


def correction_due(office):
    clocks = {row["kind"]: row for row in office.record(1)["clocks"]}
    return local(instant(clocks["correction"]["dueAt"]))


def default_rounds():
    """Returns what DEFAULT tells, told as the other timelines tell it, by sample."""
    told = simple_yaml.read(os.path.join(TIMELINES, DEFAULT))
    rounds = {}
    for line in told["rounds"]:
        common = {name: line.get(name) for name in ("due_at", "half", "reminders")}
        reviews = [{**common, "on_time": True, **row} for row in line.get("reviews") or ()]
        rounds[line["sample"]] = {**line, "process": told["process"], "reviews": reviews}
    return rounds


def run_default(cases, build):
    rounds = default_rounds()
    for line in rounds.values():
        name = f"sample {line['sample']}, default process"
        if line.get("follows"):
            cases.run(name, guarded, second_round, build, rounds[line["follows"]], line)
        elif line.get("incomplete"):
            cases.run(name, guarded, asked_at_intake, build, line)
        else:
            cases.run(name, guarded, replay, build, line)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = Cases()
    lines = {name: simple_yaml.read(os.path.join(TIMELINES, name))
             for name in sorted(os.listdir(TIMELINES)) if name != DEFAULT}
    for line in lines.values():
        if line.get("follows"):
            cases.run(f"sample {line['sample']}", guarded, second_round, arguments[0],
                      lines[f"{line['follows']}.yaml"], line)
            continue
        cases.run(f"sample {line['sample']}", guarded, replay, arguments[0], line)
        if line.get("held"):
            cases.run(f"sample {line['sample']} corrected", guarded, correction, arguments[0], line)
            cases.run(f"sample {line['sample']} lapsed", guarded, lapse, arguments[0], line)
    run_default(cases, arguments[0])
    return cases.end()


def guarded(function, *arguments):
    try:
        function(*arguments)
    except Fault as fault:
        raise AssertionError(str(fault)) from fault


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
