#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people, departments and machines get wrong, and what they are told: exit code and words.

usage: bad_input.py BUILD

After all of it the office is at work and its record is whole.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time

import office
from office import expect, expect_equal

MIB = 1024 * 1024
AGENT_SECONDS = 20
UNKNOWN = "LJHS-2026-9999"


def sample_text(number):
    with open(office.sample(number), encoding="utf-8") as file:
        return file.read()


def changed(old, new):
    """Returns sample 1 with one line changed."""
    text = sample_text(1)
    expect(re.search(old, text, re.M), f"sample 1 has no {old!r}")
    return re.sub(old, new, text, count=1, flags=re.M)


def line_of(text, word):
    """Returns the number of the line in which @word stands first."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if word in line)


# Files that cannot be a proposal: name, content, words that standard error must have.
def proposal_files():
    misspelt = changed(r"^    population: .*$", "    populaton: 3")
    typed = changed(r"^    population: .*$", "    population: many")
    doubled = changed(r"^(    population: .*)$", r"\1\n\1")
    dated = changed(r"^    planned_start: .*$", "    planned_start: 2026-02-30")
    digits = changed(r"^    estimate_wan: .*$", "    estimate_wan: 1.23456789")
    return [
        ("unclosed.yaml", b"proposal: [1, 2\n", ("unclosed.yaml:",)),
        ("tabs.yaml", b"proposal:\n\tproject: 1\n", ("tabs.yaml:2",)),
        ("unclosed.json", b'{"project": {"name": "x"', ("unclosed.json:",)),
        ("trailing.json", b'{"project": {}} {}', ("trailing.json:",)),
        ("latin.yaml", "project:\n  name: caf\xe9\n".encode("latin-1"), ("latin.yaml", "UTF-8")),
        ("large.yaml", b"# " + b"x" * MIB + b"\n", ("large.yaml", "1 MiB")),
        ("empty.yaml", b"", ("empty.yaml",)),
        ("list.yaml", b"- 1\n- 2\n", ("list.yaml",)),
        ("binary.yaml", bytes(range(256)), ("binary.yaml",)),
        ("alias.yaml", b"project: &a\n  name: x\nestate: *a\n", ("alias.yaml:",)),
        ("misspelt.yaml", misspelt.encode(),
         (f"misspelt.yaml:{line_of(misspelt, 'populaton')}", "populaton", "population")),
        ("typed.yaml", typed.encode(),
         (f"typed.yaml:{line_of(typed, 'population: many')}", "estate.population")),
        ("doubled.yaml", doubled.encode(), ("doubled.yaml:", "population")),
        ("dated.yaml", dated.encode(), ("dated.yaml:", "planned_start")),
        ("digits.yaml", digits.encode(), ("digits.yaml:", "estimate_wan")),
    ]


def expect_said(result, status, words):
    statuses = status if isinstance(status, tuple) else (status,)
    expect(result.returncode in statuses,
           f"ended with {result.returncode}, not {status}: {result.stdout}{result.stderr}")
    for word in words:
        expect(word in result.stderr, f"standard error has no {word!r}: {result.stderr}")
    expect("Sanitizer" not in result.stderr, result.stderr)


def said(place, status, words, arguments, account=None, home=True):
    expect_said(place.run(*arguments, account=account, home=home), status, words)


def write(place, name, content):
    path = place.path("run", name)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def count_of_proposals(place):
    return len(place.json("list")["proposals"])


# ---- files and words ---------------------------------------------------------------------------------


def bad_file(place, name, content, words):
    before = count_of_proposals(place)
    path = write(place, name, content)
    for verb in ("submit", "check"):
        said(place, 2, words, (verb, path), account="street" if verb == "submit" else None)
    expect_equal("proposals", count_of_proposals(place), before)


def words_table(proposal, fifo):
    """Command lines that end badly: arguments, account, status, words."""
    fire = f"{proposal}/1/fire"
    return [
        (("sumbit", "x.yaml"), None, 2, ("submit",)),
        (("show", proposal, "--jsno"), None, 2, ("--json",)),
        (("show",), None, 2, ()),
        (("show", proposal, "more"), None, 2, ()),
        (("submit", "absent.yaml"), "street", 2, ("absent.yaml",)),
        (("submit", office.SAMPLES), "street", 2, (office.SAMPLES,)),
        (("submit", office.sample(1), "--process", "absent"), "street", 1, ("UNKNOWN_PROCESS",)),
        (("submit", office.sample(1), "--document", "A01=absent.pdf"), "street", 2,
         ("absent.pdf",)),
        (("submit", office.sample(1), "--document", f"A01={office.SAMPLES}"), "street", 2,
         (office.SAMPLES, "no plain file")),
        (("submit", office.sample(1), "--document", f"A01={fifo}"), "street", 2,
         (fifo, "no plain file")),
        (("submit", office.sample(1), "--document", f"A01={office.sample(1)}", "--document",
          f"A01={office.sample(1)}"), "street", 2, ("A01=", "twice")),
        (("submit", office.sample(1)), "fire", 1, ("refused: NOT_ALLOWED: ",)),
        (("submit", office.sample(1)), "nobody", (1, 2, 4), ("nobody",)),
        (("show", UNKNOWN), None, 1, ("refused: UNKNOWN_PROPOSAL: ",)),
        (("show", "no such thing"), None, 1, ("refused: UNKNOWN_PROPOSAL: ",)),
        (("verdict", UNKNOWN), None, 1, ("refused: UNKNOWN_PROPOSAL: ",)),
        (("wait", UNKNOWN, "--timeout", "1"), None, 1, ("refused: UNKNOWN_PROPOSAL: ",)),
        (("withdraw", UNKNOWN), "street", 1, ("refused: UNKNOWN_PROPOSAL: ",)),
        (("revise", UNKNOWN, office.sample(1)), "street", 1, ("refused: UNKNOWN_PROPOSAL: ",)),
        (("opine", f"{UNKNOWN}/1/fire", "--result", "agree"), "fire", 1,
         ("refused: UNKNOWN_PROPOSAL: ",)),
        (("verdict", proposal), None, 1, ("refused: NO_VERDICT_YET: ",)),
        (("revise", proposal, office.sample(1)), "street", 1, ("refused: NOTHING_TO_REVISE: ",)),
        (("withdraw", proposal), "approver", 1, ("refused: NOT_ALLOWED: ",)),
        (("wait", proposal, "--for", "verdict", "--timeout", "1"), None, 3, (proposal,)),
        (("wait", proposal, "--for", "lunch"), None, 2, ("lunch",)),
        (("opine", f"{proposal}/1/absent", "--result", "agree"), "fire", 1, ("refused: ",)),
        (("opine", f"{proposal}/9/fire", "--result", "agree"), "fire", 1,
         ("refused: UNKNOWN_REVIEW: ", f"{proposal}/9/fire")),
        (("list", "--department", "fyre"), None, 1, ("refused: UNKNOWN_DEPARTMENT: ", "fyre")),
        (("list", "--stage", "nope"), None, 1, ("refused: UNKNOWN_STAGE: ", "nope")),
        (("list", "--stage", "joint_review", "--overdue"), None, 0, ()),
        (("reviews", "--department", "fyre"), None, 1, ("refused: UNKNOWN_DEPARTMENT: ", "fyre")),
        (("opine", "fire", "--result", "agree"), "fire", 2, ("fire",)),
        (("opine", fire, "--result", "agree"), "planning", 1, ("refused: NOT_YOUR_REVIEW: ",)),
        (("opine", fire, "--result", "agree"), "street", 1, ("refused: NOT_ALLOWED: ",)),
        (("opine", fire, "--result", "agrees"), "fire", 2, ("agrees", "agree")),
        (("opine", fire, "--result", "tacit"), "fire", 1, ("refused: RESULT_INVALID: ",)),
        (("opine", fire, "--result", "disagree"), "fire", 1, ("refused: ITEMS_MISSING: ",)),
        (("opine", fire), "fire", 2, ()),
        (("journal",), "street", 1, ("refused: NOT_ALLOWED: ", "person:street", "--as")),
        (("account", "add", "person:x", "--role", "reviewer"), "street", 2, ("--department",)),
        (("account", "add", "no name", "--role", "applicant"), None, 2, ("no name",)),
        (("eval", "1 +"), None, (1, 2), ()),
        (("lint", "absent.yaml"), None, 2, ("absent.yaml",)),
    ]


def opinions(place, proposal):
    """Opinion files that are refused, then one that counts, then a second."""
    fire = f"{proposal}/1/fire"
    item = "result: conditional\nitems:\n- {matter: fire, place: L2, defect: d, demand: x, " \
           "severity: must%s}\n"
    table = [
        (item % "", 1, "refused: BASIS_MISSING: "),
        (item % "", 1, "opinion.yaml:3: items[0].basis: "),
        (item % ", basis: GB", 1, "refused: CLOSING_MISSING: "),
        ((item % "").replace("defect: d, ", ""), 1, "opinion.yaml:3: items[0].defect: "),
        ("result: conditional\nitems:\n- {severity: must, basis: GB}\n", 1,
         "refused: ITEM_INVALID: "),
        ((item % ", basis: GB").replace("matter: fire", "matter: lane"), 1,
         "refused: ITEM_INVALID: "),
        ("result: conditional\nitms: []\n", 2, "items"),
        ("result: 7\n", 2, "result"),
        ("result: not_involved\n", 1, "opinion.yaml:1: reason: "),
        ("result: agree\n" + (item % ", basis: GB").split("\n", 1)[1], 1,
         "refused: MUST_NOT_DEMAND: "),
        (item % ", basis: GB 50016-2014 7.1.8, closing: the plan as changed", 0, ""),
        ("result: agree\n", 1, "refused: OPINION_ALREADY_GIVEN: "),
    ]
    for text, status, words in table:
        path = write(place, "opinion.yaml", text)
        said(place, status, (words,), ("opine", fire, "--file", path), account="fire")
    said(place, 1, ("refused: OPINION_ALREADY_GIVEN: ", "receipt of the first: entry "),
         ("opine", fire, "--result", "agree"), account="fire")
    second = json.loads(place.done("--json", "opine", fire, "--result", "agree", account="fire",
                                   status=1))
    expect(int(second["receipt"]["seq"]) > 0 and second["receipt"]["head"], f"{second}")
    place.done("wait", proposal, "--for", "verdict", "--timeout", "30")
    expect_equal("the outcome", place.json("verdict", proposal)["outcome"], "conditional")


# ---- departments and keys ----------------------------------------------------------------------------


def not_ready(place):
    said(place, 1, ("refused: DEPARTMENT_NOT_READY: ", "department list"), ("submit", office.sample(1)),
         account="street")


def unenrolled_key(place):
    place.done("key", "new", "--as", "person:stranger")
    result = place.run("list", account="stranger")
    expect_said(result, (1, 3), ("stranger",))


def edit_pack(place, change):
    """Rewrites fire's pack by @change; returns what it was."""
    path = place.path("rules", "fire.yaml")
    with open(path, encoding="utf-8") as file:
        before = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(change(before))
    return before


