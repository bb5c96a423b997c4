#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live board of a demo office: on a terminal, printed, and for scripts.

usage: board.py BUILD
"""
import os
import signal
import sys

import office
from completion import offered
from office import expect, expect_equal
from screen import Terminal


def watching(place, rows, columns, *arguments, account="office"):
    return Terminal([place.program("huishen"), "--lang", "zh", "--home", place.home, "--as", account,
                     "watch", *arguments], rows, columns, {"HUISHEN_HOME": place.home})


def row_of(lines, number):
    """The line of the proposal @number, shown in full or without the office's prefix; or None."""
    short = number.split("-", 1)[1]
    return next((line for line in lines[3:-3] if short in line), None)


def agree(place, number, department):
    place.done("opine", f"{number}/1/{department}", "--result", "agree", account=department)


def live(place, first, second):
    with watching(place, 24, 80) as terminal:
        # The last line is drawn last: a frame is read whole.
        lines = terminal.wait("the board", lambda lines: row_of(lines, first) and
                              row_of(lines, second) and lines[-1].strip())
        expect("会审看板" in lines[0] and "进行中 2" in lines[1], lines[:2])
        expect("规划自然资源局" in lines[2] or "规划" in lines[2], lines[2])
        expect(lines[-1].strip().startswith("q 退出"), lines[-1])
        expect_equal("what is to be answered", row_of(lines, first).count("行"), 5)

        # The time ticks, and only what changed is sent.
        terminal.sent_bytes = 0
        terminal.wait("another second", lambda now: now[0] != lines[0])
        expect(terminal.sent_bytes < 200, f"{terminal.sent_bytes} bytes for a second")

        # An answer is seen without a key.
        agree(place, first, "planning")
        terminal.wait("the answer", lambda lines: "办" in row_of(lines, first))

        # Nothing is overdue, and the same key shows all again.
        terminal.press("o")
        terminal.wait("the filter", lambda lines: "只看逾期" in lines[1] and
                      "没有符合条件的" in lines[3])
        terminal.press("o")
        terminal.wait("all of them", lambda lines: row_of(lines, second))

        # A part of the number is found.
        terminal.press("/" + second[-4:])
        terminal.wait("what was searched for",
                      lambda lines: row_of(lines, second) and not row_of(lines, first))
        terminal.press("\x1b")
        terminal.wait("all of them", lambda lines: row_of(lines, first))

        # On a larger terminal the lamps are words.
        terminal.resize(50, 200)
        lines = terminal.wait("the larger board",
                              lambda lines: lines[-1].startswith(" q 退出") and
                              (row_of(lines, first) or "").count("进行中") == 3)
        expect("按时办结 0/0" in row_of(lines, first), row_of(lines, first))
        expect("消防救援支队" in lines[2], lines[2])
        terminal.resize(24, 80)
        terminal.wait("the smaller board", lambda lines: lines[-1].startswith(" q 退出") and
                      row_of(lines, first) and "进行中" not in row_of(lines, first))

        # One is opened and left.
        terminal.press("\r")
        terminal.wait("one of them", lambda lines: "截止" in lines[3])
        terminal.press("\x1b")
        terminal.wait("the list", lambda lines: "会审看板" in lines[0])

        terminal.press("q")
        expect_equal("the exit status", terminal.end(), 0)
        expect(terminal.is_given_back(), "the terminal is not as it was")


def only_one(place, number):
    with watching(place, 24, 80, number) as terminal:
        terminal.wait("the proposal", lambda lines: number in lines[0] and
                      sum("进行中" in line for line in lines) == 3)
        agree(place, number, "fire")
        terminal.wait("the answer", lambda lines: sum("按时办结" in line for line in lines) == 2 and
                      any("消防救援支队" in line and "同意" in line for line in lines))
        terminal.press("\x1bq")
        expect_equal("the exit status", terminal.end(), 0)


