# SPDX-License-Identifier: Apache-2.0
"""What the replay makes of packets, corrections and the opening of rounds."""
import checks
import clocks
import procedure
from schema import SCHEMA, Message, digest


class Opening:
    """Events of Replay: a packet is handed in, judged, dispatched."""

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
        """All that departments lack or ask leaves as one list; questions after they were gathered."""
        leaving = [] if proposal.asked else proposal.questions
        for row in leaving:
            proposal.lacks.setdefault(row.department, set()).add((row.path, "", row.text))
            proposal.questions = []
        expected = set().union(*proposal.lacks.values())
        found = {(row.path, rule, row.reason if not rule else "") for row in event.missing
                 for rule in row.rule_ids or ("",)}
        idle = (found - expected) & proposal.idle
        if idle:
            self.differ(proposal, "missing.of_who_answered", [], sorted(idle))
        self.compare(proposal, "missing", sorted(expected), sorted(found - idle))
        proposal.asked = False

    def end_clock(self, proposal, kind):
        if kind in proposal.clocks:
            proposal.clocks[kind].ended_at = proposal.clocks[kind].ended_at or self.entry.at

    # ---- rounds ----

    def on_round_opened(self, proposal, event, _):
        intake, book = self.expect_intake(proposal, "round_opened")
        self.compare(proposal, "round", proposal.round + 1, event.round)
        old = Message(proposal)
        self.compare(proposal, "pins", self.pins[proposal.process], event.pins)
        running = {kind: clock for kind, clock in proposal.clocks.items() if kind == "correction"}
        proposal.update(
            status="in_review", round=event.round, pins=self.pins[proposal.process], outcome=None,
            conflicts=[], office_items=event.office_items, told=set(), lacks={}, idle=set(), questions=[],
            clocks=running, reviews={review.department: review for review in event.reviews})
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
