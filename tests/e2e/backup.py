#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backup and return: an office is backed up while it works, its machine is lost, and it comes back.

usage: backup.py BUILD [LOAD]

LOAD: submissions acknowledged before the backup begins (200).
"""
import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

import office
from office import expect, expect_equal

INFLIGHT = 8
STALL_SECONDS = 1.0  # longest time without a commit while the backup is being made
LOAD = 200
AGENT_SECONDS = 30
DOCUMENT = "site_plan"
MARK = "示例建筑设计院有限公司".encode()  # stands in packets alone


def write(place, name, content):
    path = os.path.join(place.folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("}\n")]


def receipts(path):
    return [line for line in read_lines(path) if line["answer"] == "receipt"]


def set_up(place):
    """An office with verdicts and a document. Returns a proposal and the document's path."""
    place.start()
    drawing = write(place, "site.pdf", b"a drawing " * 70000)
    proposal = place.submit(office.sample(1))
    place.done("submit", office.sample(2), "--document", f"{DOCUMENT}={drawing}", account="street")
    for number in (1, 2):
        place.done("wait", number, "--for", "verdict", "--timeout", "60")
    return proposal, drawing


def under_load(place, state):
    """The backup of a busy office holds all that was acknowledged before it, and stops nobody."""
    out = place.path("run", "load.jsonl")
    load = place.add("load", [place.program("submitter"), "--home", place.home, "--office",
                              place.id(), "--as", "street", "--broker", place.endpoint, "--out",
                              out, "--count", "1000000", "--inflight", str(INFLIGHT), "--seed",
                              "7", "--like", "1", "--like", "2"]).start()
    end = time.monotonic() + 60 + state["load"] / 50
    while not os.path.exists(out) or len(receipts(out)) < state["load"]:
        expect(time.monotonic() < end, f"no load: {office.tail(load.log)}")
        expect(load.is_running(), office.tail(load.log))
        time.sleep(0.05)  # between two looks at a file; the deadline is above

    before = receipts(out)
    begun = time.time()
    facts = place.json("backup", state["backup"], "--keys", seconds=300)
    ended = time.time()
    state["during"] = len(receipts(out)) - len(before)
    load.child.terminate()
    load.close()
    del place.programs["load"]

    state["facts"] = facts
    state["receipts"] = receipts(out)
    expect(state["during"] > 0, "nothing was acknowledged while the backup was made")
    expect(all(int(line["seq"]) < facts["seq"] for line in before),
           "what was acknowledged before the backup is not in it")
    place.export(place.path("run", "all.jsonl"))
    commits = [datetime.datetime.fromisoformat(line["at"]).timestamp()
               for line in read_lines(place.path("run", "all.jsonl")) if line["kind"] == "head"]
    times = [begun] + [at for at in commits if begun <= at <= ended] + [ended]
    state["stall"] = max(later - earlier for earlier, later in zip(times, times[1:]))
    # A backup that held the broker up would do so for all of its time; a busy machine pauses, too.
    expect(state["stall"] < max(STALL_SECONDS, (ended - begun) / 2),
           f"no commit for {state['stall']:.2f} s of {ended - begun:.2f}")


def sums_are_those_of_b2sum(place, state):
    result = subprocess.run(["b2sum", "-l", "256", "--quiet", "-c", "checksums"], text=True,
                            cwd=state["backup"], capture_output=True)
    expect_equal(f"b2sum: {result.stdout}{result.stderr}", result.returncode, 0)


def beyond_the_backup(place, state):
    """Life goes on, and a head of it is kept outside; then the machine is gone."""
    state["later"] = place.submit(office.sample(1))
    place.done("wait", state["later"], "--for", "verdict", "--timeout", "60")
    state["head"] = write(place, "head.txt", place.done("head").encode())
    place.done("verify", "--head", state["head"], seconds=300)
    place.stop()
    state["lost"] = os.path.join(place.folder, "lost")
    os.rename(place.home, state["lost"])


