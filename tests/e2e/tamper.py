#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the verifier says of a record that was altered, in a small office that was really at work.

usage: tamper.py BUILD [THEFTS] [SEED]

THEFTS: histories that are written anew with the office's key (60), drawn from SEED.
"""
import json
import os
import re
import shutil
import struct
import subprocess
import sys

import office
from office import expect, expect_equal

MARK = "示例建筑设计院有限公司".encode()  # the designer in every sample: stands in packets alone
TAMPER_SECONDS = 3600
PAGE_BYTES = 4096  # of the data file
LEAF_PAGE = 2  # its flags, where it holds records
ATTACKS_MIN = 500


def make_record(place):
    """Lets the office work and stop twice. Returns the entry that holds the first packet, and the
    file in which the record lay between the two times."""
    place.start()
    first = place.submit(office.sample(1))
    place.done("wait", first, "--for", "verdict", "--timeout", "60")
    path = place.path("run", "journal.jsonl")
    place.export(path)
    place.stop()
    earlier = os.path.join(place.folder, "earlier.mdb")
    shutil.copyfile(place.path("journal", "data.mdb"), earlier)

    place.start()
    place.done("wait", place.submit(office.sample(2)), "--for", "verdict", "--timeout", "60")
    place.stop()
    with open(path, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if "proposalSubmitted" in entry.get("event", {}):
                return int(entry["receivedSeq"]), earlier
    raise office.Fault("the journal has no submission")


def copy_home(place, name):
    """Returns a copy of the home, in which a case does its damage."""
    folder = os.path.join(place.folder, name)
    shutil.copytree(place.home, folder)
    return folder


def verify(place, home, *options):
    return place.run("--home", home, "verify", *options, home=False, seconds=300)


def expect_broken(result, seq=None):
    expect_equal("the exit status", result.returncode, 1)
    found = re.search(r"^refused: JOURNAL_BROKEN: .*?(\d+)", result.stderr, re.M)
    expect(found, f"said {result.stderr!r}")
    if seq is not None:
        expect_equal("the entry named first", int(found[1]), seq)


def untouched(place):
    for options in ((), ("--views",)):
        result = verify(place, copy_home(place, f"untouched{len(options)}"), *options)
        expect_equal("the exit status: " + result.stderr, result.returncode, 0)


def altered(place, seq):
    home = copy_home(place, "altered")
    path = os.path.join(home, "journal", "data.mdb")
    with open(path, "rb") as file:
        data = bytearray(file.read())
    position = data.find(MARK)
    expect(position >= 0, "the packet's text is not in the data file")
    # The first packet was stored first; a page is copied with the text in it, so each copy counts.
    begin = data[max(position - 64, 0):position]
    while position >= 0:
        if data[max(position - 64, 0):position] == begin:
            data[position + len(MARK) - 1] ^= 1
        position = data.find(MARK, position + len(MARK))
    with open(path, "wb") as file:
        file.write(data)
    expect_broken(verify(place, home), seq)


def cut(place, earlier):
    home = copy_home(place, "cut")
    shutil.copyfile(earlier, os.path.join(home, "journal", "data.mdb"))
    expect_broken(verify(place, home))


def emptied(place):
    home = copy_home(place, "emptied")
    with open(os.path.join(home, "journal", "data.mdb"), "wb"):
        pass
    expect_broken(verify(place, home))


def swollen(place):
    """Every record of the data file claims two gigabytes: who believes it reads beyond the file."""
    home = copy_home(place, "swollen")
    path = os.path.join(home, "journal", "data.mdb")
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for page in range(2 * PAGE_BYTES, len(data), PAGE_BYTES):
        flags, lower = struct.unpack_from("<HH", data, page + 10)
        if flags != LEAF_PAGE:
            continue
        for place_of_node in range(page + 16, page + min(lower, PAGE_BYTES), 2):
            node = page + struct.unpack_from("<H", data, place_of_node)[0]
            if node + 8 <= page + PAGE_BYTES and data[node + 4:node + 6] == b"\0\0":
                struct.pack_into("<I", data, node, 0x7FFFFFFF)
    with open(path, "wb") as file:
        file.write(data)
    result = verify(place, home)
    expect_broken(result)
    expect("STORE" in result.stderr, f"said {result.stderr!r}")
    result = verify(place, home, "--json")
    expect_equal("the exit status", result.returncode, 1)
    expect_equal("ok", json.loads(result.stdout)["ok"], False)
    expect(not any(name.startswith("verify-") for name in os.listdir(os.path.join(home, "run"))),
           "the copy was left behind")


def cut_is_not_served(place):
    home = os.path.join(place.folder, "cut")
    result = subprocess.run([place.program("huishen-broker"), "--home", home, "--listen",
                             "tcp://127.0.0.1:0"], text=True, capture_output=True, timeout=30,
                            stdin=subprocess.DEVNULL)
    expect_equal("the broker's exit status", result.returncode, 4)
    expect("ready" not in result.stdout.split(), f"the broker printed {result.stdout!r}")
    expect(re.search(r"\d+", result.stderr), "the broker did not name the entry")


def every_kind(place, thefts):
    """The program that alters each part of each kind of entry, and writes histories anew."""
    result = subprocess.run([place.program("tamper"), place.path("journal"),
                             place.path("keys", "office")] + thefts, text=True,
                            capture_output=True, timeout=TAMPER_SECONDS, stdin=subprocess.DEVNULL)
    lines = result.stdout.splitlines() or [""]
    expect_equal(f"tamper: {result.stdout[-2000:]}{result.stderr}", result.returncode, 0)
    found = re.search(r"(\d+) passed, 0 failed", lines[-1])
    expect(found and int(found[1]) >= ATTACKS_MIN, f"tamper ended with {lines[-1]!r}")
    table = next(i for i, line in enumerate(lines) if line.startswith("written anew by one"))
    print("\n".join(lines[table:]))


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        seq, earlier = make_record(place)
        cases.run("an untouched record passes", untouched, place)
        cases.run("an altered byte is found", altered, place, seq)
        cases.run("a cut tail is found", cut, place, earlier)
        cases.run("an emptied file is found", emptied, place)
        cases.run("pages that end their reader are told", swollen, place)
        cases.run("a cut record is not served", cut_is_not_served, place)
        cases.run("every altered part is found", every_kind, place, arguments[1:])
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
