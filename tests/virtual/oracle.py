# SPDX-License-Identifier: Apache-2.0
"""What a history must come to: every event of the clocks of one proposal, as docs/clocks.md has it.

It walks along the tape of the calendar (tape.py), from one instant to the next at which anything could
come, and works everything out anew each time; it shares nothing with the C. A history is of the
proposals 1, 2, 3 ... of one office and has steps, in order:

    ("clock", ms)                        the clock goes on to that instant
    ("jump", ms), ("down", ms)           it is set, forward or back; "down": while the office is closed
    ("submit", process)                  the next proposal is submitted; generate.py describes it
    ("give", proposal, verb, arguments)  somebody orders something
    ("import", tape)                     there is another calendar

expected() returns lines of text, `MS PROPOSAL WHOSE WORDS`, one for an event, sorted by instant, proposal
and whose it is, a department's or of a clock of the whole ("-total"); what one clock does at one instant
stays in its order.
"""
import dataclasses
from fractions import Fraction

from tape import MINUTE, Tape

SPANS = {"hours": 3_600_000, "minutes": 60_000, "seconds": 1_000}
OPEN, HELD, OVERDUE, CLOSED = "open", "held", "overdue", "closed"
NEVER = 1 << 62


def span_of(limit):
    """Returns the milliseconds of a limit in elapsed time; None if it is in working days."""
    for name, unit in SPANS.items():
        if name in limit:
            return limit[name] * unit
    return None


@dataclasses.dataclass
class Hold:
    reason: str
    from_ms: int
    ends_ms: int  # 0: not by itself
    to_ms: int = 0  # 0: it stands


@dataclasses.dataclass
class Clock:
    """A limit that runs: of a review, or of the whole proposal."""
    limit: dict
    since_ms: int
    holds: list = dataclasses.field(default_factory=list)
    more: int = 0  # working days or milliseconds by which it was extended
    due_ms: int = 0
    is_provisional: bool = False
    is_passed: bool = False  # on record; of a clock that ends nothing
    name: str = ""  # the department's, or of a clock of the whole "-total"

    def stands(self):
        return any(hold.to_ms == 0 for hold in self.holds)

    def standing(self, reason):
        for hold in self.holds:
            if hold.reason == reason and hold.to_ms == 0:
                return hold
        return None


@dataclasses.dataclass
class Review(Clock):
    state: str = OPEN
    received_ms: int = 0
    reminders: int = 0
    rung_ms: int = 0  # rungs up to here have come, or never will
    is_extended: bool = False
    is_tacit: bool = False  # and has said nothing since
    asked: Hold = None


# ---- limits ----

def merged(clock):
    """Returns the spans of the holds that have ended, those that overlap or touch made one."""
    spans = []
    for hold in sorted((hold for hold in clock.holds if hold.to_ms), key=lambda hold: hold.from_ms):
        if spans and hold.from_ms <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], hold.to_ms)
        else:
            spans.append([hold.from_ms, hold.to_ms])
    return spans


def due_in_days(tape, clock, workdays):
    """Returns the last instant in time. Days held are walked one by one."""
    day_zero = tape.day_zero(clock.since_ms)
    due = tape.after(b"C", day_zero, workdays)
    held = 0
    for from_ms, to_ms in merged(clock):
        if from_ms > tape.instant(due):
            break  # it had ended by then
        begin = max(tape.midnight(tape.position(from_ms)), tape.midnight(day_zero))
        held += tape.closings(begin - 1, tape.midnight(tape.position(to_ms)) - 1)
        due = tape.after(b"C", day_zero, workdays + held)
    return tape.instant(due)


def due_in_span(clock, span):
    """The same for elapsed time."""
    due = clock.since_ms + span
    for from_ms, to_ms in merged(clock):
        if from_ms > due:
            break
        due += to_ms - max(from_ms, clock.since_ms)
    return due


