# SPDX-License-Identifier: Apache-2.0
"""Random calendars, processes and histories for the oracle and for core/, from one seed.

Instants are chosen near those that matter: closings, openings, ends of limits and of holds, one
millisecond before, at and after them.
"""
import datetime

import oracle
import tape

DEPARTMENTS = ("planning", "fire", "telecom")
SAFETY_CRITICAL = ("fire",)

# How often a history imports a calendar, and whether it may hold the whole proposal while it is held.
IMPORTS = 0.2
HOLDS_TWICE = True

REASONS = ("expert_review", "hearing", "public_notice", "superior", "force_majeure")
DICTIONARY = {
    "id": "small", "version": 1,
    "fields": [{"path": f"ok.{name}", "type": "bool", "label": {"zh": name, "en": name}}
               for name in ("fire", "gate", "planning", "telecom")],
}
OFFICE = {
    "id": "virtual", "prefix": "LJHS", "utcOffsetMinutes": 480, "defaultProcess": "small_review",
    "processes": [{"id": "small_review", "version": 1}],
    "departments": [{"id": name, "title": {"zh": name, "en": name},
                     "safetyCritical": name in SAFETY_CRITICAL} for name in DEPARTMENTS],
}


def pack(name):
    return {
        "id": name, "version": 1,
        "rules": [{"id": f"{name[:2].upper()}-1", "severity": "must", "onFail": "reject",
                   "condition": f"ok.{name} == true", "text": {"zh": name, "en": name},
                   "citations": [{"source": "NOTICE", "clause": "1", "confidence": "high"}]}],
        "sources": [{"id": "NOTICE", "title": "通知", "verified": True}],
    }


PACKS = [pack(name) for name in ("fire", "gate", "planning", "telecom")]


def packet(must_open):
    """Returns a packet of which the must-checks of these departments fail."""
    return {"fields": [{"path": f"ok.{name}", "flag": name not in must_open}
                       for name in ("fire", "gate", "planning", "telecom")]}


# ---- calendars ----

def dates(random, year, count, is_weekend):
    """Draws days of the year: of weekends, or of Monday to Friday."""
    found = set()
    while len(found) < count:
        day = datetime.date(year, 1, 1) + datetime.timedelta(random.randrange(365))
        if (day.weekday() >= 5) == is_weekend:
            found.add(day.isoformat())
    return found


def calendar_year(random, year, documents):
    """Returns a year with holidays of one to eight days, make-up weekends, and local days."""
    off, weekends = set(), dates(random, year, random.randrange(2, 10), True)
    for _ in range(random.randrange(3, 9)):
        first = datetime.date(year, 1, 1) + datetime.timedelta(random.randrange(350))
        off |= {(first + datetime.timedelta(day)).isoformat()
                for day in range(random.randrange(1, 9))}
    weekends -= off
    local = dates(random, year, random.randrange(documents + 1), False) - off
    return {
        "year": year, "notice": f"notice {year}", "issued": f"{year - 1}-11-01",
        "holidays": [{"name": {"zh": "假", "en": "off"}, "days": sorted(off)}],
        "workDays": sorted(weekends),
        "localDays": [{"date": day, "document": "1", **close(random)} for day in sorted(local)],
    }


def close(random):
    return random.choice(({}, {"close": "12:00"}, {"close": "11:30"}, {"close": "16:00"}))


def calendar(random, version=1):
    hours = random.choice((
        {"open": "09:00", "lunchFrom": "12:00", "lunchTo": "14:00", "close": "17:30"},
        {"open": "08:30", "lunchFrom": "12:00", "lunchTo": "13:00", "close": "17:00"},
        {"open": "09:00", "lunchFrom": "", "lunchTo": "", "close": "18:00"}))
    years = [2025, 2026] if random.random() < 0.4 else [2025, 2026, 2027]
    return {"id": "year", "version": version, "title": {"zh": "历", "en": "calendar"},
            "utcOffsetMinutes": 480, "hours": hours,
            "afterHours": random.choice(("roll_forward",) * 3 + ("same_day",)),
            "years": [calendar_year(random, year, 10) for year in years]}


# ---- processes ----

def limit(random):
    if random.random() < 0.7:
        return {"workingDays": random.choice((1, 2, 3, 5, 5, 5, 7, 10))}
    return random.choice(({"hours": random.randrange(1, 200)}, {"minutes": random.randrange(1, 600)},
                          {"seconds": random.randrange(1, 7200)}))