def raise_version(text, by=1):
    return re.sub(r"^version: (\d+)", lambda m: f"version: {int(m[1]) + by}", text, flags=re.M)


def change_words(text):
    changed_text, count = re.subn(r"(zh: )(\S)", r"\1此处\2", text, count=1)
    expect_equal("words changed", count, 1)
    return changed_text


def agent_says(place, word):
    """Starts fire's agent, which must not become ready and must say @word."""
    log = place.path("run", "fire.log")
    open(log, "w", encoding="utf-8").close()
    agent = place.add_agent("fire").start()
    end = time.monotonic() + AGENT_SECONDS
    while word not in office.tail(log, 200):
        expect(time.monotonic() < end, f"the agent did not say {word}: {office.tail(log)}")
        time.sleep(0.02)  # until the next look at what it wrote
    if agent.is_running():
        expect("ready" not in agent.buffer.decode(), "the agent said it was ready")
        agent.stop()
    else:
        agent.close()


def packs(place):
    """A newer pack is taken; then an older one, and the same version with other content, are not."""
    place.programs["fire"].stop()
    original = edit_pack(place, raise_version)
    place.start_agent("fire").stop()
    newer = edit_pack(place, lambda text: original)
    agent_says(place, "PACK_OLDER")
    edit_pack(place, lambda text: change_words(newer))
    agent_says(place, "PACK_VERSION_REUSED")
    edit_pack(place, lambda text: raise_version(re.sub(
        r"^(\s+condition:) .*$", r"\1 no.such.field > 1", newer, count=1, flags=re.M)))
    agent_says(place, "PACK_INVALID")
    edit_pack(place, lambda text: newer)
    place.start_agent("fire")