def drill(place, state):
    """An empty machine and the last backup give the same state."""
    place.home = os.path.join(place.folder, "new")
    facts = place.json("restore", state["backup"], seconds=300)
    checked = place.json("verify", "--views", seconds=300)
    for name in ("hash", "state"):
        expect_equal(name, checked[name], state["facts"][name])
    expect_equal("the last entry", checked["lastSeq"], state["facts"]["seq"])
    expect_equal("what restore says", facts, state["facts"])
    expect(os.stat(place.path("keys", "office", "sign.key")).st_mode & 0o077 == 0,
           "others may read the keys")


def restorations(place):
    """What the record says of returns from a backup: (entry, event) of each."""
    return [(int(line["seq"]), line["event"]["officeRestored"])
            for line in map(json.loads, place.done("--json", "journal", seconds=120).splitlines())
            if "officeRestored" in line.get("event", {})]


def is_on_record(place, state):
    """The first thing that the restored office records is that it was restored; once, whatever
    becomes of the broker."""
    marker = place.path("journal", "restored")
    with open(marker, encoding="utf-8") as file:
        text = file.read()
    place.start_broker()
    facts = state["facts"]
    [(seq, said)] = restorations(place)
    expect_equal("the entry", (seq, int(said["seq"])), (facts["seq"] + 1, facts["seq"]))
    expect_equal("the hash", base64.b64decode(said["hash"]).hex(), facts["hash"])
    expect(not os.path.exists(marker), "the note for the broker is still there")
    place.programs["broker"].kill()
    with open(marker, "w", encoding="utf-8") as file:
        file.write(text)  # as if it had died between the commit and the removal
    place.start_broker()
    expect_equal("the number of returns", len(restorations(place)), 1)
    expect(not os.path.exists(marker), "the note for the broker is there again")
    place.programs["broker"].stop()


def garbled_note(place, state):
    """A note that cannot be read stops the broker: it would hide a return."""
    marker = place.path("journal", "restored")
    with open(marker, "w", encoding="utf-8") as file:
        file.write("huishen restored 1\nseven\n")
    broker = place.add_broker().start()
    expect_equal("the broker's status", broker.child.wait(AGENT_SECONDS), 4)
    broker.close()
    expect("restored_unreadable" in office.tail(broker.log), office.tail(broker.log))
    os.remove(marker)


def serves_again(place, state):
    """It serves what was acknowledged before, the documents too, and knows nothing of the rest."""
    place.start()
    expect("passed" in place.done("verdict", state["proposal"]), "the verdict is another one")
    copy = os.path.join(place.folder, "copy.pdf")
    with open(state["drawing"], "rb") as drawing:
        content = drawing.read()
    digest = subprocess.run(["b2sum", "-l", "256", state["drawing"]], text=True,
                            capture_output=True).stdout.split()[0]
    with open(place.path("documents", digest[:2], digest[2:]), "rb") as file:
        expect(file.read() == content, f"{copy}: the document is another one")
    result = place.run("show", state["later"])
    expect_equal("show of a later proposal", result.returncode, 1)
    expect("UNKNOWN_PROPOSAL" in result.stderr, result.stderr)
    place.export(place.path("run", "new.jsonl"))
    leaves = {int(line["seq"]): line["leaf"]
              for line in read_lines(place.path("run", "new.jsonl"))}
    kept = [line for line in state["receipts"] if int(line["seq"]) < state["facts"]["seq"]]
    lost = [line for line in kept if leaves.get(int(line["seq"])) != line["leaf"]]
    expect(len(kept) >= state["load"] and not lost, f"{len(lost)} of {len(kept)} receipts are lost")


def later_head_is_missed(place, state):
    """Who kept a later head sees that the record became shorter, and later that it is another."""
    result = place.run("verify", "--head", state["head"], seconds=300)
    expect_equal("verify", result.returncode, 1)
    expect("WITNESS_AHEAD" in result.stderr or "WITNESS_DIFFERS" in result.stderr, result.stderr)


def agent_with_a_later_head_stops(place, state):
    """An agent that saw more stops; it is one of those in the restored home after its operator
    has put its store aside."""
    place.programs["fire"].stop()
    store = place.path("agents", "fire-1")
    shutil.move(store, store + ".new")
    shutil.copytree(os.path.join(state["lost"], "agents", "fire-1"), store)
    agent = place.add_agent("fire").start()
    expect_equal("the agent's status", agent.child.wait(AGENT_SECONDS), 1)
    agent.close()
    expect("HISTORY_DIFFERS" in office.tail(agent.log), office.tail(agent.log))
    shutil.move(store, store + ".before-restore")
    place.start_agent("fire")


