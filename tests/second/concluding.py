# SPDX-License-Identifier: Apache-2.0
"""What the replay makes of conflicts, verdicts and decisions."""
import procedure
from schema import SCHEMA, digest


class Concluding:
    """Events of Replay: a round comes to its end."""

    def contradictions(self, proposal):
        """Returns those that are not on record yet."""
        if any(review.state not in ("closed", "overdue") for review in proposal.reviews.values()):
            return []
        known = {self.contradiction(row)[:4:3] + (row.one.department,)
                 for row in proposal.conflicts}
        known |= {("", one, other) for pair, other, one in known if not pair}
        return [row for row in procedure.conflicts_of(self.book(proposal).process,
                                                      self.given(proposal))
                if (row[0], row[3], row[1]) not in known]

    @staticmethod
    def given(proposal):
        """Returns the opinions that departments gave: not what was decided for them."""
        return {name: proposal.opinions[name] for name, review in proposal.reviews.items()
                if review.state == "closed" and review.opinion and name in proposal.opinions}

    @staticmethod
    def contradiction(row):
        """As conflicts_of() has them, but that a place is named by a hash."""
        return (row.pair.split("@")[0], row.one.department, tuple(row.one["items"]),
                row.other.department, tuple(row.other["items"]))

    def on_conflicts_proposed(self, proposal, event, _):
        given = self.given(proposal)
        rows = [row for row in event.conflicts
                if {row.one.department, row.other.department} <= set(given)]
        if len(rows) < len(event.conflicts):
            self.differ(proposal, "conflict.with_silence", len(rows), len(event.conflicts))
        self.compare(proposal, "conflicts", sorted(self.contradictions(proposal)),
                     sorted(map(self.contradiction, rows)))
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
        proposal.update(status="concluded", outcome=event.outcome)
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
            opinion=review.opinion,
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
