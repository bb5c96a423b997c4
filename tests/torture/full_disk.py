#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real file system that is full: an office in a small one of memory.

usage: full_disk.py BUILD

While less than its reserve is free the broker refuses with STORE_FULL, answers questions and takes
commands again once there is room. Where the reserve is none, the disk is full in the middle of a
commit: the broker ends with words, has acknowledged nothing that it did not keep, and goes on when
it is started again with room. An agent on a full disk ends with words and answers later.

A file system of 24 MiB is mounted, in a name space of its own where that needs it; where neither
is allowed, the broker's files are limited in size instead (RLIMIT_FSIZE). It says which it was.
"""
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

import office  # noqa: E402
from office import Cases, expect, expect_equal  # noqa: E402

DISK_BYTES = 24 << 20
RESERVE_BYTES = 2 << 20
PIECE_BYTES = 4096
WAIT_SECONDS = 30
INSIDE = "HUISHEN_FULL_DISK_INSIDE"  # set in the name space


class Disk:
    """A small file system; full() leaves so many bytes free, room() gives the rest back."""

    kind = "a mounted tmpfs"

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="huishen-disk-")
        self.filler = os.path.join(self.folder, "filler")

    def mount(self):
        result = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs",
                                 self.folder], capture_output=True)
        return result.returncode == 0

    def unmount(self):
        subprocess.run(["umount", "-l", self.folder], check=False)
        os.rmdir(self.folder)

    def free(self):
        facts = os.statvfs(self.folder)
        return facts.f_bavail * facts.f_frsize

    def full(self, left):
        with open(self.filler, "ab") as file:
            file.write(bytes(max(self.free() - left, 0)))

    def room(self):
        os.remove(self.filler)


class Place(office.Office):
    """An office whose home is on the small disk."""

    def __init__(self, build, disk, reserve):
        super().__init__(build)
        self.client_home = self.home  # where there is room: for who sends commands
        home = os.path.join(disk.folder, "home")
        subprocess.run(["cp", "-a", self.home, home], check=True)
        self.home = home
        with open(self.path("office.yaml"), encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("reserve_bytes:")]
        with open(self.path("office.yaml"), "w", encoding="utf-8") as file:
            file.write("".join(lines).rstrip() + f"\nreserve_bytes: {reserve}\n")
        os.makedirs(self.path("run"), exist_ok=True)
        self.start()
        for department in office.DEPARTMENTS:
            self.programs[department].stop()
        shutil.copytree(self.path("run"), os.path.join(self.client_home, "run"),
                        dirs_exist_ok=True)

    def __exit__(self, *why):
        super().__exit__(*why)
        subprocess.run(["rm", "-rf", self.home], check=True)


def numbers(place):
    return [row["number"] for row in place.json("list", account="office")["proposals"]]


def until(what, is_so):
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        expect(time.monotonic() < end, what)


def refused_and_back(build, disk):
    """Less than the reserve: refused, read, and taken again."""
    with Place(build, disk, RESERVE_BYTES) as place:
        first = place.submit(office.sample(1))
        disk.full(RESERVE_BYTES // 2)

        def is_refused():
            result = place.run("submit", office.sample(2), account="street")
            return result.returncode == 1 and "STORE_FULL" in result.stderr

        until("it is not refused", is_refused)
        before = numbers(place)
        expect(first in before, "it is not shown")
        place.done("show", first)
        place.done("verify")
        expect("disk_nearly_full" in office.tail(place.programs["broker"].log, 200), "no alarm")
        disk.room()
        until("it is not taken again",
              lambda: place.run("submit", office.sample(3), account="street").returncode == 0)
        expect_equal("proposals", len(numbers(place)), len(before) + 1)
        place.programs["broker"].stop()
        place.verify()


def full_in_a_commit(build, disk, fill, give_room):
    """No reserve: the disk is full while a commit is written."""
    with Place(build, disk, 1) as place:
        acknowledged = [place.submit(office.sample(1))]
        fill(place)
        broker = place.programs["broker"]
        end = time.monotonic() + WAIT_SECONDS
        while broker.is_running() and time.monotonic() < end:
            child = subprocess.Popen([place.program("huishen"), "--home", place.client_home,
                                      "--as", "street", "submit", office.sample(1)], text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            while child.poll() is None and broker.is_running():
                time.sleep(0.01)  # between two looks at processes that tell nobody of their end
            if child.poll() is None:
                child.kill()
            said = child.communicate()[0].strip()
            if child.returncode == 0:
                acknowledged.append(said)
        tail = office.tail(broker.log)
        expect_equal("the broker's end", broker.child.poll(), 4)
        expect("commit_failed" in tail and "bytes are free" in tail, f"no alarm:\n{tail}")
        give_room(place)
        broker.start().ready()
        expect(set(acknowledged) <= set(numbers(place)), "what was acknowledged is lost")
        place.submit(office.sample(2))
        broker.stop()
        place.verify()


def agent_without_room(build, disk):
    """An agent that cannot keep its review ends with words or waits, and answers with room."""
    with Place(build, disk, 1) as place:
        number = place.submit(office.sample(1))
        disk.full(0)
        agent = place.add_agent("fire").start()
        end = time.monotonic() + 2
        while agent.is_running() and time.monotonic() < end:
            time.sleep(0.01)  # as above
        if not agent.is_running():
            expect_equal("the agent's end", agent.child.returncode, 4)
            expect(office.tail(agent.log).strip(), "without a word")
        disk.room()
        if not agent.is_running():
            agent.start()
        place.wait_opinions(number, ["fire"], WAIT_SECONDS)
        agent.stop()
        place.programs["broker"].stop()
        place.verify()


def limit_files(place):
    """Lets the broker's files grow no further than they are."""
    size = os.path.getsize(place.path("journal", "data.mdb")) + PIECE_BYTES
    resource.prlimit(place.programs["broker"].child.pid, resource.RLIMIT_FSIZE, (size, size))


def run_on_disk(cases, build, disk):
    cases.run("less than the reserve", refused_and_back, build, disk)
    for pages in (1, 8, 32):  # with none left a command is refused before there is a commit
        cases.run(f"full in a commit, {pages} pages left", full_in_a_commit, build, disk,
                  lambda place, pages=pages: disk.full(pages * PIECE_BYTES),
                  lambda place: disk.room())
    cases.run("an agent without room", agent_without_room, build, disk)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = Cases()
    disk = Disk()
    if disk.mount():
        print(f"  the full disk is {disk.kind}", flush=True)
        try:
            run_on_disk(cases, arguments[0], disk)
        finally:
            disk.unmount()
        return cases.end()
    os.rmdir(disk.folder)
    if INSIDE not in os.environ:
        inside = subprocess.run(["unshare", "-r", "-m", "true"], capture_output=True)
        if inside.returncode == 0:
            return subprocess.run(["unshare", "-r", "-m", sys.executable, "-B", __file__,
                                   *arguments], env={**os.environ, INSIDE: "1"}).returncode
    print("  no file system can be mounted: the full disk is a limit of the broker's files",
          flush=True)
    disk.folder = tempfile.mkdtemp(prefix="huishen-disk-")
    cases.run("full in a commit", full_in_a_commit, arguments[0], disk, limit_files,
              lambda place: None)
    os.rmdir(disk.folder)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