# ---- commands that no client makes -------------------------------------------------------------------


def probe(place, like, option, code):
    result = subprocess.run(
        [place.program("submitter"), "--home", place.home, "--office", place.id(), "--broker",
         place.endpoint, "--out", place.path("run", f"probe{option}.jsonl"), "--like", like,
         option], text=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    expect_equal("the submitter: " + result.stderr, result.returncode, 0)
    expect_equal("the answer", result.stdout.strip(), code)


# ---- the broker and its disk -------------------------------------------------------------------------


def stopped_broker(place):
    place.programs["broker"].stop()
    said(place, 3, (), ("submit", office.sample(1)), account="street")
    said(place, 3, ("is the office up?", place.home, "up"), ("list",))
    place.start_broker()
    place.done("list")


def second_broker(place):
    result = subprocess.run([place.program("huishen-broker"), "--home", place.home, "--listen",
                             "tcp://127.0.0.1:0"], text=True, capture_output=True, timeout=30,
                            stdin=subprocess.DEVNULL)
    expect_said(result, 4, ())
    expect("ready" not in result.stdout, "the second broker said it was ready")
    place.done("list")


def another_history(place):
    """An old copy of the journal is put back and goes on beyond what an agent has seen."""
    agents = [name for name in place.programs if name != "broker"]
    journal, old, kept = place.path("journal"), place.path("run", "old"), place.path("run", "kept")
    place.stop()
    shutil.copytree(journal, old)
    place.start_broker()
    for name in agents:
        place.start_agent(name)
    place.done("wait", place.submit(office.sample(1)), "--for", "verdict", "--timeout", "60")
    place.stop()
    os.rename(journal, kept)
    os.rename(old, journal)
    place.start_broker()
    for _ in range(12):
        place.submit(office.sample(1))
    agent = place.add_agent("fire").start()
    expect_equal("the agent's status", agent.child.wait(AGENT_SECONDS), 1)
    expect("HISTORY_DIFFERS" in office.tail(agent.log), office.tail(agent.log))
    agent.close()
    place.programs["broker"].stop()
    shutil.rmtree(journal)
    os.rename(kept, journal)
    place.start_broker()
    for name in agents:
        place.start_agent(name)


def full_map(place):
    """What the journal's map has no room for is refused, and reading goes on."""
    with open(place.path("office.yaml"), encoding="utf-8") as file:
        before = file.read()
    rest = "".join(line for line in before.splitlines(keepends=True)
                   if not line.startswith("map_bytes:"))
    place.programs["broker"].stop()
    size = os.path.getsize(place.path("journal", "data.mdb"))
    edit_office(place, f"{rest.rstrip()}\nmap_bytes: {size + 128 * 1024}\n")
    place.start_broker()
    result = place.run("submit", office.sample(1), account="street")
    for _ in range(100):
        if result.returncode != 0:
            break
        result = place.run("submit", office.sample(1), account="street")
    expect_said(result, 1, ("refused: STORE_FULL: ",))
    known = count_of_proposals(place)
    place.programs["broker"].stop()
    edit_office(place, before)
    place.start_broker()
    expect_equal("proposals", count_of_proposals(place), known)
    place.done("wait", place.submit(office.sample(1)), "--for", "verdict", "--timeout", "60")


def edit_office(place, text):
    with open(place.path("office.yaml"), "w", encoding="utf-8") as file:
        file.write(text)


def nearly_full_disk(place):
    with open(place.path("office.yaml"), encoding="utf-8") as file:
        before = file.read()
    free = shutil.disk_usage(place.home).free
    rest = "".join(line for line in before.splitlines(keepends=True)
                   if not line.startswith("reserve_bytes:"))
    known = count_of_proposals(place)
    place.programs["broker"].stop()
    edit_office(place, f"{rest.rstrip()}\nreserve_bytes: {free * 2}\n")
    place.start_broker()
    said(place, 1, ("refused: STORE_FULL: ",), ("submit", office.sample(1)), account="street")
    said(place, 1, ("refused: STORE_FULL: ",),
         ("submit", office.sample(1), "--document", "plan=" + office.sample(2)), account="street")
    expect_equal("proposals", count_of_proposals(place), known)
    place.programs["broker"].stop()
    edit_office(place, before)
    place.start_broker()
    proposal = place.submit(office.sample(1))
    place.done("wait", proposal, "--for", "verdict", "--timeout", "60")


def documents_in(place):
    """Returns the path of each complete document."""
    folder = place.path("documents")
    return {os.path.join(folder, first, rest) for first in os.listdir(folder)
            if first != "partial" for rest in os.listdir(os.path.join(folder, first))}


def unnamed_documents(place):
    """A start removes what nobody named for a day, and never what the journal names."""
    before = documents_in(place)
    place.done("submit", office.sample(1), "--document", "plan=" + office.sample(2),
               account="street")
    named = documents_in(place) - before
    expect_equal("documents", len(named), 1)
    unnamed = place.path("documents", "00", 62 * "1")
    os.makedirs(os.path.dirname(unnamed), exist_ok=True)
    shutil.copyfile(office.sample(3), unnamed)
    for path in documents_in(place):
        os.utime(path, (1, 1))
    place.programs["broker"].stop()
    place.start_broker()
    end = time.monotonic() + 20
    while os.path.exists(unnamed):
        expect(time.monotonic() < end, "the document that nobody names is still there")
        time.sleep(0.05)
    expect(documents_in(place) >= named, "a document that the journal names was removed")


def bad_configuration(place):
    """A broker or an agent whose configuration is wrong says where, and does not serve."""
    folder = os.path.join(place.folder, "bad")
    os.makedirs(folder)
    write_to = os.path.join(folder, "office.yaml")
    for text, words in (("id: [\n", "office.yaml"), ("idd: x\n", "idd")):
        with open(write_to, "w", encoding="utf-8") as file:
            file.write(text)
        result = subprocess.run([place.program("huishen-broker"), "--home", folder], text=True,
                                capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
        expect_said(result, 2, (words,))
    agent = os.path.join(folder, "agent.yaml")
    with open(agent, "w", encoding="utf-8") as file:
        file.write("principal: agent:fire/1\ndepartmnt: fire\n")
    result = subprocess.run([place.program("huishen-agent"), "--config", agent], text=True,
                            capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
    expect_said(result, 2, ("agent.yaml:2", "departmnt", "department"))
    said(place, 4, ("office.yaml",), ("--home", os.path.join(folder, "absent"), "list"),
         home=False)
    said(place, 2, (place.home,), ("init", place.home), home=False)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        place.start_broker()
        cases.run("a department without a pack", not_ready, place)
        for department in office.DEPARTMENTS:
            place.start_agent(department)
        place.programs["fire"].stop()
        proposal = place.submit(office.sample(1))
        for name, content, words in proposal_files():
            cases.run(f"the file {name}", bad_file, place, name, content, words)
        fifo = place.path("fifo")
        os.mkfifo(fifo)
        for words, account, status, expected in words_table(proposal, fifo):
            cases.run(f"{account or ''} {' '.join(words)}".strip(), said, place, status, expected,
                      words, account)
        expect(not os.path.exists(place.path("keys", "person:no name")), "it has got keys")
        cases.run("opinions of a person", opinions, place, proposal)
        place.start_agent("fire")
        cases.run("a key that is not enrolled", unenrolled_key, place)
        cases.run("packs that are not taken", packs, place)
        like = str(int(proposal.split("-")[-1]))
        cases.run("a command id used again", probe, place, like, "--reuse-id", "COMMAND_ID_REUSED")
        cases.run("a command id from last month", probe, place, like, "--old-id",
                  "COMMAND_TOO_OLD")
        cases.run("two brokers on one home", second_broker, place)
        cases.run("a broker that is stopped", stopped_broker, place)
        cases.run("a disk that is nearly full", nearly_full_disk, place)
        cases.run("a map that is full", full_map, place)
        cases.run("documents that nobody names", unnamed_documents, place)
        cases.run("an old copy of the journal that went on", another_history, place)
        cases.run("configuration that is wrong", bad_configuration, place)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
