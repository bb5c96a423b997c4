#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the compiler and the linker left in the binaries against those who would take them over; and
that this check finds each of it missing where it is.

usage: hardening.py BUILD [CC]
"""
import glob
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = ("huishen", "huishen-broker", "huishen-agent", "huishen-bench")
SAMPLE = """
#include <stdio.h>
#include <string.h>
#ifdef PLANT_SECTION
__asm__(".section .planted, \\"awx\\", @progbits\\n.byte 0\\n.text");
#endif
int main(int argc, char **argv)
{
    char text[64];
    strcpy(text, argv[argc - 1]);
    return printf("%s\\n", text) > 64;
}
"""
# What is planted, what it does to the commands, what must be found.
PLANTED = (
    ("no position independence", ["-fno-pie"], ["-no-pie"], "not position-independent"),
    ("no RELRO", [], ["-Wl,-z,norelro"], "no RELRO"),
    ("late binding", [], ["-Wl,-z,lazy"], "binds late"),
    ("executable stack", [], ["-Wl,-z,execstack"], "executable stack"),
    ("no canary", ["-fno-stack-protector"], [], "no stack protector"),
    ("no fortify", ["-U_FORTIFY_SOURCE"], [], "no fortified functions"),
    ("RUNPATH", [], ["-Wl,-rpath,/tmp"], "RPATH or RUNPATH"),
    ("RPATH", [], ["-Wl,--disable-new-dtags,-rpath,/tmp"], "RPATH or RUNPATH"),
    ("a section for all", ["-DPLANT_SECTION"], [], "written and run"),
)


def said(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def lacks(path, is_program=True):
    """Returns what the binary at @path lacks."""
    header, segments = said("readelf", "-hW", path), said("readelf", "-lW", path)
    dynamic, symbols = said("readelf", "-dW", path), said("readelf", "-W", "--dyn-syms", path)
    stack = re.search(r"GNU_STACK.* (R?W?E?) +0x", segments)
    loads = re.findall(r"LOAD .* ([R ][W ][E ]) 0x", segments)
    facts = (
        ("not position-independent", re.search(r"Type: +DYN", header)
         and (not is_program or re.search(r"FLAGS_1.*\bPIE\b", dynamic))),
        ("no RELRO", "GNU_RELRO" in segments),
        ("binds late", re.search(r"FLAGS_1.*\bNOW\b", dynamic)),
        ("executable stack", stack is not None and "E" not in stack[1]),
        ("written and run", all("W" not in load or "E" not in load for load in loads)),
        ("no stack protector", "__stack_chk_fail" in symbols),
        ("no fortified functions", re.search(r"__\w+_chk@", symbols)),
        ("RPATH or RUNPATH", not re.search(r"\((RPATH|RUNPATH)\)", dynamic)),
        ("text relocations", "TEXTREL" not in dynamic),
    )
    return [name for name, holds in facts if not holds]


def unmarked(objects):
    """Returns those of @objects without the notes of control-flow protection. The distribution's
    own start-up code has none, so no linked program can have them: ours must not be the reason."""
    if platform.machine() not in ("x86_64", "i686"):
        return []
    return [path for path in objects
            if not re.search(r"x86 feature:.*IBT.*SHSTK", said("readelf", "-nW", path))]


class Sample:
    """A small program, built with the project's flags and some more."""

    def __init__(self, folder, compiler):
        lines = dict(line.split(": ", 1) for line in said(
            "make", "--no-print-directory", "-s", "-C", ROOT, f"CC={compiler}", "SANITIZE=",
            "flags").splitlines() if ": " in line)
        self.compiler = compiler
        self.compile = [word for word in shlex.split(lines["compile"]) if word[:2] != "-M"]
        self.link = shlex.split(lines["link"])
        self.source = os.path.join(folder, "sample.c")
        self.object = os.path.join(folder, "sample.o")
        self.program = os.path.join(folder, "sample")
        with open(self.source, "w", encoding="ascii") as file:
            file.write(SAMPLE)

    def build(self, compiling=(), linking=()):
        said(self.compiler, *self.compile, *compiling, "-c", "-o", self.object, self.source)
        said(self.compiler, *self.link, *linking, "-o", self.program, self.object)
        return self.program


def test_planted(compiler):
    """Yields what is wrong with the check itself: a lack that it does not find, or makes up."""
    with tempfile.TemporaryDirectory(prefix="huishen-hardening-") as folder:
        sample = Sample(folder, compiler)
        found = lacks(sample.build())
        if found:
            yield f"the project's flags: {found}"
        for name, compiling, linking, lack in PLANTED:
            found = lacks(sample.build(compiling, linking))
            if lack not in found:
                yield f"{name} is not found: {found}"
        sample.build(["-fcf-protection=none"] if platform.machine() == "x86_64" else [])
        if platform.machine() == "x86_64" and not unmarked([sample.object]):
            yield "an object without control-flow protection is not found"


def main(build, compiler="gcc"):
    binaries = [(os.path.join(build, name), True) for name in PROGRAMS]
    binaries += [(path, False) for path in glob.glob(os.path.join(build, "libhuishen.so.*.*"))]
    objects = [path for path in glob.glob(os.path.join(build, "**", "*.o"), recursive=True)
               if os.sep + "tests" + os.sep not in path]
    faults = [f"{path}: {', '.join(found)}" for path, is_program in binaries
              for found in [lacks(path, is_program)] if found]
    faults += [f"{path}: no control-flow protection" for path in unmarked(objects)]
    faults += [f"planted: {fault}" for fault in test_planted(compiler)]
    if len(binaries) != len(PROGRAMS) + 1 or len(objects) < 100:
        faults.append(f"{build}: {len(binaries)} binaries, {len(objects)} objects")
    for fault in faults:
        print(f"FAILED {fault}", file=sys.stderr)
    print(f"{len(binaries) + 1 + len(PLANTED) + 1 - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
