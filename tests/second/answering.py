# SPDX-License-Identifier: Apache-2.0
"""What the replay makes of reviews, their answers, their silence and their clocks."""
import checks
import clocks
import procedure
from schema import SCHEMA


class Answering:
    """Events of Replay: a department receives, answers, is held, is silent."""

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
            proposal.late[event.department] = (opinion, {
                "result": event.result, "opinion": event.opinion, "must_count": event.must_count,
                "state": "not_competent" if event.result == "not_competent" else "closed"})
            return
        if event.restated:
            review.earlier.append(SCHEMA.new("EarlierOpinion", opinion=review.opinion))
            self.restate(proposal, event.department, opinion)
            review.carried_forward = False
        self.answer(proposal, review, event, opinion)

    def restate(self, proposal, name, opinion):
        """An opinion given anew stands in the conflict with the items that it has now."""
        opinions = {**proposal.opinions, name: opinion}
        for conflict in proposal.conflicts:
            for side in (conflict.one, conflict.other):
                if conflict.state == "confirmed" and side.department == name:
                    side["items"] = procedure.items_anew(self.book(proposal).process, conflict, side,
                                                         opinions)
                    side.update(restated=True, whole=False)

    def answer(self, proposal, review, event, opinion):
        review.update(result=event.result, opinion=event.opinion, must_count=event.must_count,
                      state="not_competent" if event.result == "not_competent" else "closed")
        for hold in review.holds:  # who has answered is held no longer
            hold.to_at = hold.to_at or self.entry.at
        proposal.idle |= proposal.lacks.get(review.department, set())
        self.supply(proposal, review.department)
        proposal.questions = [row for row in proposal.questions
                              if row.department != review.department]
        proposal.opinions[review.department] = opinion

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
        if means == "tacit" and seat.silence.written:
            written = clocks.written_by(self.calendar(proposal), seat.silence.written, review.due_at)
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
        proposal.opinions[event.department], late = proposal.late[event.department]
        review.update(late)
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
        if any(not hold.to_at for hold in clock.holds):  # another stands: nothing moves yet
            self.compare(proposal, f"{event.department}.due_at", clock.due_at, event.due_at)
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
