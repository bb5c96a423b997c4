#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""libhuishen as another program meets it: installed, found by pkg-config, read in its one header.

usage: library.py BUILD
"""
import base64
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

import office  # noqa: E402
import simple_yaml  # noqa: E402
from office import expect, expect_equal  # noqa: E402

HEADER = os.path.join(office.ROOT, "library", "huishen.h")
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wstrict-prototypes", "-Werror"]
REFUSED, INVALID, NO_ANSWER, ENVIRONMENT, DISTRUSTED = 1, 2, 3, 4, 5
DEMAND = "净宽不小于 4.0 米"
OPINION = {"result": "conditional",
           "items": [{"severity": "must", "place": "L2", "defect": "d", "demand": DEMAND,
                      "basis": "GB 50016-2014 7.1.8", "closing": "附修改后的总平面图",
                      "drawing": "总平面图", "sheet": "A-01", "axis": "3-5"}]}


def done(*argv, **options):
    result = subprocess.run(argv, capture_output=True, text=True, timeout=300, **options)
    expect(result.returncode == 0, f"{' '.join(argv)}: {result.returncode}: {result.stderr}")
    return result.stdout


class Installed:
    """An installation in a folder of its own, and the program built against it."""

    def __init__(self, build):
        self.folder = tempfile.mkdtemp(prefix="huishen-install-")
        self.prefix = os.path.join(self.folder, "usr")
        done("make", "--no-print-directory", "-C", office.ROOT, f"BUILD={build}",
             f"PREFIX={self.prefix}", "install")
        self.library = os.path.join(self.prefix, "lib", "libhuishen.so")
        self.program = os.path.join(self.folder, "program")

    def pkg_config(self, *words):
        found = dict(os.environ, PKG_CONFIG_PATH=os.path.join(self.prefix, "lib", "pkgconfig"))
        return shlex.split(done("pkg-config", *words, "huishen", env=found))

    def build(self):
        done("cc", "-std=c11", *WARNINGS, *self.pkg_config("--cflags"), "-o", self.program,
             os.path.join(HERE, "program.c"), *self.pkg_config("--libs"))


class Caller:
    """Runs the program as one principal."""

    def __init__(self, installed, place, principal):
        config = simple_yaml.read(place.path("configs", "agents", "fire.yaml"))
        self.installed = installed
        self.words = {"endpoint": place.endpoint, "curve": config["broker_curve_key"],
                      "sign": config["broker_sign_key"], "office": place.id(),
                      "principal": principal, "keys": place.path("keys", principal)}

    def run(self, *words, status=0, **other):
        """Returns what it printed, by name."""
        environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(self.installed.library))
        argv = [self.installed.program, *{**self.words, **other}.values(), *words]
        result = subprocess.run(argv, capture_output=True, text=True, timeout=120, env=environment)
        expect(result.returncode == status, f"{' '.join(words)}: {result.returncode}, not {status}:"
                                            f" {result.stdout}{result.stderr}")
        return dict(line.split(" ", 1) for line in result.stdout.splitlines() if " " in line)


def write(place, name, content):
    path = place.path("run", name)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes)
                   else json.dumps(content, ensure_ascii=False).encode())
    return path


# ---- what is installed -------------------------------------------------------------------------------


def declared():
    with open(HEADER, encoding="utf-8") as file:
        return sorted(re.findall(r"HUISHEN_API [^;]*?\b(huishen_\w+)\(", file.read()))


def symbols(installed):
    """What the header declares is what the library has, and nothing else can be called."""
    lines = done("nm", "-D", "--defined-only", installed.library).splitlines()
    names = sorted(line.split()[2].split("@@")[0] for line in lines if " T " in line)
    others = [line for line in lines if " T " not in line and " A " not in line]
    expect(len(declared()) > 10, f"the header declares {declared()}")
    expect_equal("what can be called", names, declared())
    expect_equal("what else is seen", others, [])


def names(installed):
    """The file is found under its soname, which is what a program asks for."""
    said = done("readelf", "-d", installed.library)
    soname = re.search(r"SONAME.*\[(.*)\]", said)[1]
    expect(re.fullmatch(r"libhuishen\.so\.[0-9]+", soname), f"the soname is {soname}")
    expect(os.path.exists(os.path.join(os.path.dirname(installed.library), soname)),
           f"{soname} is not installed")
    expect(f"[{soname}]" in done("readelf", "-d", installed.program), "the program wants another")
    version = installed.pkg_config("--modversion")[0]
    expect(os.path.realpath(installed.library).endswith(f"libhuishen.so.{version}"),
           "pkg-config has another version")


def header(installed):
    """It stands alone, in C and in C++, and shows nothing of what the library is made of."""
    path = os.path.join(installed.prefix, "include", "huishen.h")
    done("cc", "-std=c11", *WARNINGS, "-fsyntax-only", "-x", "c", path)
    done("g++", "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x",
         "c++", path)
    with open(path, encoding="utf-8") as file:
        includes = re.findall(r"#include (.*)", file.read())
    expect_equal("its includes", includes, ["<stddef.h>", "<stdint.h>"])


# ---- what it does ------------------------------------------------------------------------------------


def submission(caller, place, packet):
    """From JSON with a document: on record, proven, and the same command once more is the same."""
    plan = write(place, "plan.txt", b"a plan\n")
    said = caller.run("submit", write(place, "packet.json", packet), f"site_plan={plan}")
    expect_equal("the same command again", said["again"], said["proposal"])
    expect_equal("the library's version", said["version"], caller.installed.pkg_config(
        "--modversion")[0])
    shown = place.json("show", said["proposal"], "--packet")
    expect_equal("its fields", shown["packet"], packet)
    expect_equal("its document", shown["documents"][0]["name"], "plan.txt")
    entry = [json.loads(line) for line in place.done("--json", "journal").splitlines()
             if json.loads(line)["seq"] == said["seq"]]
    expect_equal("the entry", entry[0]["kind"], "received")
    return said["proposal"], bytes.fromhex(said["receipt"]), base64.b64decode(entry[0]["leaf"])


def proof(caller, place, receipt, leaf):
    """A receipt proves its entry without a connection, and nothing once it was touched."""
    name = place.id().encode()
    expect(receipt.count(leaf) == 1 and name in receipt, f"{receipt.hex()} has no {leaf.hex()}")
    caller.run("check", write(place, "receipt", receipt), endpoint="tcp://127.0.0.1:1")
    damaged = {"its leaf": receipt.replace(leaf, bytes(32)), "cut short": receipt[:-1],
               "its office": receipt.replace(name, name.upper()), "nothing": b"",
               "its end": receipt[:-8] + bytes(8)}
    for what, content in damaged.items():
        expect(content != receipt, f"{what} was not damaged")
        caller.run("check", write(place, "receipt", content), status=REFUSED)
    caller.run("check", write(place, "receipt", receipt), status=REFUSED, sign="11" * 32)
    caller.run("check", write(place, "receipt", receipt), status=REFUSED, office="elsewhere")
    caller.run("check", write(place, "receipt", receipt), status=INVALID, sign="zz")


def opinion(caller, fire, place, proposal):
    """A person of the department answers; a second opinion is refused with the first's receipt."""
    review = f"{proposal}/1/fire"
    listed = json.loads(fire.run("reviews", "fire")["json"])["reviews"]
    expect(review in [line["reviewId"] for line in listed], f"{review} is not among {listed}")
    expect_equal("before", caller.run("verdict", proposal, "200", status=NO_ANSWER)["code"],
                 "NO_ANSWER")

    sheet = write(place, "opinion.json", OPINION)
    first = fire.run("opine", review, sheet)
    second = fire.run("opine", review, sheet, status=REFUSED)
    expect_equal("the second", second["code"], "OPINION_ALREADY_GIVEN")
    expect_equal("the receipt of the first", second["receipt"], first["receipt"])
    expect_equal("an applicant's", caller.run("opine", review, sheet, status=REFUSED)["code"],
                 "NOT_ALLOWED")