def ended_by_signals(place):
    for number, status in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGABRT, None)):
        with watching(place, 24, 80) as terminal:
            terminal.wait("the board", lambda lines: "会审看板" in lines[0])
            os.kill(terminal.pid, number)
            ended = terminal.end()
            expect(ended == status or (status is None and ended != 0), f"{number}: {ended}")
            expect(terminal.is_given_back(), f"{number}: the terminal is not as it was")


def without_a_broker(place, first):
    with watching(place, 24, 80) as terminal:
        terminal.wait("the board", lambda lines: row_of(lines, first))
        place.programs["broker"].kill()
        terminal.wait("the silence", lambda lines: "无应答" in lines[0], seconds=60)
        expect(row_of(terminal.lines(), first), "the rows are gone")
        terminal.press("n")  # keys are taken meanwhile
        terminal.wait("the filter", lambda lines: "只看临期" in lines[1])
        terminal.press("n")
        place.start_broker()
        terminal.wait("the broker", lambda lines: "无应答" not in lines[0], seconds=60)
        agree(place, first, "urban_management")
        terminal.wait("the answer", lambda lines: (row_of(lines, first) or "").count("办") == 3)
        terminal.press("\x03")
        expect_equal("the exit status", terminal.end(), 0)


def printed(place, first, second):
    lines = place.done("watch", account="office", language="zh").splitlines()
    expect("会审看板" in lines[0], lines)
    expect(row_of(lines + ["", ""], first) and row_of(lines + ["", ""], second), lines)
    expect("\x1b" not in "".join(lines), "a pipe is sent colours")

    rows = place.json("watch", account="supervisor")
    expect(rows["complete"], rows)
    expect_equal("the rows", [row["proposalId"] for row in rows["rows"]], [first, second])
    planning = next(review for review in rows["rows"][0]["reviews"]
                    if review["department"] == "planning")
    expect_equal("the lamp", planning["lamp"], "done_in_time")
    expect_equal("the days", (planning["countedDays"], planning["realDays"]), (0, 0))
    fire = next(review for review in rows["rows"][1]["reviews"] if review["department"] == "fire")
    expect_equal("the lamp", fire["lamp"], "running")
    # Five working days, and one more on a day off or after hours, when day 0 is yet to come.
    expect(fire["leftDays"] in (5, 6) and fire["leftMs"] > 5 * 86400000, fire)
    expect(fire["dueAt"].endswith("T17:30:00+08:00"), fire)


def who_sees_what(place, first, second):
    rows = place.json("watch", account="planning")["rows"]
    expect_equal("planning's rows", [row["proposalId"] for row in rows], [second])
    result = place.run("watch", account="street")
    expect_equal("an applicant", result.returncode, 1)
    expect(result.stderr.startswith("refused: NOT_ALLOWED: "), result.stderr)
    result = place.run("watch", "LJHS-2026-9999", account="office")
    expect_equal("an unknown proposal", result.returncode, 1)
    expect(result.stderr.startswith("refused: UNKNOWN_PROPOSAL: "), result.stderr)


def completion_of_ids(place, first, second):
    program = place.program("huishen")
    home = {"HUISHEN_HOME": place.home}
    expect_equal("proposals", offered(program, "--as", "office", "show", "LJHS", **home),
                 {first, second})
    expect_equal("reviews", offered(program, "--as", "planning", "opine", "", **home),
                 {f"{second}/1/planning"})
    expect_equal("departments", offered(program, "list", "--department", "u", **home),
                 {"utilities", "urban_management"})
    expect_equal("processes", offered(program, "--home", place.home, "submit", "--process", ""),
                 {"joint_review", "joint_review_units"})


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        place.start()
        for department in office.DEPARTMENTS:
            place.programs[department].stop()
        first = place.submit(office.sample(1))
        second = place.submit(office.sample(2))
        cases.run("the live board", live, place, first, second)
        cases.run("printed and for scripts", printed, place, first, second)
        cases.run("one proposal", only_one, place, first)
        cases.run("who sees what", who_sees_what, place, first, second)
        cases.run("completion of ids", completion_of_ids, place, first, second)
        cases.run("ended by signals", ended_by_signals, place)
        cases.run("the broker goes and comes back", without_a_broker, place, first)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
