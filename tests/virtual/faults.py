# SPDX-License-Identifier: Apache-2.0
"""Plants faults in a copy of core/ and demands that the property test finds each of them.

usage: faults.py BUILD   (the folder of the sound build)

Not part of the normal run: it builds a dozen times. Prints a table; exits 1 if a fault was not found.
"""
import os
import shutil
import subprocess
import sys
import tempfile

from virtual import ROOT

HISTORIES = 3000
SEED = 20260310
FAULTS = (
    ("<= for < at the end of a limit", "core/wake.c",
     "review->due_at > 0 && situation->now_ms > review->due_at)",
     "review->due_at > 0 && situation->now_ms >= review->due_at)"),
    ("the limit ends a millisecond early", "core/calendar.c",
     "due.due_ms = calendar_close_ms(calendar, due.due_day);",
     "due.due_ms = calendar_close_ms(calendar, due.due_day) - 1;"),
    ("a make-up day forgotten", "core/calendar.c",
     "special->kind != SPECIAL_OFF;", "special->kind == SPECIAL_HALF;"),
    ("day 0 counted", "core/calendar.c",
     "due.due_day = calendar_after(calendar, due.day_zero, workdays);",
     "due.due_day = calendar_after(calendar, due.day_zero, workdays > 0 ? workdays - 1 : 0);"),
    ("overlapping holds not merged", "core/calendar.c",
     "if (merged > 0 && spans[i].from_ms <= spans[merged - 1].to_ms) {",
     "if (merged > 0 && spans[i].from_ms < spans[0].from_ms) {"),
    ("a hold counted twice", "core/calendar.c",
     "due.held_days += held;\n", "due.held_days += held;\n        held *= 2;\n"),
    ("a half day ignored", "core/calendar.c",
     "is_half ? special->close_minute : calendar->close_minute", "calendar->close_minute"),
    ("a rung rung twice", "core/clock.c",
     "return at_ms > after_ms ? at_ms : NEVER;", "return at_ms >= after_ms ? at_ms : NEVER;"),
    ("provisional not looked at", "core/silence.c",
     "return review->provisional ? HS__REVIEW__BARRIER__PROVISIONAL : HS__REVIEW__BARRIER__NONE;",
     "return HS__REVIEW__BARRIER__NONE;"),
    ("consent without a receipt", "core/silence.c",
     "return review->received_at != 0 && review->received_at <= review_half(review, calendar);",
     "return review->received_at <= review_half(review, calendar);"),
    ("one reminder is enough", "core/silence.c",
     "review->reminders < SILENCE_REMINDERS_MIN", "review->reminders < 1"),
    ("a hold ends late", "core/wake.c",
     "holds[i]->ends_at <= now_ms", "holds[i]->ends_at < now_ms"),
    ("the wake-up lost after a hold", "core/wake.c",
     "    resumed->wake_at = review_wake(&later, &law);",
     "    resumed->wake_at = review_is_held(&later) ? review_wake(&later, &law) : 0;"),
    ("a clock of the whole passes early", "core/wake.c",
     "situation->now_ms > clock->due_at)", "situation->now_ms >= clock->due_at)"),
    ("consolidation begins before all are in", "core/whole_clocks.c",
     "return is_in_review && all_have_answered(proposal) && !conflicts_are_open(proposal);",
     "return is_in_review && !conflicts_are_open(proposal);"),
    ("after closing is today", "core/calendar.c",
     "at_ms < calendar_close_ms(calendar, day);", "at_ms <= calendar_close_ms(calendar, day);"),
)


def plant(folder, fault):
    """Writes the fault into the copy; returns what the file was."""
    name, path, sound, spoilt = fault
    path = os.path.join(folder, path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(sound) != 1:
        sys.exit(f"{name}: {sound!r} stands {text.count(sound)} times in {path}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(sound, spoilt))
    return path, text


def is_found(folder):
    """Builds the copy and runs the property test on it."""
    build = os.path.join(folder, "build")
    subprocess.run(["make", "-C", folder, "-j2", "WARN=", "build/virtual-histories"], check=True,
                   stdout=subprocess.DEVNULL)
    result = subprocess.run(
        [sys.executable, "-B", os.path.join(ROOT, "tests", "virtual", "property.py"), build,
         "--histories", str(HISTORIES), "--offices", "0", "--seed", str(SEED)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return result.returncode != 0


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    missed = 0
    with tempfile.TemporaryDirectory(prefix="huishen-faults-") as folder:
        for name in ("core", "lib", "os", "proto", "tests", "Makefile"):
            whole = os.path.join(ROOT, name)
            copy = shutil.copytree if os.path.isdir(whole) else shutil.copy2
            copy(whole, os.path.join(folder, name))
        shutil.copytree(os.path.join(ROOT, arguments[0]), os.path.join(folder, "build"))
        if is_found(folder):
            sys.exit("the property test fails without a fault")
        for fault in FAULTS:
            path, sound = plant(folder, fault)
            found = is_found(folder)
            missed += not found
            print(f"{fault[0]:40}{'found' if found else 'MISSED'}", flush=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(sound)
    print(f"{len(FAULTS) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
