#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The journals of the samples, for torture.c to do their turns again.

usage: samples.py BUILD FOLDER     makes FOLDER/NAME for each way of a sample

Each is what tests/virtual/samples.py plays, checks included; some ways are left out whose turns the
others have.
"""
import os
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "virtual"), os.path.join(ROOT, "tests", "e2e")]

import samples  # noqa: E402
import simple_yaml  # noqa: E402
from virtual import Office  # noqa: E402


def keeping(folder):
    """Returns a class of offices whose journals stay in @folder."""

    class Kept(Office):
        names = []

        def __exit__(self, *why):
            self.child.stdin.close()
            self.child.wait(timeout=20)
            name = f"{len(self.names) + 1:02d}"
            self.names.append(name)
            shutil.copytree(self.folder, os.path.join(folder, name))
            shutil.rmtree(self.folder, ignore_errors=True)

    return Kept


def timelines():
    for name in sorted(os.listdir(samples.TIMELINES)):
        if name != samples.DEFAULT:
            yield simple_yaml.read(os.path.join(samples.TIMELINES, name))


def main(arguments):
    build, folder = arguments
    samples.Office = keeping(folder)
    lines = {line["sample"]: line for line in timelines()}
    for line in lines.values():
        if line.get("follows"):
            samples.second_round(build, lines[f"S{line['follows']}"], line)
            continue
        samples.replay(build, line)
        if line.get("held"):
            samples.correction(build, line)
            samples.lapse(build, line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