def verdict(caller, place, proposal):
    """It is waited for, and is the document that the command line prints."""
    found = json.loads(caller.run("verdict", proposal, "60000")["json"])
    expect_equal("the outcome", found["outcome"], "conditional")
    expect_equal("the document", found, json.loads(place.done(
        "--json", "verdict", proposal, account=caller.words["principal"].split(":")[1])))
    shown = json.loads(caller.run("show", proposal)["json"])
    expect_equal("the record", (shown["number"], shown["status"]), (proposal, "concluded"))


def refusals(caller, place, packet):
    """Each kind of failure says which it is, and leaves nothing behind."""
    before = len(place.done("--json", "list").splitlines())
    code = caller.run("show", "LJHS-2026-9999", status=REFUSED)["code"]
    expect_equal("an unknown proposal", code, "UNKNOWN_PROPOSAL")
    wrong = {**packet, "projekt": {}}
    said = caller.run("submit", write(place, "wrong.json", wrong), status=INVALID)
    expect("projekt" in said["reason"], f"an unknown field: {said}")
    caller.run("submit", write(place, "wrong.json", b"{"), status=INVALID)
    caller.run("bytes", write(place, "wrong.bin", b"\xff\xff"), status=INVALID)
    said = caller.run("submit", write(place, "packet.json", packet), "site_plan=absent",
                      status=INVALID)
    expect("absent" in said["reason"], f"an absent document: {said}")
    caller.run("show", "1", status=ENVIRONMENT, keys=place.path("keys", "absent"))
    caller.run("show", "1", status=INVALID, endpoint="udp://127.0.0.1:1")
    caller.run("show", "1", status=INVALID, sign="00")
    caller.run("show", "1", status=DISTRUSTED, sign="00" * 32)
    expect_equal("proposals", len(place.done("--json", "list").splitlines()), before)


