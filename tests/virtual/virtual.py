# SPDX-License-Identifier: Apache-2.0
"""An office in virtual time: tests/virtual/office.c as a child process, driven line by line.

Instants are milliseconds since the Unix epoch; local() and at() are those of China.
"""
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Fault(Exception):
    """What was expected did not happen."""


def at(text):
    """Returns the instant of "2026-03-10 17:30" in China; seconds and milliseconds may follow."""
    return round(datetime.datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


def local(ms):
    """Returns the instant as at() reads it."""
    moment = datetime.datetime.fromtimestamp(ms // 1000, CHINA)
    text = moment.strftime("%Y-%m-%d %H:%M")
    rest = moment.second * 1000 + ms % 1000
    return text if rest == 0 else f"{text}:{rest // 1000:02d}.{rest % 1000:03d}"


def instant(text):
    """Returns the instant that JSON has as RFC 3339; "0" and nothing are 0."""
    if text in (None, "", "0", 0):
        return 0
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Office:
    """An office and its clock. Events are kept in the order in which they came, each as
    (instant, kind, body, proposal)."""

    def __init__(self, build, start):
        self.folder = tempfile.mkdtemp(prefix="huishen-virtual-", dir=ram())
        self.child = subprocess.Popen(
            [os.path.join(ROOT, build, "virtual-office"), self.folder, str(start)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def say(self, **line):
        """Says a line; returns what was answered, without what is kept in events."""
        self.child.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self.child.stdin.flush()
        said = []
        while True:
            text = self.child.stdout.readline()
            if not text:
                raise Fault(f"the office ended at {line}")
            answer = json.loads(text)
            if "done" in answer:
                return said
            if "event" in answer:
                said.append(self.keep(answer))
            else:
                said.append(answer)

    def keep(self, answer):
        event = answer["event"]
        kind = next(name for name in event if name != "proposal")
        row = (answer["at"], kind, event[kind], int(event.get("proposal", 0)))
        self.events.append(row)
        return row

    def must(self, **line):
        """Says a line that may not be refused; returns the events it led to."""
        said = self.say(**line)
        for answer in said:
            if isinstance(answer, dict) and "refused" in answer:
                raise Fault(f"{json.dumps(line, ensure_ascii=False)[:300]}: {answer}")
        return said

    def give(self, author, **body):
        return self.must(**{"as": author, "command": body})

    def clock(self, ms):
        return self.must(clock=ms)

    def record(self, proposal):
        return self.say(record=proposal)[0]["record"]

    def counted_days(self, proposal):
        """Returns the days that count of each review of the present round, by department."""
        return self.say(record=proposal)[0]["countedDays"]


def ram():
    """Returns a folder in memory where there is one: nothing here has to outlive the machine."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


PEOPLE = (("person:street", "applicant"), ("person:office", "office"),
          ("person:approver", "approver"), ("person:supervisor", "supervisor"))
OWNERS = ("water", "power", "gas", "telecom")


def found_demo(office):
    """Publishes all that `huishen init --demo` and the agents of a demonstration publish."""
    office.must(departments="configs/departments.yaml")
    for name, role in PEOPLE:
        office.must(enrol=name, role=role)
    publish(office, "dictionary", "configs/dictionary.yaml")
    calendars = os.path.join(ROOT, "configs", "calendars")
    for name in sorted(os.listdir(calendars)):
        publish(office, "calendar", f"configs/calendars/{name}")
    for name in ("joint_review", "joint_review_units"):
        publish(office, "process", f"configs/processes/{name}.yaml",
                setDefault=name == "joint_review")
    for name in ("gate", "construction"):
        publish(office, "pack", f"configs/processes/packs/{name}.yaml")
    for name in ("planning", "fire", "utilities", "urban_management") + OWNERS + ("construction",):
        enrol_department(office, name)
    for name in ("planning", "fire", "utilities", "urban_management"):
        publish(office, "pack", f"agents/{name}/rules.yaml", author=f"agent:{name}/1")
    for name in OWNERS:
        publish(office, "pack", "agents/utilities/rules.yaml", author=f"agent:{name}/1", owner=name)


def enrol_department(office, name):
    office.must(enrol=f"person:{name}", role="reviewer", department=name)
    office.must(enrol=f"person:{name}_head", role="head",
                department=name)
    office.must(enrol=f"agent:{name}/1", role="agent", department=name)


def publish(office, kind, path, author="office", owner=None, **body):
    line = {"as": author, "body": {"kind": kind, **body}, "file": path}
    if owner is not None:
        line["owner"] = owner
    return office.must(**line)


def main(arguments):
    """Founds the demo office and says what came of it."""
    with Office(arguments[0], at("2026-01-05 09:00")) as office:
        found_demo(office)
        for row in office.events:
            print(local(row[0]), row[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
