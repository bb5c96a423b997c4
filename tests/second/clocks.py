# SPDX-License-Identifier: Apache-2.0
"""Working days and what they make of a limit (docs/clocks.md). Instants are milliseconds; a day is a
date of the calendar's own zone.
"""
import datetime

DAY = datetime.timedelta(1)
SPANS = {"hours": 3_600_000, "minutes": 60_000, "seconds": 1000}
EPOCH = datetime.datetime(1970, 1, 1)


def minutes_of(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class WorkingDays:
    """A calendar as a function of the date."""

    def __init__(self, calendar):
        self.offset_ms = calendar.utc_offset_minutes * 60_000
        self.open, self.close = minutes_of(calendar.hours.open), minutes_of(calendar.hours.close)
        self.rolls = calendar.after_hours == "roll_forward"
        self.off, self.on, self.closes = set(), set(), {}
        self.years = {row.year for row in calendar.years}
        for row in calendar.years:
            self.off |= {day for holiday in row.holidays for day in holiday.days}
            self.on |= set(row.work_days)
            self.off |= {local.date for local in row.local_days if not local.close}
            self.closes |= {local.date: minutes_of(local.close) for local in row.local_days
                            if local.close}

    def works(self, day):
        text = day.isoformat()
        return text not in self.off and (text in self.on or day.weekday() < 5)

    def day(self, ms):
        return (EPOCH + datetime.timedelta(milliseconds=ms + self.offset_ms)).date()

    def at(self, day, minutes):
        moment = datetime.datetime.combine(day, datetime.time()) - EPOCH
        return moment // datetime.timedelta(milliseconds=1) + minutes * 60_000 - self.offset_ms

    def closing(self, day):
        return self.at(day, self.closes.get(day.isoformat(), self.close))

    def after(self, day, count):
        """Returns the @count-th working day after @day."""
        while count > 0:
            day += DAY
            count -= self.works(day)
        return day

    def day_zero(self, ms):
        """The day of delivery; from close of business on, or on a day off, the next working day."""
        day = self.day(ms)
        if not self.rolls or (self.works(day) and ms < self.closing(day)):
            return day
        return self.after(day, 1)

    def between(self, first, last):
        """Returns the working days in (first, last]."""
        days, day = set(), first
        while day < last:
            day += DAY
            if self.works(day):
                days.add(day)
        return days

    def is_provisional(self, first, last):
        return any(year not in self.years for year in range(first.year, last.year + 1))


def merged(holds, since_ms):
    """Returns the times held, without overlaps and without what lies before @since_ms."""
    spans = []
    for start, end in sorted((max(hold.from_at, since_ms), hold.to_at) for hold in holds
                             if hold.to_at):
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        elif end > start:
            spans.append([start, end])
    return spans


def held_days(days, since_ms, holds):
    """Returns the working days held: (from, to] of each, each once, none before day 0."""
    zero = days.day_zero(since_ms)
    return set().union(*(days.between(max(days.day(start), zero), days.day(end))
                         for start, end in merged(holds, 0)))


def span_of(limit):
    """Returns the milliseconds of a limit in elapsed time, None of one in working days."""
    return next((limit[unit] * ms for unit, ms in SPANS.items() if limit[unit] is not None), None)


def due_of(days, limit, since_ms, holds=(), extensions=()):
    """Returns when the limit ends and whether that is provisional."""
    span = span_of(limit)
    if span is not None:
        held = sum(end - start for start, end in merged(holds, since_ms))
        return since_ms + span + held + sum(more.seconds * 1000 for more in extensions), False
    zero = days.day_zero(since_ms)
    count = limit.working_days + sum(more.working_days for more in extensions)
    last = days.after(zero, count + len(held_days(days, since_ms, holds)))
    return days.closing(last), days.is_provisional(zero, last)


def half_of(days, limit, since_ms, holds=(), extensions=()):
    """Returns the instant at which half of the limit has passed; what was held before it is added."""
    span = span_of(limit)
    if span is not None:
        half = since_ms + (span + sum(more.seconds * 1000 for more in extensions)) // 2
        for start, end in merged(holds, since_ms):
            half += end - start if start < half else 0
        return half
    held = held_days(days, since_ms, holds)
    left = (limit.working_days + sum(more.working_days for more in extensions)) // 2 + 1
    day = days.day_zero(since_ms)
    while left > 0:
        day = days.after(day, 1)
        left -= day not in held
    return days.at(day, days.open)


def written_by(days, limit, due_ms):
    """Returns by when a department that was silent until @due_ms owes its opinion in writing. The day
    on which the limit ended is day 0, although it ended at close of business (sample 06)."""
    if limit.working_days is None:
        return due_ms + span_of(limit)
    return days.closing(days.after(days.day(due_ms), limit.working_days))