RUNGS = (
    {"id": "unreceived", "to": "office", "unreceived": {"hours": 1}},
    {"id": "unreceived_long", "to": "office", "unreceived": {"minutes": 500}},
    {"id": "half", "to": "department", "half": True, "leastDays": 5},
    {"id": "day_before", "to": "department", "before": {"workingDays": 1}},
    {"id": "due_day", "to": "department", "before": {"workingDays": 0}},
    {"id": "last_hours", "to": "department", "before": {"hours": 2}},
    {"id": "last_minute", "to": "head", "before": {"minutes": 1}},
    {"id": "head", "to": "head", "after": {"workingDays": 1}},
    {"id": "deputy_leader", "to": "deputy_leader", "after": {"workingDays": 2}},
    {"id": "daily", "to": "office", "after": {"workingDays": 3}, "repeats": True},
    {"id": "after_hours", "to": "office", "after": {"hours": 30}},
    {"id": "every_so_often", "to": "office", "after": {"hours": 50}, "repeats": True},
)


def ladder(random):
    if random.random() < 0.4:
        return [rung for rung in RUNGS if rung["id"] not in ("unreceived_long", "after_hours")]
    return sorted(random.sample(RUNGS, random.randrange(len(RUNGS))), key=RUNGS.index)


def process(random, may_be_published=True):
    """Returns a process as a message in JSON, and what the oracle has to know of it. One that may be
    published does not take the silence of a safety-critical department for consent."""
    silence = {"disposition": random.choice(("escalate", "wait", "tacit", "tacit", "tacit"))}
    is_bound = may_be_published and silence["disposition"] == "tacit"
    names = [name for name in DEPARTMENTS if not is_bound or name not in SAFETY_CRITICAL]
    seats = [(name, limit(random)) for name in random.sample(names, random.randint(1, len(names)))]
    if silence["disposition"] == "tacit":
        silence |= {"basis": "地方规定", "written": random.choice(
            ({"workingDays": 1, "basis": "规定"}, {"hours": 20, "basis": "规定"}))}
    rungs = ladder(random)
    known = {"seats": seats, "ladder": rungs, "safetyCritical": SAFETY_CRITICAL,
             "mustOpen": random.choice(((), (), (), ("telecom",))),
             "silence": silence, "extension": random.choice(("1/2", "1/3", "1"))}
    stage = {}
    for clock in ("total", "consolidation", "decision"):
        if random.random() < 0.5:
            known[clock] = limit(random)
            stage[clock] = {**known[clock], "basis": "设定"}
    message = {
        "id": "small_review", "version": 1, "title": {"zh": "会审", "en": "review"},
        "dictionary": "small", "gate": "gate", "completeness": "department", "calendar": "year",
        "stages": [{
            **stage,
            "ladder": [{**rung, "title": {"zh": rung["id"], "en": rung["id"]}} for rung in rungs],
            "extension": {"share": known["extension"], "basis": "规定"},
            "id": "review", "kind": "review", "title": {"zh": "会审", "en": "review"},
            "seats": [{"department": name, "reason": {"zh": "参审", "en": "always"},
                       "limit": {**given, "basis": "设定"},
                       "silence": silence} for name, given in seats],
        }],
    }
    return message, known


# ---- histories ----

def rfc3339(ms):
    moment = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