def withdrawn(caller, place, packet):
    """What was withdrawn has no verdict to wait for."""
    proposal = caller.run("submit", write(place, "packet.json", packet))["proposal"]
    place.done("withdraw", proposal, account="street")
    code = caller.run("verdict", proposal, "60000", status=REFUSED)["code"]
    expect_equal("its code", code, "NO_VERDICT")


def stranger(caller, place):
    """A key that is not enrolled is refused."""
    folder = os.path.join(place.folder, "stranger")
    place.done("init", folder, "--demo", home=False)
    code = caller.run("show", "1", status=REFUSED, keys=os.path.join(folder, "keys",
                                                                    "person:street"))["code"]
    expect_equal("its code", code, "UNKNOWN_SIGNER")


def main(build):
    cases = office.Cases()
    installed = Installed(build)
    if cases.run("a program is built against it", installed.build):
        for case in (symbols, names, header):
            cases.run(case.__name__, case, installed)
        with office.Office(build) as place:
            place.start()
            place.programs["fire"].stop()
            caller = Caller(installed, place, "person:street")
            fire = Caller(installed, place, "person:fire")
            packet = place.json("show", place.submit(office.sample(1)), "--packet")["packet"]
            proposal, receipt, leaf = submission(caller, place, packet)
            cases.passed += 1
            cases.run("proof", proof, caller, place, receipt, leaf)
            cases.run("opinion", opinion, caller, fire, place, proposal)
            cases.run("verdict", verdict, caller, place, proposal)
            cases.run("refusals", refusals, caller, place, packet)
            cases.run("withdrawn", withdrawn, caller, place, packet)
            cases.run("stranger", stranger, caller, place)
            place.stop()
    shutil.rmtree(installed.folder, ignore_errors=True)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
