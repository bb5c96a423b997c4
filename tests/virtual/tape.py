# SPDX-License-Identifier: Apache-2.0
"""A calendar as a tape with a mark for every minute, for the oracle (oracle.py).

It is made from the same notices as core/calendar and shares nothing with it: there are no days of the
week to count and no limits to compute, only a tape to walk along. Marks:

    .   no work          w   work          O   business opens (work)          C   business has closed

A day off has neither O nor C. Instants are milliseconds since the Unix epoch, positions are minutes
from the tape's first midnight.
"""
import datetime

MINUTE = 60_000
DAY = 24 * 60
OFFSET = 480 * MINUTE
EPOCH = datetime.date(1970, 1, 1).toordinal()
FIRST = datetime.date(2025, 10, 1).toordinal()
DAYS = 700


def minute(text):
    return int(text[:2]) * 60 + int(text[3:])


def day_marks(hours, close):
    """Returns the marks of a working day on which business closes at the minute @close."""
    marks = bytearray(b"." * DAY)
    opens = minute(hours["open"])
    for at in range(opens, close):
        marks[at] = ord("w")
    if hours.get("lunchFrom"):
        for at in range(minute(hours["lunchFrom"]), min(close, minute(hours["lunchTo"]))):
            marks[at] = ord(".")
    marks[opens] = ord("O")
    marks[close] = ord("C")
    return bytes(marks)


class Tape:
    """The years of a calendar, as a message in JSON has them."""

    def __init__(self, calendar):
        hours = calendar["hours"]
        self.is_same_day = calendar.get("afterHours") == "same_day"
        off, working, closing = self.named(calendar)
        plain = day_marks(hours, minute(hours["close"]))
        halves = {close: day_marks(hours, close) for close in set(closing.values())}
        nothing = b"." * DAY
        days = []
        for ordinal in range(FIRST, FIRST + DAYS):
            if ordinal in closing:
                days.append(halves[closing[ordinal]])
            elif ordinal in off:
                days.append(nothing)
            elif ordinal in working or datetime.date.fromordinal(ordinal).weekday() < 5:
                days.append(plain)
            else:
                days.append(nothing)
        self.marks = b"".join(days)
        published = {year["year"] for year in calendar["years"]}
        self.worked = {}
        self.unpublished = [datetime.date.fromordinal(ordinal).year not in published
                            for ordinal in range(FIRST, FIRST + DAYS)]

    @staticmethod
    def named(calendar):
        """Returns the days off, the working weekends and the half days with their close; the place's
        own documents come after the notices."""
        off, working, closing = set(), set(), {}
        for year in calendar["years"]:
            for holiday in year.get("holidays", ()):
                off |= {datetime.date.fromisoformat(day).toordinal() for day in holiday["days"]}
            working |= {datetime.date.fromisoformat(day).toordinal()
                        for day in year.get("workDays", ())}
        for year in calendar["years"]:
            for local in year.get("localDays", ()):
                ordinal = datetime.date.fromisoformat(local["date"]).toordinal()
                if local.get("close"):
                    closing[ordinal] = minute(local["close"])
                else:
                    off.add(ordinal)
        return off, working, closing

    # ---- places on the tape ----

    @staticmethod
    def position(ms):
        """Returns the minute in which the instant lies."""
        return (ms + OFFSET) // MINUTE - (FIRST - EPOCH) * DAY

    @staticmethod
    def instant(position):
        return (position + (FIRST - EPOCH) * DAY) * MINUTE - OFFSET

    @staticmethod
    def midnight(position):
        """Returns the midnight that ends the day of the position."""
        return position - position % DAY + DAY

    # ---- walking ----

    def after(self, mark, position, count):
        """Walks on from @position, which is not looked at, to the @count-th mark."""
        for _ in range(count):
            position = self.marks.index(mark, position + 1)
        return position

    def before(self, mark, position, count):
        """Walks back from @position, which is not looked at, to the @count-th mark."""
        for _ in range(count):
            position = self.marks.rindex(mark, 0, position)
        return position

    def day_zero(self, ms):
        """Returns a position on day 0 of what is delivered then: where business closes on it, or
        with same_day the last minute of the day of delivery."""
        if self.is_same_day:
            return self.midnight(self.position(ms)) - 1
        return self.after(b"C", self.position(ms), 1)

    def closings(self, position, to):
        """Counts the working days that end after @position, up to and with @to."""
        return self.marks.count(b"C", position + 1, to + 1)

    def is_provisional(self, position, to):
        return any(self.unpublished[position // DAY:to // DAY + 1])

    def work(self, ms, span):
        """Returns the instant at which @span milliseconds of working time have gone by since @ms. It
        is asked again and again of one delivery, so it is walked once."""
        if (ms, span) not in self.worked:
            self.worked[ms, span] = self.walk_work(ms, span)
        return self.worked[ms, span]

    def walk_work(self, ms, span):
        while True:
            position = self.position(ms)
            if self.marks[position] in b"wO":
                ends = self.instant(position + 1)
                if ends - ms >= span:
                    return ms + span
                span -= ends - ms
                ms = ends
            else:
                ms = self.instant(min(self.marks.find(mark, position + 1) % len(self.marks)
                                      for mark in (b"w", b"O")))
