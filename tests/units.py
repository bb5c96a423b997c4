#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The systemd units: how much they leave exposed, and that the daemons work under what they allow, as
far as that can be tried without a systemd: the system calls, the notifications, the watchdog.

usage: units.py BUILD
       units.py --under UNIT SOCKET PROGRAM ARGUMENT...   (a program as the unit would start it)
"""
import functools
import os
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

import office  # noqa: E402
from office import expect, expect_equal  # noqa: E402

UNITS = ("huishen-broker.service", "huishen-agent@.service")
EXPOSURE_MAX = 2.0
WATCHDOG_US = 200000
SAID_SECONDS = 20
# Without one of these the exposure is above the bound, or the check is not worth its name.
PLANTED = (r"^SystemCallFilter=.*\n", r"^(CapabilityBoundingSet|NoNewPrivileges|PrivateUsers)=.*\n",
           r"^(Protect|Private|Restrict)\w+=.*\n")


def unit(name):
    with open(os.path.join(ROOT, "packaging", name), encoding="utf-8") as file:
        return file.read()


# ---- exposure ----------------------------------------------------------------------------------------


def exposure(name, text):
    """Returns what systemd-analyze makes of the unit @text: 0 is nothing, 10 is all."""
    with tempfile.TemporaryDirectory(prefix="huishen-unit-") as folder:
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", path],
                                capture_output=True, text=True, timeout=60)
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", result.stdout)
    expect(found is not None, f"systemd-analyze: {result.stdout[-300:]}{result.stderr}")
    expect_equal(f"complaints about {name}", result.stderr, "")
    return float(found[1])


def little_is_exposed(name):
    level = exposure(name, unit(name))
    print(f"{name}: exposure {level}")
    expect(level < EXPOSURE_MAX, f"the exposure of {name} is {level}")
    for lines in PLANTED:
        level = exposure(name, re.sub(lines, "", unit(name), flags=re.MULTILINE))
        expect(level >= EXPOSURE_MAX, f"{name} without {lines}: {level}")


# ---- system calls ------------------------------------------------------------------------------------


@functools.lru_cache(None)
def group(name):
    """Returns the calls of a group, as systemd has it."""
    lines = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True,
                           text=True, check=True).stdout.splitlines()[1:]
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return calls_of(names)


def calls_of(names):
    return frozenset().union(*(group(name) if name.startswith("@") else {name} for name in names))


def allowed(name):
    """Returns the calls that the unit lets through. execve is what starts the program."""
    found = set(group("@default")) | {"execve"}
    for line in re.findall(r"^SystemCallFilter=(.*)", unit(name), flags=re.MULTILINE):
        names = line.lstrip("~").split()
        found = found - calls_of(names) if line.startswith("~") else found | calls_of(names)
    return found


def nothing_beyond_the_units(name):
    """What the programs allow themselves is part of what the units allow."""
    with open(os.path.join(ROOT, "os", "sandbox_calls.c"), encoding="utf-8") as file:
        text = file.read()
    table = re.sub(r"#if.*?#endif", "", text[text.index("calls[] = {"):text.index("};")],
                   flags=re.DOTALL)
    own = set(re.findall(r'"(\w+)"', table))
    named = set(re.findall(r"SCMP_SYS\((\w+)\)", text))
    if "clock_adjtime" not in allowed(name):
        named -= {"adjtimex", "clock_adjtime"}  # the broker's alone
    expect(len(own) > 150, f"the table has {len(own)} calls")
    expect_equal(f"beyond {name}", sorted((own | named) - allowed(name)), [])


def under(name, path, argv):
    """Becomes @argv with nothing but the calls of the unit."""
    import seccomp
    rules = seccomp.SyscallFilter(seccomp.ERRNO(1))
    for call in allowed(name):
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, ValueError, OSError):
            pass  # not of this architecture
    os.environ.update(NOTIFY_SOCKET=path, WATCHDOG_USEC=str(WATCHDOG_US))
    rules.load()
    os.execv(argv[0], argv)


# ---- at work -----------------------------------------------------------------------------------------


class Manager:
    """Listens for what one program says of itself, all the time: what a full socket does not take is
    lost."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, f"{name}.notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.said = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.said.put(self.socket.recv(256).decode())

    def wait(self, wanted):
        """Waits until the program has said @wanted; returns what it said before."""
        before = []
        while True:
            try:
                said = self.said.get(timeout=SAID_SECONDS)
            except queue.Empty:
                raise office.Fault(f"{self.path}: no {wanted} after {before}") from None
            if said == wanted:
                return before
            before.append(said)


def supervise(place, name, unit_name):
    """Makes the office's program @name start as the unit would start it."""
    program = place.programs[name]
    manager = Manager(place.folder, name)
    program.argv = ["/usr/bin/python3", "-B", os.path.abspath(__file__), "--under", unit_name,
                    manager.path, *program.argv]
    return manager


def sandboxed(place, name):
    with open(place.path("run", f"{name}.log"), encoding="utf-8") as file:
        lines = file.read()
    expect("not_sandboxed" not in lines, f"{name}: {lines}")
    return re.findall(r"event=sandboxed part=(\w+)", lines)


def the_office_works_under_them(build):
    """A verdict comes of it, and each layer of the programs' own is on."""
    with office.Office(build) as place:
        place.endpoint = "tcp://127.0.0.1:0"
        place.add_broker()
        managers = {"broker": supervise(place, "broker", UNITS[0])}
        place.endpoint = place.programs["broker"].start().ready()
        with open(place.path("run", "broker"), "w", encoding="utf-8") as file:
            file.write(place.endpoint + "\n")
        for department in office.DEPARTMENTS:
            place.add_agent(department)
            managers[department] = supervise(place, department, UNITS[1])
            place.programs[department].start()
        for department in office.DEPARTMENTS:
            place.programs[department].ready()
        proposal = place.submit(office.sample(1))
        place.done("wait", proposal, "--timeout", "60")
        for name, manager in managers.items():
            expect_equal(f"{name} before it served", manager.wait("READY=1"), [])
            manager.wait("WATCHDOG=1")
            expect_equal(f"{name} gave up", sandboxed(place, name), ["process", "files", "calls"])
        place.stop()
        for manager in managers.values():
            expect(set(manager.wait("STOPPING=1")) <= {"WATCHDOG=1"}, "something else was said")


def main(build):
    cases = office.Cases()
    for name in UNITS:
        cases.run(f"exposure {name}", little_is_exposed, name)
        cases.run(f"calls {name}", nothing_beyond_the_units, name)
    cases.run("at work", the_office_works_under_them, build)
    return cases.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--under"]:
        under(sys.argv[2], sys.argv[3], sys.argv[4:])
    sys.exit(main(*sys.argv[1:]))