def works_on(place, state):
    proposal = place.submit(office.sample(1))
    place.done("wait", proposal, "--for", "verdict", "--timeout", "60")
    place.stop()
    place.verify()


def another_release(place, state):
    """Views of another release are made anew; its journal is refused, by the broker too."""
    def become(*words):
        result = subprocess.run([place.program("tamper"), place.path("journal"),
                                 place.path("keys", "office"), "as", *words], text=True,
                                capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        expect_equal(f"tamper: {result.stderr}", result.returncode, 0)

    now = place.json("upgrade")
    expect_equal("now", (now["rebuilt"], now["format"]), (False, "huishen.v1"))
    before = place.json("verify", "--views", seconds=300)["state"]
    become("huishen.v1", "1")
    rebuilt = place.json("upgrade")
    expect_equal("rebuilt", (rebuilt["viewsBefore"], rebuilt["rebuilt"]), (1, True))
    expect_equal("again", place.json("upgrade")["rebuilt"], False)
    expect_equal("the state", place.json("verify", "--views", seconds=300)["state"], before)
    for written, code in (("huishen.v2", "FORMAT_NEWER"), ("other", "FORMAT_UNKNOWN")):
        become(written, "1")
        result = place.run("upgrade")
        expect_equal(f"upgrade: {result.stderr}", result.returncode, 1)
        expect(f"refused: {code}" in result.stderr and written in result.stderr, result.stderr)
        broker = place.add_broker().start()
        expect_equal("the broker's status", broker.child.wait(AGENT_SECONDS), 4)
        broker.close()
        expect(written in office.tail(broker.log), office.tail(broker.log))
    become("huishen.v1", str(now["views"]))
    place.start_broker()
    result = place.run("upgrade")
    expect_equal("while it serves", (result.returncode, "OFFICE_IS_UP" in result.stderr), (1, True))
    place.stop()


def restored_is_refused(place, backup, name, code):
    """Restoring @backup is refused with @code, names the file, and leaves nothing behind."""
    target = os.path.join(place.folder, "target")
    result = place.run("--home", target, "restore", backup, home=False, seconds=300)
    expect_equal(f"restore: {result.stderr}", result.returncode, 1)
    expect(f"refused: {code}: {name}" in result.stderr, result.stderr)
    expect(not os.path.exists(target), "something is left of what was refused")


def damaged(place, state):
    """Any file of a backup, altered or gone, is named."""
    backup = os.path.join(place.folder, "damaged")
    names = ["office.yaml", "journal/data.mdb", "journal/head", "configs/departments.yaml",
             "rules/fire.yaml", "keys/office/sign.key", "checksums"]
    digest = next(name for name in os.listdir(os.path.join(state["backup"], "documents")))
    rest = os.listdir(os.path.join(state["backup"], "documents", digest))[0]
    for name in names + [f"documents/{digest}/{rest}"]:
        shutil.copytree(state["backup"], backup)
        path = os.path.join(backup, name)
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        restored_is_refused(place, backup, name, "BACKUP_DAMAGED")
        os.remove(path)
        restored_is_refused(place, backup, name, "BACKUP_DAMAGED")
        shutil.rmtree(backup)


def facts_changed(place, state):
    """What backup.json says is held against what is there."""
    backup = os.path.join(place.folder, "changed")
    shutil.copytree(state["backup"], backup)
    path = os.path.join(backup, "backup.json")
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)
    for name, value in (("seq", facts["seq"] - 1), ("hash", "0" * 64), ("state", "0" * 64),
                        ("office", "another"), ("checksums", "0" * 64)):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**facts, name: value}, file)
        restored_is_refused(place, backup, "", "BACKUP_DAMAGED")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**facts, "huishenBackup": 2}, file)
    restored_is_refused(place, backup, "", "BACKUP_NEWER")
    os.remove(path)
    result = place.run("--home", os.path.join(place.folder, "x"), "restore", backup, home=False)
    expect_equal("restore of an unfinished backup", result.returncode, 2)