def due_of(tape, clock):
    """Returns when the clock ends."""
    span = span_of(clock.limit)
    if span is None:
        return due_in_days(tape, clock, clock.limit["workingDays"] + clock.more)
    return due_in_span(clock, span + clock.more)


# ---- the ladder ----

def half_ms(tape, clock):
    """Returns when half of the limit has gone: what is held after that does not count."""
    span = span_of(clock.limit)
    if span is not None:
        return due_in_span(clock, (span + clock.more) // 2)
    days = (clock.limit["workingDays"] + clock.more) // 2 + 1
    closing = tape.position(due_in_days(tape, clock, days))
    return tape.instant(tape.before(b"O", closing, 1))


def rung_instants(tape, review, rung, after_ms, until_ms, is_first):
    """Yields the instants of a rung, as things are now, up to @until_ms; of one that repeats those
    after @after_ms, or only the first of them."""
    is_days = "workingDays" in review.limit
    due = tape.position(review.due_ms)
    if review.limit.get("workingDays", 0) < rung.get("leastDays", 0):
        return
    if "unreceived" in rung:
        if review.received_ms == 0:
            span = span_of(rung["unreceived"])
            yield tape.work(review.since_ms, span)
    elif "half" in rung:
        yield half_ms(tape, review)
    elif "before" in rung:
        if "workingDays" not in rung["before"]:
            yield review.due_ms - span_of(rung["before"])
        elif is_days:
            yield tape.instant(tape.before(b"O", due, 1 + rung["before"]["workingDays"]))
    elif "workingDays" not in rung["after"]:
        at = review.due_ms + span_of(rung["after"])
        while at <= until_ms:
            if at > after_ms:
                yield at
                if is_first:
                    break
            if not rung.get("repeats"):
                break
            at += span_of(rung["after"])
    elif is_days:
        at = tape.after(b"O", due, rung["after"]["workingDays"])
        while tape.instant(at) <= until_ms:
            if tape.instant(at) > after_ms:
                yield tape.instant(at)
                if is_first:
                    break
            if not rung.get("repeats"):
                break
            at = tape.after(b"O", at, 1)


@dataclasses.dataclass
class Time:
    """The office's time: never before that of the last thing on record."""
    wall_ms: int = 0
    last_ms: int = 0

    def now(self):
        return max(self.wall_ms, self.last_ms)


class Proposal:
    """One proposal from its submission on."""

    def __init__(self, office, number, process):
        self.office = office
        self.time = office.time
        self.number = number
        self.process = process
        self.ladder = process["ladder"]
        self.reviews = {}
        self.clocks = {}  # that run, of the whole, by what they are called
        self.is_over = False
        self.next_known_ms = None  # what next_ms() found, until something changes

    @property
    def tape(self):
        return self.office.tape

    @property
    def now_ms(self):
        return self.time.now()

    def say(self, department, *words):
        now_ms = self.now_ms
        if words[0] != "refused":
            self.time.last_ms = now_ms
        self.office.lines.append((now_ms, self.number, department, " ".join(map(str, words))))

    # ---- what comes by itself ----

    def rungs_between(self, review, after_ms, until_ms, is_first=False):
        """Returns (instant, id, to) of the rungs after one instant, up to and with another."""
        found = []
        for rung in self.ladder:
            limit = until_ms if "after" in rung else min(until_ms, review.due_ms)
            for at in rung_instants(self.tape, review, rung, after_ms, limit, is_first):
                if max(after_ms, review.since_ms) < at <= limit:
                    found.append((at, rung["id"], rung["to"]))
        return found

    def next_of(self, clock):
        """Returns when the clock next does something."""
        return self.next_of_review(clock) if isinstance(clock, Review) else self.next_of_whole(clock)

    @staticmethod
    def next_of_whole(clock):
        if clock.stands():
            return min((hold.ends_ms for hold in clock.holds
                        if hold.to_ms == 0 and hold.ends_ms > 0), default=NEVER)
        return NEVER if clock.is_passed else clock.due_ms + 1

    def next_of_review(self, review):
        if review.state == CLOSED:
            return NEVER
        if review.state == HELD:
            return min((hold.ends_ms for hold in review.holds
                        if hold.to_ms == 0 and hold.ends_ms > 0), default=NEVER)
        horizon = review.due_ms if review.state == OPEN else self.now_ms + 40 * 86_400_000
        if review.state == OVERDUE and self.process["silence"]["disposition"] == "wait":
            return NEVER
        rungs = self.rungs_between(review, review.rung_ms, horizon, is_first=True)
        first = min((at for at, *_ in rungs), default=NEVER)
        return min(first, review.due_ms + 1) if review.state == OPEN else first

    def next_ms(self):
        if self.next_known_ms is None:
            self.next_known_ms = self.find_next()
        return self.next_known_ms

    def find_next(self):
        return min(map(self.next_of, [*self.reviews.values(), *self.clocks.values()]),
                   default=NEVER)

    def ring(self):
        """Records all that has come by now, in the order of the instants."""
        while self.next_ms() <= self.now_ms:
            self.next_known_ms = None
            self.wake(min([*self.reviews.values(), *self.clocks.values()], key=self.next_of))

    def wake(self, review):
        if review.stands():
            self.end_holds(review)
        elif not isinstance(review, Review):
            self.say(review.name, "passed", review.due_ms)
            review.is_passed = True
        elif review.state == OPEN and review.due_ms < self.now_ms:
            self.overdue(review)
        else:
            self.rung(review)

    def rung(self, review):
        until = self.now_ms if review.state == OVERDUE else min(self.now_ms, review.due_ms)
        rungs = self.rungs_between(review, review.rung_ms, until)
        reminds = any(to == "department" for _, _, to in rungs)
        order = {rung["id"]: place for place, rung in enumerate(self.ladder)}
        names = sorted({name for _, name, _ in rungs}, key=order.get)
        review.rung_ms = max(at for at, *_ in rungs)
        if reminds and review.state == OPEN:
            review.reminders += 1
        self.say(review.name, "rung", ",".join(names), review.rung_ms, int(reminds))

    def overdue(self, review):
        disposition, barrier = self.silence(review)
        review.state = CLOSED if disposition == "tacit" else OVERDUE
        review.is_tacit = disposition == "tacit"
        review.rung_ms = review.due_ms
        self.say(review.name, "overdue", review.due_ms, disposition, barrier,
                 self.written_due(review) if disposition == "tacit" else 0)
        self.conclude()

    def written_due(self, review):
        """Returns by when the department owes in writing what its silence was taken for."""
        written = self.process["silence"]["written"]
        span = span_of(written)
        if span is not None:
            return review.due_ms + span
        day_ends = self.tape.midnight(self.tape.position(review.due_ms))
        return self.tape.instant(self.tape.after(b"C", day_ends - 1, written["workingDays"]))

    def silence(self, review):
        """Returns what silence means, and the first thing that keeps it from being consent."""
        silence = self.process["silence"]
        if silence["disposition"] != "tacit":
            return silence["disposition"], "none"
        checks = (
            ("safety_critical", review.name in self.process["safetyCritical"]),
            ("not_received", review.received_ms == 0 or
             review.received_ms > half_ms(self.tape, review)),
            ("not_reminded", review.reminders < 2),
            ("clock_changed", bool(review.holds) or review.is_extended),
            ("must_check", review.name in self.process["mustOpen"]),
            ("provisional", review.is_provisional),
        )
        for barrier, is_so in checks:
            if is_so:
                return "escalate", barrier
        return "tacit", "none"

    def end_holds(self, review):
        """Ends the soonest of the holds that have come to their end."""
        hold = min((hold for hold in review.holds if hold.to_ms == 0 and hold.ends_ms > 0),
                   key=lambda one: one.ends_ms)
        self.end_hold(review, hold, hold.ends_ms, by_itself=1)

    # ---- what people do ----

    def set_due(self, clock):
        """Never earlier than it was."""
        due = due_of(self.tape, clock)
        if "workingDays" in clock.limit:
            clock.is_provisional = self.tape.is_provisional(self.tape.day_zero(clock.since_ms),
                                                            self.tape.position(due))
        clock.due_ms = max(clock.due_ms, due)

    def move(self, clock, at_ms):
        """Works the end out again after something changed at @at_ms. A rung whose instant was passed
        by then does not come."""
        self.set_due(clock)
        if isinstance(clock, Review):
            clock.rung_ms = max(clock.rung_ms, at_ms)

    def end_hold(self, clock, hold, to_ms, by_itself):
        hold.to_ms = to_ms or hold.ends_ms
        if not clock.stands():
            self.move(clock, hold.to_ms)
            if isinstance(clock, Review):
                clock.state = OPEN
        self.say(clock.name, "resumed", hold.reason, hold.to_ms, clock.due_ms, by_itself)

    def recompute(self):
        """Another calendar is in force: what still runs may end later, never earlier."""
        self.next_known_ms = None
        clocks = [review for review in self.reviews.values() if review.state == OPEN]
        clocks += [clock for clock in self.clocks.values()
                   if not clock.is_passed and not clock.stands()]
        for clock in clocks:
            before = clock.due_ms
            self.move(clock, self.now_ms)
            if clock.due_ms != before:
                self.say(clock.name, "moved", before, clock.due_ms)
        for review in self.reviews.values():
            if review.state == OVERDUE:
                review.rung_ms = max(review.rung_ms, self.now_ms)

    def start(self, name):
        """Lets a clock of the whole run, if the process has a limit for it."""
        if name not in self.process:
            return
        clock = Clock(limit=self.process[name], since_ms=self.now_ms, name="-" + name)
        self.set_due(clock)
        self.clocks[name] = clock
        self.say(clock.name, "started", clock.due_ms, int(clock.is_provisional))

    def conclude(self):
        """Lets follow what follows from an answer, or from its absence."""
        states = {review.state for review in self.reviews.values()}
        if states == {CLOSED} and not self.is_over:
            for clock in self.clocks.values():  # what they have come to is on record before
                while self.next_of(clock) <= self.now_ms:
                    self.wake(clock)
            self.is_over = True
            self.clocks = {}
            self.start("decision")
        elif states <= {CLOSED, OVERDUE} and OVERDUE in states and "consolidation" not in self.clocks:
            self.start("consolidation")

    def submit(self):
        now_ms = self.now_ms
        for department, limit in self.process["seats"]:
            review = Review(limit=limit, since_ms=now_ms, name=department, rung_ms=now_ms)
            self.set_due(review)
            self.reviews[department] = review
            self.say(department, "opened", review.due_ms, int(review.is_provisional))
        self.start("total")

    def give(self, verb, arguments):
        """An order: it is done or refused."""
        self.next_known_ms = None
        if not getattr(self, "do_" + verb)(**arguments):
            self.say("~", "refused", verb)

    def do_receive(self, department):
        review = self.reviews[department]
        if review.state == CLOSED or review.received_ms:
            return True  # it is so already
        review.received_ms = self.now_ms
        self.say(department, "received")
        return True

    def do_deliver(self, department):
        review = self.reviews[department]
        if review.state == CLOSED:
            return False
        if review.received_ms:
            return True  # it is so already
        review.received_ms = self.now_ms
        self.say(department, "delivered")
        return True

    def do_opinion(self, department):
        review = self.reviews[department]
        if review.is_tacit:
            review.is_tacit = False  # it may speak once more, in writing
            self.say(department, "opinion", 1)
            return True
        if review.state == CLOSED:
            return False
        is_late = review.state == OVERDUE or (review.state == OPEN and
                                              self.now_ms > review.due_ms)
        review.state = CLOSED
        self.say(department, "opinion", int(is_late))
        self.conclude()
        return True

    def do_remind(self, department):
        review = self.reviews[department]
        if review.state == CLOSED:
            return False
        if review.state != OVERDUE:
            review.reminders += 1
        self.say(department, "reminded")
        return True

    def do_hold(self, department, reason, ends_ms):
        targets = [self.reviews[department]] if department else \
            [review for review in self.reviews.values() if review.state in (OPEN, HELD)]
        if department and (targets[0].state not in (OPEN, HELD) or targets[0].standing(reason)):
            return False
        whole = [] if department else [clock for clock in self.clocks.values()
                                       if not clock.is_passed and not clock.standing(reason)]
        if ends_ms <= self.now_ms or \
                (all(review.standing(reason) for review in targets) and not whole):
            return False
        for review in targets:
            if not review.standing(reason):
                review.holds.append(Hold(reason, self.now_ms, ends_ms))
                review.state = HELD
                self.say(review.name, "held", reason)
        for clock in whole:
            clock.holds.append(Hold(reason, self.now_ms, ends_ms))
            self.say(clock.name, "held", reason)
        return True

    def resume_whole(self, reason):
        held = [review for review in self.reviews.values() if review.state == HELD]
        found = [clock for clock in [*held, *self.clocks.values()] if clock.standing(reason)]
        for clock in found:
            self.end_hold(clock, clock.standing(reason), self.now_ms, by_itself=0)
        return bool(found)

    def do_resume(self, department, reason):
        if not department:
            return self.resume_whole(reason)
        review = self.reviews[department]
        hold = review.standing(reason)
        if review.state != HELD or hold is None:
            return False
        self.end_hold(review, hold, self.now_ms, by_itself=0)
        return True

    def do_extend(self, department, more):
        review = self.reviews[department]
        share = Fraction(self.process["extension"])
        days = review.limit.get("workingDays")
        whole = span_of(review.limit) // 1000 if days is None else days
        most = -(-whole * share.numerator // share.denominator) * (1000 if days is None else 1)
        if review.state != OPEN or review.is_extended or not 0 < more <= most:
            return False
        review.more += more
        review.is_extended = True
        self.move(review, self.now_ms)
        self.say(department, "extended", review.due_ms)
        return True


class Office:
    """All proposals, under one clock."""

    def __init__(self, tape):
        self.tape = tape
        self.time = Time()
        self.proposals = []
        self.lines = []

    def ring(self):
        for proposal in self.proposals:
            proposal.ring()

    def step_clock(self, to_ms):
        while (at := min((one.next_ms() for one in self.proposals), default=NEVER)) <= to_ms:
            self.time.wall_ms = max(self.time.wall_ms, at)
            self.ring()
        self.time.wall_ms = to_ms

    def step_jump(self, to_ms):
        self.time.wall_ms = to_ms
        self.ring()

    step_down = step_jump

    def step_import(self, tape):
        self.ring()
        self.time.last_ms = self.time.now()  # it is on record
        self.tape = tape
        for proposal in self.proposals:
            proposal.recompute()

    def step_submit(self, process):
        self.ring()
        self.proposals.append(Proposal(self, len(self.proposals) + 1, process))
        self.proposals[-1].submit()

    def step_give(self, proposal, verb, arguments):
        self.ring()  # the clock comes first
        self.proposals[proposal - 1].give(verb, arguments)


def expected(tape, steps):
    """Returns the lines that the steps must come to."""
    office = Office(tape)
    for verb, *arguments in steps:
        getattr(office, "step_" + verb)(*arguments)
    return lines_of(office.lines)


def lines_of(rows):
    """Sorts by instant, proposal and department and keeps the order of what one of them says."""
    return [f"{at} {number} {department} {words}"
            for at, number, department, words in sorted(rows, key=lambda row: row[:3])]