class Writer:
    """Writes the steps of one history, for the oracle and, with commands in JSON, for the C."""

    def __init__(self, random, book):
        self.random = random
        self.tape = book
        self.steps = []  # for the oracle
        self.said = []  # for the C
        self.processes = []  # of the proposals
        self.ends = []  # the ends of their limits, as they were at the beginning
        self.now = 0  # what the clock says
        self.held_whole = set()  # proposals

    def add(self, *step):
        self.steps.append(step)
        self.said.append(list(step))

    # ---- the clock ----

    def begin(self):
        begin = tape.Tape.instant(tape.DAY * 60) + self.random.randrange(500 * tape.DAY) * tape.MINUTE
        self.now = self.near(begin)
        self.add("jump", self.now)

    def near(self, ms):
        """Returns an instant that matters near @ms, or one beside it."""
        kind = self.random.random()
        if kind < 0.35:
            mark = self.random.choice((b"C", b"C", b"O"))
            ms = self.tape.instant(self.tape.after(mark, self.tape.position(ms), 1))
        elif kind < 0.5:
            ms = ms - ms % 1000
        return ms + self.random.choice((-1, 0, 0, 1, 60_000, -60_000))

    def later(self):
        random = self.random
        if random.random() < 0.4:
            after = [at for at in self.ends if at >= self.now]
            if after:
                return random.choice(after) + random.choice((-1, 0, 1, 1000, 3_600_000))
        return self.near(self.now + random.choice((1, 60, 3600, 86400, 5 * 86400))
                         * random.randrange(1, 2000))

    def move(self):
        kind = self.random.random()
        if kind < 0.9:
            self.now = max(self.now, self.later())
            self.add("clock" if kind < 0.6 else self.random.choice(("jump", "down")), self.now)
        else:
            self.now -= self.random.randrange(1, 4000) * 1000
            self.add(self.random.choice(("jump", "down")), self.now)

    def finish(self):
        self.now += self.random.randrange(1, 10) * 86_400_000
        self.add("clock", self.now)

    def take_calendar(self, book, called):
        self.tape = book
        self.steps.append(("import", book))
        self.said.append(["import", called])

    # ---- orders ----

    def submit(self, known, number):
        """@number is that of the process among those that the C was told."""
        self.steps.append(("submit", known))
        self.said.append(["submit", number])
        self.processes.append(known)
        for _, given in known["seats"]:
            clock = oracle.Clock(limit=given, since_ms=self.now)
            self.ends.append(oracle.due_of(self.tape, clock))

    def order(self):
        number = self.random.randrange(len(self.processes))
        department = self.random.choice(self.processes[number]["seats"])[0]
        verb = self.random.choice(("receive", "receive", "opinion", "deliver", "remind", "hold", "hold",
                                   "resume", "extend"))
        getattr(self, "order_" + verb)(number + 1, department)

    def give(self, principal, number, verb, arguments, command):
        self.steps.append(("give", number, verb, arguments))
        self.said.append(["give", principal, command])

    @staticmethod
    def ref(number, department):
        return {"proposal": str(number), "round": 1, "department": department}

    def order_receive(self, number, department):
        self.give(f"agent:{department}/1", number, "receive", {"department": department},
                  {"receiveReview": {"review": self.ref(number, department)}})

    def order_deliver(self, number, department):
        self.give("person:office", number, "deliver", {"department": department},
                  {"deliverReview": {"review": self.ref(number, department), "means": "专人送达"}})

    def order_remind(self, number, department):
        self.give("person:office", number, "remind", {"department": department},
                  {"remindReview": {"review": self.ref(number, department), "note": "请尽快"}})

    def order_hold(self, number, department):
        random = self.random
        if random.random() < 0.15 and (HOLDS_TWICE or number not in self.held_whole):
            department = ""  # the whole proposal
            self.held_whole.add(number)
        reason = random.choice(REASONS)
        ends_ms = self.later()
        hold = {"reason": reason, "document": "文〔2026〕1号", "askedBy": "street", "note": "暂停"}
        hold["endsAt"] = rfc3339(ends_ms)
        self.give("person:office", number, "hold",
                  {"department": department, "reason": reason, "ends_ms": ends_ms},
                  {"holdClock": {"review": self.ref(number, department), "hold": hold}})

    def order_resume(self, number, department):
        reason = self.random.choice(REASONS)
        for verb, *arguments in reversed(self.steps):
            if verb == "give" and arguments[0] == number and arguments[1] == "hold":
                department, reason = arguments[2]["department"], arguments[2]["reason"]
                break
        self.give("person:office", number, "resume", {"department": department, "reason": reason},
                  {"resumeClock": {"review": self.ref(number, department), "reason": reason}})

    def order_extend(self, number, department):
        given = dict(self.processes[number - 1]["seats"])[department]
        if "workingDays" in given:
            more = self.random.choice((1, 1, 2, 3, 5))
            extension = {"workingDays": more}
        else:
            more = 1000 * self.random.randrange(1, 2 + oracle.span_of(given) * 3 // 4000)
            extension = {"seconds": more // 1000}
        self.give(f"person:{department}_head", number, "extend",
                  {"department": department, "more": more},
                  {"extendLimit": {"review": self.ref(number, department),
                                   "extension": {**extension, "reason": "情况复杂"}}})

    def order_opinion(self, number, department):
        self.give(f"person:{department}", number, "opinion", {"department": department},
                  {"giveOpinion": {"review": self.ref(number, department),
                                   "opinion": {"result": "agree"}}})


def history(random, book, processes, imports):
    """Returns the steps of one proposal's history, for the oracle and for the C. @imports are the
    calendars that may come into force, as (tape, what the C calls it)."""
    writer = Writer(random, book)
    writer.begin()
    number = random.randrange(len(processes))
    writer.submit(processes[number], number)
    for _ in range(random.randrange(1, 9)):
        writer.move()
        if random.random() < 0.8:
            writer.order()
        if random.random() < IMPORTS:
            writer.take_calendar(*random.choice(imports))
    writer.finish()
    return writer.steps, writer.said


def office_history(random, book, processes, imports, proposals):
    """The same of many proposals under one clock."""
    writer = Writer(random, book)
    writer.begin()
    for _ in range(proposals):
        number = random.randrange(len(processes))
        writer.submit(processes[number], number)
        for _ in range(random.randrange(4)):
            writer.order()
        if random.random() < 0.5:
            writer.move()
    for number in range(4 * proposals):
        writer.order()
        if number % 30 == 29 and imports and IMPORTS > 0:
            writer.take_calendar(*imports.pop())
        if random.random() < 0.3:
            writer.move()
    writer.finish()
    return writer.steps, writer.said
