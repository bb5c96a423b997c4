#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays a journal from what was put into it, and compares what the office recorded with what the
domain text makes of it.

usage: replay.py JOURNAL

JOURNAL is what `huishen --json journal` prints. Every difference is a line: the proposal, the number of
the entry, the field, what was expected, what was found. Exit 1 if there is any.
"""
import base64
import collections
import json
import sys

import checks
import clocks
import procedure
from schema import SCHEMA, Message, digest, instant

Difference = collections.namedtuple("Difference", "proposal seq field expected found")
WHOLE_CLOCKS = ("correction", "coordination", "decision", "consolidation", "total")


class Proposal(Message):
    """What is known of a proposal; the fields are those of the schema's Proposal where it has them."""

    def __init__(self, number, process, at):
        super().__init__(
            id=number, process=process, status="submitted", round=0, packets=[], reviews={}, clocks={},
            office_items=[], opinions={}, conflicts=[], waivers={}, intake=None, outcome=None,
            verdict_at=0, pins=b"", told=set(), questions=[], submitted_at=at,
            lacks={}, asked=False, drafts={}, failed=set(), about={})


class Replay:
    def __init__(self):
        self.differences = []
        self.commands, self.authors = {}, {}
        self.definitions, self.current, self.default = {}, {}, ""
        self.pins, self.departments, self.proposals = {}, {}, {}
        self.days, self.books, self.entry = None, {}, None
        self.is_suspect = False
        self.intakes = {}
        self.touched, self.batch = set(), None
        self.events = 0

    # ---- the journal ----

    def read(self, lines):
        for line in lines:
            if line.strip():
                self.take(json.loads(line))
        self.settle()
        return self.differences

    def take(self, tree):
        kind, key = tree["kind"], (tree["receivedSeq"], tree["commandIndex"])
        if kind != "event" or key != self.batch:
            self.settle()
            self.batch = None
        self.entry = Message(seq=int(tree["seq"]), at=instant(tree["at"]))
        if kind == "received":
            self.unpack(tree["received"])
        if kind == "head":
            self.expect_silence()
        if kind == "event":
            self.batch = key
            self.happen(SCHEMA.from_json("Event", tree["event"]), (int(key[0]), key[1]))

    def unpack(self, received):
        envelope = SCHEMA.decode("Envelope", base64.b64decode(received["envelope"]))
        for index, data in enumerate(envelope.commands):
            self.commands[self.entry.seq, index] = SCHEMA.decode("Command", data)
        self.authors[self.entry.seq] = envelope.on_behalf_of or envelope.signer

    def happen(self, event, key):
        name = next(name for name, body in event.items() if name != "proposal" and body is not None)
        command = self.commands.get(key)
        self.events += 1
        handler = getattr(self, "on_" + name, None)
        if event.proposal == 0:
            if handler:
                handler(event[name], command)
            return
        if name == "proposal_submitted":
            process = event[name].process
            self.proposals[event.proposal] = Proposal(event.proposal, process, self.entry.at)
        proposal = self.proposals[event.proposal]
        if proposal.id not in self.touched:
            self.settle()
            self.touched.add(proposal.id)
        try:
            if handler:
                handler(proposal, event[name], command)
        except (KeyError, AttributeError, TypeError, IndexError, StopIteration) as fault:
            self.differ(proposal, name, "what fits the entries before it", repr(fault))

    def differ(self, proposal, field, expected, found):
        self.differences.append(Difference(
            proposal.id if proposal else 0, self.entry.seq, field, expected, found))

    def compare(self, proposal, field, expected, found):
        if expected != found:
            self.differ(proposal, field, expected, found)

    # ---- what the office publishes ----

    def on_department_defined(self, event, _):
        self.departments[event.department.id] = event.department

    def on_definition_published(self, event, command):
        data = command.publish.definition
        self.compare(None, "definition.hash", digest(data), event.hash)
        self.definitions[event.hash] = SCHEMA.decode(event.kind.capitalize(), data)
        if event.kind == "calendar":
            self.current[event.id] = clocks.WorkingDays(self.definitions[event.hash])
        if event.kind == "process" and (event.set_default or not self.default):
            self.default = event.id

    def on_pins_set(self, event, _):
        self.compare(None, "pins.hash", digest(SCHEMA.encode("Pins", event.pins)), event.hash)
        self.pins[event.pins.process_id] = event.hash
        self.books[event.hash] = procedure.Book(
            self.definitions[event.pins.process], self.definitions[event.pins.dictionary],
            {row.id: self.definitions[row.hash] for row in event.pins.packs})

    def on_clock_suspected(self, *_):
        self.is_suspect = True

    def on_clock_confirmed(self, *_):
        self.is_suspect = False

    # ---- helpers ----

    def book(self, proposal):
        return self.books[proposal.pins or self.pins[proposal.process]]

    def stage(self, proposal):
        return self.book(proposal).process.stages[0]

    def calendar(self, proposal):
        return self.current.get(self.book(proposal).process.calendar)

    def due(self, proposal, clock, since_at):
        """A hold that stands counts so far."""
        holds = [Message(hold, to_at=hold.to_at or self.entry.at) for hold in clock.holds]
        return clocks.due_of(self.calendar(proposal), clock.limit, since_at, holds,
                             clock.extensions)

    def expect_clock(self, proposal, clock, kind, limit):
        """A clock that begins now has the limit of the stage and the due date that follows."""
        self.compare(proposal, "clock.kind", kind, clock.kind)
        self.compare(proposal, f"{kind}.limit", limit, clock.limit)
        self.compare(proposal, f"{kind}.since_at", self.entry.at, clock.since_at)
        self.compare(proposal, f"{kind}.due_at", self.due(proposal, clock, self.entry.at),
                     (clock.due_at, clock.provisional))
        proposal.clocks[kind] = clock

    def packet_of(self, proposal, packet, found):
        self.compare(proposal, "packet", digest(SCHEMA.encode("Packet", packet)).hex(), found.hex())
        proposal.packets.append(packet)

    # ---- intake ----

    def on_proposal_submitted(self, proposal, event, command):
        self.compare(proposal, "process", command.submit.process or self.default, event.process)
        self.packet_of(proposal, command.submit.packet, event.packet)
        self.take_in(proposal)

    def intake_of(self, proposal, pins):
        """Returns what intake finds in the last packet, under the definitions @pins names."""
        waived = frozenset(name for name, waiver in proposal.waivers.items()
                           if waiver.state == "granted")
        key = (pins, digest(SCHEMA.encode("Packet", proposal.packets[-1])), waived)
        if key not in self.intakes:
            self.intakes[key] = procedure.take_in(self.books[pins], proposal.packets[-1], waived)
        return self.intakes[key]

    def take_in(self, proposal):
        """The packet is judged under what is in force now."""
        pins = self.pins[proposal.process]
        book, found = self.books[pins], self.intake_of(proposal, pins)
        if found.gates:
            self.end_clock(proposal, "correction")
        proposal.intake = ("gate_failed" if found.gates else
                           "correction_requested" if found.missing else "round_opened", found, book)

    def expect_intake(self, proposal, found):
        expected, intake, book = proposal.intake or (None, None, None)
        self.compare(proposal, "intake", expected, found)
        proposal.intake = None
        return intake, book

    def compare_missing(self, proposal, expected, rows):
        found = {(row.path, row.rule_ids[0] if not row.path and row.rule_ids else ""): set(zip(
            row.rule_ids, row.packs if len(row.packs) == len(row.rule_ids)
            else row.packs * len(row.rule_ids))) for row in rows}
        names = {path: {name for name, _ in askers} for path, askers in expected.items()}
        self.compare(proposal, "missing", names,
                     {path: {name for name, _ in askers} if names.get(path) else set()
                      for path, askers in found.items()})
        packs = {path: {pack for _, pack in askers} for path, askers in expected.items() if askers}
        self.compare(proposal, "missing.packs", packs, {
            (row.path, row.rule_ids[0] if not row.path and row.rule_ids else ""): set(row.packs)
            for row in rows if row.rule_ids})

    def on_gate_failed(self, proposal, event, _):
        intake, _ = self.expect_intake(proposal, "gate_failed")
        proposal.status = "gate_failed"
        if intake:
            self.compare(proposal, "gates", [(row.rule.id, row.element) for row in intake.gates],
                         [(row.rule_id, row.element) for row in event.findings])
            self.compare_missing(proposal, intake.missing, event.missing)
        proposal.failed = {row.rule_id for row in event.findings}

    def on_correction_requested(self, proposal, event, _):
        if proposal.status == "in_review":
            self.send_questions(proposal, event)
        else:
            intake, _ = self.expect_intake(proposal, "correction_requested")
            proposal.status = "incomplete"
            if intake:
                self.compare_missing(proposal, intake.missing, event.missing)
        stage = self.stage(proposal)
        running = proposal.clocks.get("correction")
        if running and not running.ended_at:  # an answer with gaps does not begin it anew
            if event.clock:
                self.compare(proposal, "correction.due_at", running.due_at, event.clock.due_at)
        elif event.clock:
            self.expect_clock(proposal, event.clock, "correction", stage.correction)
        else:
            self.compare(proposal, "correction", stage.correction, None)

    def send_questions(self, proposal, event):
        """All that departments lack or ask leaves as one list."""
        for row in proposal.questions:
            proposal.lacks.setdefault(row.department, set()).add((row.path, "", row.text))
        expected = set().union(*proposal.lacks.values())
        found = {(row.path, rule, row.reason if not rule else "") for row in event.missing
                 for rule in row.rule_ids or ("",)}
        self.compare(proposal, "missing", sorted(expected), sorted(found))
        proposal.update(questions=[], asked=False)

    def end_clock(self, proposal, kind):
        if kind in proposal.clocks:
            proposal.clocks[kind].ended_at = proposal.clocks[kind].ended_at or self.entry.at

    # ---- rounds ----

    def on_round_opened(self, proposal, event, _):
        intake, book = self.expect_intake(proposal, "round_opened")
        self.compare(proposal, "round", proposal.round + 1, event.round)
        old = Message(proposal)
        self.compare(proposal, "pins", self.pins[proposal.process], event.pins)
        proposal.update(
            status="in_review", round=event.round, pins=self.pins[proposal.process], outcome=None, conflicts=[],
            office_items=event.office_items, told=set(), lacks={}, questions=[],
            clocks={kind: clock for kind, clock in proposal.clocks.items() if kind == "correction"}, reviews={review.department: review for review in event.reviews})
        proposal.about = {name: old.about.get(name) if review.carried_forward
                          else proposal.packets[-1] for name, review in proposal.reviews.items()}
        if intake is None:
            return
        stage = book.process.stages[0]
        self.compare(proposal, "stage", stage.id, event.stage)
        self.compare(proposal, "limit_class",
                     intake.limit_class.id if intake.limit_class else "", event.limit_class)
        self.compare(proposal, "office_items",
                     [(row.rule.id, row.element, row.rule.on_fail) for row in intake.office],
                     [(row.rule_id, row.element, row.effect) for row in event.office_items])
        self.compare(proposal, "departments", [seat.department for seat in intake.seats],
                     [review.department for review in event.reviews])
        again = self.asked_again(old, proposal, intake, book)
        for seat in intake.seats:
            if seat.department in proposal.reviews:
                self.open_review(proposal, seat, intake, seat.department in again)
        self.compare(proposal, "total", bool(stage.total), bool(event.total))
        if event.total:
            self.expect_clock(proposal, event.total, "total", stage.total)
        proposal.opinions = {name: opinion for name, opinion in proposal.opinions.items()
                             if name not in again}
        if book.process.completeness == "department":
            self.ask_departments(proposal, intake, again)
        if not proposal.lacks:
            self.end_clock(proposal, "correction")

    def asked_again(self, old, proposal, intake, book):
        """Returns the departments that get a review in this round; all of them in the first."""
        if proposal.round == 1:
            return {seat.department for seat in intake.seats}
        return {seat.department for seat in intake.seats
                if self.is_asked_again(old, seat, (book, proposal.packets[-1]))}

    def is_asked_again(self, old, seat, new):
        review = old.reviews.get(seat.department)
        return (review is None or review.must_count > 0 or procedure.gave_nothing(review)
                or procedure.changed_inputs(
                    seat, (self.books[old.pins], old.about[seat.department]), new))

    def open_review(self, proposal, seat, intake, is_asked):
        review = proposal.reviews[seat.department]
        name = f"{seat.department}."
        self.compare(proposal, name + "carried_forward", not is_asked, review.carried_forward)
        if review.carried_forward:
            return
        stage = self.stage(proposal)
        findings = intake.findings[seat.department]
        limit = procedure.limit_of(stage, seat, intake.limit_class, proposal.round)
        self.compare(proposal, name + "limit", limit, review.limit)
        self.compare(proposal, name + "state", "open", review.state)
        self.compare(proposal, name + "dispatched_at", self.entry.at, review.dispatched_at)
        self.compare(proposal, name + "silence",
                     seat.silence.disposition if seat.silence else "escalate", review.silence)
        self.compare(proposal, name + "must_open", checks.is_must_open(findings), review.must_open)
        self.compare(proposal, name + "sealed", stage.sealed, review.sealed)
        if limit:
            self.compare(proposal, name + "due_at",
                         clocks.due_of(self.calendar(proposal), limit, self.entry.at),
                         (review.due_at, review.provisional))

    def ask_departments(self, proposal, intake, again):
        """What a department's must-check lacks stops that department's clock."""
        for name in again:
            lacks = self.lacks(intake, name)
            if lacks:
                proposal.lacks[name] = lacks
                proposal.told.add(("hold", name))
        proposal.asked = bool(proposal.lacks)

    @staticmethod
    def lacks(intake, name):
        missing = checks.missing_of(intake.findings[name], name)
        return {(path, rule, "") for (path, _), askers in missing.items() for rule, _ in askers}

    def on_packet_revised(self, proposal, event, command):
        self.compare(proposal, "version", len(proposal.packets) + 1, event.version)
        self.packet_of(proposal, command.revise.packet, event.packet)
        if proposal.status == "in_review":
            self.answer_departments(proposal)
        else:
            self.take_in(proposal)

    def answer_departments(self, proposal):
        """A correction ends for whom nothing is missing any more; questions are answered."""
        intake = self.intake_of(proposal, proposal.pins)
        for name in list(proposal.lacks):
            lacks = self.lacks(intake, name)
            if lacks:
                proposal.lacks[name] = lacks
            else:
                proposal.told.add(("resume", name))
                proposal.reviews[name].must_open = checks.is_must_open(intake.findings[name])
                proposal.about[name] = proposal.packets[-1]
                self.supply(proposal, name)
        proposal.asked = bool(proposal.lacks)

    def supply(self, proposal, name):
        """Nothing is asked for @name any more; the applicant's clock ends with the last of them."""
        if proposal.lacks.pop(name, None) and not proposal.lacks:
            self.end_clock(proposal, "correction")

    # ---- reviews ----

    def on_review_received(self, proposal, event, _):
        review = proposal.reviews[event.department]
        review.received_at = review.received_at or self.entry.at

    on_review_delivered = on_review_received

    def on_review_reminded(self, proposal, event, _):
        review = proposal.reviews[event.department]
        review.reminders += self.entry.at <= review.due_at

    def on_rung_reached(self, proposal, event, _):
        if not event.department:
            return
        review = proposal.reviews[event.department]
        ladder = {rung.id: rung.to for rung in self.stage(proposal).ladder}
        count = sum(ladder.get(rung) == "department" for rung in event.rungs)
        self.compare(proposal, f"{event.department}.reminds", count > 0, event.reminds)
        if self.entry.at <= review.due_at:
            review.reminders += count

    def on_opinion_drafted(self, proposal, event, command):
        proposal.drafts[event.opinion] = command.draft_opinion.opinion

    def on_opinion_given(self, proposal, event, command):
        review, opinion = proposal.reviews[event.department], command.give_opinion.opinion
        name = f"{event.department}."
        items = opinion["items"]
        self.compare(proposal, name + "result", opinion.result, event.result)
        self.compare(proposal, name + "items",
                     (len(items), sum(item.severity == "must" for item in items)),
                     (event.item_count, event.must_count))
        self.compare(proposal, name + "by_rules", opinion.by_rules, event.by_rules)
        is_late = review.due_at != 0 and self.entry.at > review.due_at and review.state != "held"
        if not event.restated:
            self.compare(proposal, name + "late", is_late, event.late)
        if event.by_rules and proposal.round == 1:
            self.compare_suggestion(proposal, event.department, opinion)
        review.received_at = review.received_at or self.entry.at  # who answers has received it
        if review.result == "tacit":
            review.late_opinion = Message(result=event.result, opinion=opinion,
                                          must_count=event.must_count, hash=event.opinion)
            return
        if event.restated:
            review.earlier.append(SCHEMA.new("EarlierOpinion", opinion=review.opinion))
            self.restate(proposal, event.department, opinion)
        self.answer(proposal, review, event, opinion)

    def restate(self, proposal, name, opinion):
        """An opinion given anew stands in the conflict with the items that it has now."""
        opinions = {**proposal.opinions, name: opinion}
        for conflict in proposal.conflicts:
            for side in (conflict.one, conflict.other):
                if conflict.state == "confirmed" and side.department == name:
                    side["items"] = procedure.items_anew(self.book(proposal).process, conflict, side,
                                                         opinions)
                    side.update(restated=True, whole=side.whole and not side["items"])

    def answer(self, proposal, review, event, opinion):
        review.update(result=event.result, opinion=event.opinion, must_count=event.must_count,
                      state="not_competent" if event.result == "not_competent" else "closed")
        for hold in review.holds:  # who has answered is held no longer
            hold.to_at = hold.to_at or self.entry.at
        self.supply(proposal, review.department)
        proposal.questions = [row for row in proposal.questions
                              if row.department != review.department]
        if proposal.status == "in_review":
            proposal.opinions[review.department] = opinion
        else:
            review.after_verdict = True

    def compare_suggestion(self, proposal, name, opinion):
        """What the rules say is the opinion."""
        findings = self.intake_of(proposal, proposal.pins).findings[name]
        owners = [owner.id for owner in self.departments[name].owners]
        result, parts = checks.suggest_parts(findings, owners)
        self.compare(proposal, f"{name}.suggested", (result, parts),
                     (opinion.result, {part.owner: part.result for part in opinion.parts}))
        self.compare(proposal, f"{name}.demands",
                     sorted((row.rule.id, row.element) for row in findings if row.state == "failed"),
                     sorted((item.rule_id, item.place[item.place.rfind("[") + 1:-1]
                             if "[" in item.place else "") for item in opinion["items"]))

    def on_opinion_rectified(self, proposal, event, command):
        review, opinion = proposal.reviews[event.department], command.rectify_opinion.opinion
        self.compare(proposal, f"{event.department}.result", opinion.result, event.result)
        self.answer(proposal, review, event, opinion)

    def on_competence_settled(self, proposal, event, command):
        review = proposal.reviews[event.department]
        self.compare(proposal, f"{event.department}.confirmed",
                     command.settle_competence.confirmed, event.confirmed)
        if event.confirmed:
            review.update(state="closed", result="not_involved")
        else:
            review.update(state="overdue" if review.get("was_overdue") else "open",
                          result="unspecified", opinion=b"", must_count=0,
                          opened_anew=self.entry.at)
            proposal.opinions.pop(event.department, None)

    def on_review_overdue(self, proposal, event, _):
        review = proposal.reviews[event.department]
        name = f"{event.department}."
        seat = next(seat for seat in self.stage(proposal).seats
                    if seat.department == event.department)
        means, barrier = procedure.silence(seat, review, self.departments[event.department],
                                           self.calendar(proposal))
        self.compare(proposal, name + "due_at", review.due_at, event.due_at)
        self.compare(proposal, name + "overdue", ("open", True),
                     (review.state, self.entry.at > review.due_at))
        self.compare(proposal, name + "disposition", (means, barrier),
                     (event.disposition, event.barrier))
        written = 0
        if means == "tacit" and seat.silence.written:  # the day on which the limit ended is day 0
            written, _ = clocks.due_of(self.calendar(proposal), seat.silence.written,
                                       review.due_at - 1)
        self.compare(proposal, name + "written_due_at", written, event.written_due_at)
        review.update(state="overdue", was_overdue=True)
        if event.disposition == "tacit":
            review.update(state="closed", result="tacit")

    def on_silence_decided(self, proposal, event, command):
        review = proposal.reviews[event.department]
        self.compare(proposal, f"{event.department}.decided", ("overdue", command.decide_silence.result),
                     (review.state, event.result))
        review.update(state="closed", result=event.result, decided_by=event.decided_by,
                      decided_reason=event.reason)

    def on_review_reopened(self, proposal, event, _):
        review = proposal.reviews[event.department]
        late = review.late_opinion
        review.update(result=late.result, opinion=late.hash, must_count=late.must_count,
                      state="not_competent" if late.result == "not_competent" else "closed")
        proposal.opinions[event.department] = late.opinion
        if proposal.status != "in_review":  # every opinion goes on into another round
            proposal.update(status="in_review", round=proposal.round + 1, outcome=None, conflicts=[])
            for row in proposal.reviews.values():
                row.carried_forward = True

    # ---- holds ----

    def clock_of(self, proposal, event, kind):
        if event.department:
            return proposal.reviews[event.department], proposal.reviews[event.department].dispatched_at
        clock = proposal.clocks[kind]
        return clock, clock.since_at

    def on_clock_held(self, proposal, event, _):
        clock, _ = self.clock_of(proposal, event, event.clock)
        clock.holds.append(event.hold)
        self.compare(proposal, f"{event.department}.held_from", self.entry.at, event.hold.from_at)
        if event.department:
            clock.state = "held"
            proposal.told.discard(("hold", event.department))

    def on_clock_resumed(self, proposal, event, _):
        clock, since = self.clock_of(proposal, event, event.clock)
        hold = next(hold for hold in clock.holds if hold.reason == event.reason and not hold.to_at)
        hold.to_at = event.to_at
        self.compare(proposal, f"{event.department}.resumed_at",
                     hold.ends_at if event.by_itself else self.entry.at, event.to_at)
        proposal.told.discard(("resume", event.department))
        if any(not hold.to_at for hold in clock.holds):
            return
        if event.department:
            clock.state = "open"
        self.move(proposal, event, clock, since)

    def on_deadline_moved(self, proposal, event, _):
        clock, since = self.clock_of(proposal, event, event.clock)
        self.compare(proposal, f"{event.department}.from_at", clock.due_at, event.from_at)
        self.move(proposal, event, clock, since)

    def move(self, proposal, event, clock, since):
        """The due date is computed anew, and is never earlier than it was."""
        due, is_provisional = self.due(proposal, clock, since)
        self.compare(proposal, f"{event.department or event.clock}.due_at",
                     (max(due, clock.due_at), is_provisional), (event.due_at, event.provisional))
        clock.update(due_at=event.due_at, provisional=event.provisional)

    def on_limit_extended(self, proposal, event, _):
        clock, since = self.clock_of(proposal, event, "correction")
        clock.extensions.append(event.extension)
        due, is_provisional = self.due(proposal, clock, since)
        self.compare(proposal, f"{event.department or 'correction'}.due_at",
                     (max(due, clock.due_at), is_provisional), (event.due_at, event.provisional))
        clock.update(due_at=event.due_at, provisional=event.provisional)
        if event.department and clock.state == "overdue":
            clock.update(state="open", was_overdue=False)

    def on_clock_started(self, proposal, event, _):
        kind = event.clock.kind
        if kind != "condition":
            self.compare(proposal, "clock.may_start", True, kind in self.clocks_wanted(proposal))
            self.expect_clock(proposal, event.clock, kind, self.stage(proposal)[kind])

    def on_clock_passed(self, proposal, event, _):
        clock = proposal.clocks.get(event.kind)
        if clock:
            self.compare(proposal, f"{event.kind}.passed", (clock.due_at, True),
                         (event.due_at, self.entry.at > clock.due_at))
            clock.passed = True

    def on_correction_lapsed(self, proposal, event, _):
        clock = proposal.clocks["correction"]
        self.compare(proposal, "correction.lapsed", (clock.due_at, True),
                     (event.due_at, self.entry.at > clock.due_at))
        proposal.status = "lapsed"

    def on_question_asked(self, proposal, event, _):
        proposal.questions += event.questions

    # ---- conflicts, the verdict, what follows ----

    def contradictions(self, proposal):
        """Returns those that are not on record yet."""
        if any(review.state not in ("closed", "overdue") for review in proposal.reviews.values()):
            return []
        opinions = {name: proposal.opinions.get(name) if review.opinion else None
                    for name, review in proposal.reviews.items() if review.state == "closed"}
        known = {(row.pair.split("@")[0], row.one.department, row.other.department)
                 for row in proposal.conflicts}
        return [row for row in procedure.conflicts_of(self.book(proposal).process, opinions)
                if (row[0].split("@")[0], row[1], row[3]) not in known]

    @staticmethod
    def contradiction(row):
        """As conflicts_of() has them, but that a place is named by a hash."""
        return (row.pair.split("@")[0], row.one.department, tuple(row.one["items"]),
                row.other.department, tuple(row.other["items"]))

    def on_conflicts_proposed(self, proposal, event, _):
        self.compare(proposal, "conflicts", sorted(self.contradictions(proposal)),
                     sorted(self.contradiction(row) for row in event.conflicts))
        self.compare(proposal, "conflict.states", {"proposed"},
                     {row.state for row in event.conflicts})
        proposal.conflicts += event.conflicts

    def on_conflict_settled(self, proposal, event, command):
        conflict = next(row for row in proposal.conflicts if row.number == event.number)
        order = command.settle_conflict
        state = {"confirm": "confirmed", "dismiss": "dismissed", "agree": "agreed", "rule": "ruled"}
        self.compare(proposal, "conflict.state", state[order.step], event.state)
        sides = [conflict.one.department, conflict.other.department]
        overruled = [name for name in sides if name != order.in_favour] if order.step == "rule" else []
        self.compare(proposal, "conflict.overruled", sorted(overruled), sorted(event.overruled))
        for side in (conflict.one, conflict.other):
            side.overruled = side.department in event.overruled
        conflict.update(state=event.state, demand=event.demand, reason=event.reason,
                        document=event.document, settled_by=event.settled_by,
                        settled_at=self.entry.at)

    def on_office_item_set_aside(self, proposal, event, _):
        for item in proposal.office_items:
            if (item.rule_id, item.element) == (event.rule_id, event.element):
                item.set_aside_reason, item.set_aside_by = event.reason, event.set_aside_by

    def outcome(self, proposal):
        if self.contradictions(proposal):
            return None
        return procedure.verdict_of(proposal.reviews.values(), proposal.opinions,
                                    proposal.office_items, proposal.conflicts)

    def on_verdict_issued(self, proposal, event, _):
        self.compare(proposal, "round", proposal.round, event.round)
        self.compare(proposal, "outcome", (self.outcome(proposal), None),
                     (event.outcome, proposal.outcome))
        self.compare(proposal, "verdict", self.verdict(proposal, event.outcome).hex(),
                     event.verdict.hex())
        proposal.update(status="concluded", outcome=event.outcome, verdict_at=self.entry.at)
        stage = self.stage(proposal)
        is_awaited = event.outcome in ("passed", "conditional") and stage.decision is not None
        self.compare(proposal, "decision", is_awaited, event.decision is not None)
        if event.decision:
            self.expect_clock(proposal, event.decision, "decision", stage.decision)

    def verdict(self, proposal, outcome):
        """Returns the hash of the canonical verdict."""
        inputs = [SCHEMA.new(
            "Verdict.Input", department=name,
            result="overdue" if review.state == "overdue" else review.result,
            opinion=review.opinion if not review.decided_by else b"",
            carried_forward=review.carried_forward, counts_as=self.counted(proposal, review),
            earlier=[row.opinion for row in review.earlier],
            decided_by=review.decided_by, decided_reason=review.decided_reason)
            for name, review in proposal.reviews.items()]
        message = SCHEMA.new(
            "Verdict", proposal=proposal.id, round=proposal.round, outcome=outcome, inputs=inputs,
            packet=digest(SCHEMA.encode("Packet", proposal.packets[-1])), pins=proposal.pins,
            office_items=proposal.office_items, conflicts=proposal.conflicts,
            waivers=[row for row in proposal.waivers.values() if row.state == "granted"])
        return digest(SCHEMA.encode("Verdict", message))

    @staticmethod
    def counted(proposal, review):
        counts = procedure.counts_as(review, proposal.opinions.get(review.department),
                                     proposal.conflicts)
        return counts if counts != review.result else "unspecified"

    def on_proposal_decided(self, proposal, event, command):
        self.compare(proposal, "decision", (command.decide.kind, proposal.outcome),
                     (event.kind, event.outcome))
        proposal.status = {"signed": "approved", "rejected": "rejected"}.get(event.kind, "concluded")

    def on_proposal_withdrawn(self, proposal, *_):
        proposal.status = "withdrawn"

    def on_waiver_requested(self, proposal, event, _):
        proposal.waivers[event.rule_id] = SCHEMA.new(
            "Waiver", rule_id=event.rule_id, state="asked", reason=event.reason,
            document=event.document, asked_by=event.asked_by, asked_at=self.entry.at)

    def on_waiver_answered(self, proposal, event, command):
        self.compare(proposal, "waiver.granted", command.answer_waiver.granted, event.granted)
        proposal.waivers[event.rule_id].update(
            state="granted" if event.granted else "refused", answered_by=event.answered_by,
            answered_at=self.entry.at, refused_reason=event.reason)
        if event.granted:
            proposal.failed.discard(event.rule_id)
            if not proposal.failed:
                self.take_in(proposal)

    # ---- what is missing ----

    def clocks_wanted(self, proposal):
        """Returns the clocks of the lead that run in a round without a verdict."""
        if proposal.status != "in_review":
            return set()
        if any(row.state in procedure.OPEN_CONFLICTS for row in proposal.conflicts):
            return {"coordination"}
        states = {review.state for review in proposal.reviews.values()}
        return set() if states & {"open", "held"} else {"consolidation"}

    def settle(self):
        """After what came together: what should have come with it and did not?"""
        for number in self.touched:
            proposal = self.proposals[number]
            if proposal.intake:
                self.differ(proposal, "intake", proposal.intake[0], None)
                proposal.intake = None
            for word, name in sorted(proposal.told):
                self.differ(proposal, f"{name}.{word}", True, None)
            if proposal.asked:
                self.differ(proposal, "missing", proposal.lacks, None)
            proposal.update(told=set(), asked=False)
            if proposal.status == "in_review":
                self.settle_round(proposal)
        self.touched.clear()

    def settle_round(self, proposal):
        missing = self.contradictions(proposal)
        if missing:
            self.differ(proposal, "conflicts", missing, None)
            return
        outcome = self.outcome(proposal)
        if outcome:
            self.differ(proposal, "outcome", outcome, None)
            proposal.update(status="concluded", outcome=outcome)
            return
        stage, wanted = self.stage(proposal), self.clocks_wanted(proposal)
        for kind in ("coordination", "consolidation"):
            runs = kind in proposal.clocks and not proposal.clocks[kind].ended_at
            if runs and kind not in wanted:
                proposal.clocks[kind].ended_at = self.entry.at
            if kind in wanted and not runs and stage[kind]:
                states = sorted({review.state for review in proposal.reviews.values()})
                self.differ(proposal, f"{kind}.started", states, None)
                proposal.clocks[kind] = Message(ended_at=0)

    def expect_silence(self):
        """At the end of a commit no limit has passed that is not on record."""
        if self.is_suspect:
            return
        for proposal in self.proposals.values():
            if proposal.status != "in_review":
                continue
            for name, review in proposal.reviews.items():
                if (review.state == "open" and 0 < review.due_at < self.entry.at
                        and review.get("opened_anew") != self.entry.at):
                    self.differ(proposal, f"{name}.overdue", review.due_at, None)
                    review.state = "overdue"


def shown(value):
    if isinstance(value, bytes):
        return value.hex()[:16]
    return value


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    replay = Replay()
    with open(arguments[0], encoding="utf-8") as file:
        differences = replay.read(file)
    for row in differences:
        print(f"{row.proposal} {row.seq} {row.field}: expected {shown(row.expected)}, "
              f"found {shown(row.found)}")
    print(f"{replay.events} events of {len(replay.proposals)} proposals, "
          f"{len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