def path_out_of_the_backup(place, state):
    """A list that names files elsewhere is refused: nothing is written outside of the new home."""
    backup = os.path.join(place.folder, "outside")
    shutil.copytree(state["backup"], backup)
    with open(os.path.join(backup, "checksums"), "a", encoding="utf-8") as file:
        file.write("0" * 64 + "  ../escaped\n")
    result = subprocess.run(["b2sum", "-l", "256", "checksums"], cwd=backup, text=True,
                            capture_output=True)
    path = os.path.join(backup, "backup.json")
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**facts, "checksums": result.stdout.split()[0]}, file)
    restored_is_refused(place, backup, "checksums", "BACKUP_DAMAGED")


def not_over_a_home(place, state):
    """Neither is written where something is."""
    for arguments in (("restore", state["backup"]), ("backup", state["backup"]),
                      ("backup", place.path("configs", "inside"))):
        result = place.run(*arguments)
        expect_equal(arguments[0], result.returncode, 2)
    expect(not os.path.exists(place.path("configs", "inside")), "a folder is left in the home")


def without_keys(place, state):
    """Keys stay out unless asked for, and a broken record makes no backup."""
    backup = os.path.join(place.folder, "no-keys")
    facts = place.json("backup", backup, seconds=300)
    expect(not facts["keys"] and not os.path.exists(os.path.join(backup, "keys")), "it has keys")
    said = place.done("--home", os.path.join(place.folder, "keyless"), "restore", backup,
                      home=False, seconds=300)
    expect("keys/" in said, said)


def missing_document(place, state):
    """A document that the home lost is named; the backup is made without it."""
    digest = os.listdir(place.path("documents"))
    folder = next(name for name in digest if len(name) == 2)
    name = os.listdir(place.path("documents", folder))[0]
    os.remove(place.path("documents", folder, name))
    backup = os.path.join(place.folder, "incomplete")
    result = place.run("--json", "backup", backup, seconds=300)
    expect_equal("backup", result.returncode, 1)
    expect("DOCUMENTS_DAMAGED" in result.stderr and f"documents/{folder}/{name}" in result.stderr,
           result.stderr)
    expect_equal("what is missing", json.loads(result.stdout)["documentsMissing"], 1)
    place.done("--home", os.path.join(place.folder, "part"), "restore", backup, home=False,
               seconds=300)


def broken_record(place, state):
    """A record that is broken is not backed up."""
    path = place.path("journal", "data.mdb")
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(data.replace(MARK, MARK[:-1] + b"?"))
    backup = os.path.join(place.folder, "broken")
    result = place.run("backup", backup, seconds=300)
    expect_equal("backup", result.returncode, 1)
    expect("JOURNAL_BROKEN" in result.stderr, result.stderr)
    expect(not os.path.exists(backup), "a backup of it is left")


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        state = {"backup": os.path.join(place.folder, "backup"),
                 "load": int(arguments[1]) if len(arguments) > 1 else LOAD}
        state["proposal"], state["drawing"] = set_up(place)
        for name, case in (
                ("a backup under load holds what was acknowledged", under_load),
                ("the sums are those of b2sum", sums_are_those_of_b2sum),
                ("the office goes on and its machine is lost", beyond_the_backup),
                ("an empty machine and the backup give the same state", drill),
                ("a return is on record, once", is_on_record),
                ("a garbled note stops the broker", garbled_note),
                ("the restored office serves", serves_again),
                ("a later head kept outside tells", later_head_is_missed),
                ("an agent with a later head stops", agent_with_a_later_head_stops),
                ("the restored office works on", works_on),
                ("another release is upgraded or refused", another_release),
                ("a damaged backup is refused", damaged),
                ("what backup.json says is checked", facts_changed),
                ("a list cannot lead outside", path_out_of_the_backup),
                ("nothing is overwritten", not_over_a_home),
                ("keys stay out unless asked for", without_keys),
                ("a missing document is named", missing_document),
                ("a broken record is not backed up", broken_record)):
            if not cases.run(name, case, place, state):
                break  # each needs what the one before left
        print(f"{state.get('during', 0)} acknowledged while the backup was made, longest time "
              f"without a commit {state.get('stall', 0):.3f} s")
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
