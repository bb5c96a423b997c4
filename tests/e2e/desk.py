#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People at their desks: what applicants and reviewers see and do without an agent, and what a
command that got no answer leaves behind.

usage: desk.py BUILD
"""
import base64
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading

import office
from office import expect, expect_equal

ITEM = ("result: conditional\nitems:\n- {severity: must, place: L2, defect: d, "
        "demand: 净宽不小于 4.0 米, basis: GB 50016-2014 7.1.8, "
        "closing: 附修改后的总平面图, drawing: 总平面图, sheet: A-01, axis: 3-5}\n")


def write(place, name, text):
    path = place.path("run", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def refused(place, code, *arguments, **options):
    result = place.run(*arguments, **options)
    expect(result.returncode == 1 and result.stderr.startswith(f"refused: {code}: "),
           f"{' '.join(arguments)}: {result.returncode}, said {result.stderr!r}")
    return result


def on_a_terminal(place, *arguments):
    """Runs `huishen` with standard output on a terminal; returns what it printed there."""
    master, slave = pty.openpty()
    try:
        subprocess.run([place.program("huishen"), "--lang", "en", "--home", place.home, *arguments],
                       stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE, timeout=60,
                       check=True)
        os.close(slave)
        return os.read(master, 65536).decode()
    finally:
        os.close(master)


# ---- what there is to see ----------------------------------------------------------------------------


def nothing(place):
    """An empty list is said to be empty to people, and is empty for a pipe."""
    for words, sentence in ((("list",), "no proposals"), (("reviews", "--department", "fire"),
                                                          "no reviews to answer")):
        expect_equal(f"{words} on a terminal", on_a_terminal(place, *words).strip(), sentence)
        expect_equal(f"{words} on a pipe", place.done(*words), "")


def preview(place):
    """A round that runs is shown as what is known so far, and is no verdict."""
    proposal = place.submit(office.sample(1))
    sheet = write(place, "opinion.yaml", ITEM)
    place.done("opine", f"{proposal}/1/fire", "--file", sheet, account="fire")

    shown = place.json("show", proposal)["preview"]
    expect_equal("marked", shown["preview"], True)
    expect_equal("its outcome", shown["outcome"], "unspecified")
    results = {opinion["department"]: opinion["result"] for opinion in shown["opinions"]}
    expect_equal("the results", results, {"planning": "unspecified", "fire": "conditional",
                                          "utilities": "unspecified",
                                          "urban_management": "unspecified"})
    items = [item["id"] for opinion in shown["opinions"] for item in opinion["items"]]
    expect_equal("the items", items, [f"{proposal}/1/fire#1"])
    for language, words in (("zh", ("预览", "待答复", "L2，图纸总平面图，图号A-01，轴线3-5")),
                            ("en", ("preview", "open", "净宽不小于 4.0 米"))):
        text = place.done("show", proposal, account="office", language=language)
        for word in words:
            expect(word in text, f"show has no {word}: {text}")
        expect("--recompute" not in text, "a preview cannot be recomputed")
    refused(place, "NO_VERDICT_YET", "verdict", proposal)

    place.done("withdraw", proposal, account="street")
    expect("preview" not in place.json("show", proposal), "what is withdrawn has a preview")


def packet(place):
    """A reviewer reads the packet that is judged: the fields as submitted, and the documents."""
    plan = write(place, "plan.txt", "a plan\n")
    proposal = place.done("submit", office.sample(2), "--document", f"site_plan={plan}",
                          account="street").strip()
    shown = place.json("show", proposal, "--packet", account="fire")
    expect_equal("the hash", shown["packetHash"],
                 base64.b64decode(place.json("show", proposal)["packet"]).hex())
    lane = next(lane for lane in shown["packet"]["technical"]["fire"]["lanes"]
                if lane["id"] == "L2")
    expect_equal("the width of L2", lane["clear_width_m"], 3.4)
    document = shown["documents"][0]
    expect_equal("the document", (document["code"], document["name"], document["size"]),
                 ("site_plan", "plan.txt", 7))
    text = place.done("show", proposal, "--packet", account="fire")
    for words in ("clear_width_m: 3.4\n", "site_plan  plan.txt  7 bytes\n", shown["packetHash"],
                  document["hash"]):
        expect(words in text, f"show --packet has no {words!r}: {text}")

    # What is printed is a proposal file, and the same packet.
    again = place.json("submit", write(place, "again.json", json.dumps(shown["packet"])),
                       "--document", f"site_plan={plan}", account="street")["proposalId"]
    expect_equal("the hash of the same again",
                 place.json("show", again, "--packet")["packetHash"], shown["packetHash"])
    fields = text.split("\n", 1)[1].rsplit("\n\n", 1)[0]
    third = place.done("submit", write(place, "again.yaml", fields + "\n"), "--document",
                       f"site_plan={plan}", account="street").strip()
    expect_equal("the hash of the text", place.json("show", third, "--packet")["packetHash"],
                 shown["packetHash"])


def one_review(place):
    """A reviewer sees what the machine finds in the packet that is judged."""
    proposal = place.submit(office.sample(2))
    shown = place.json("reviews", f"{proposal}/1/fire", account="fire")
    expect_equal("the hash", shown["packetHash"],
                 place.json("show", proposal, "--packet")["packetHash"])
    expect_equal("the state", shown["review"]["state"], "open")
    found = shown["check"]["departments"][0]
    expect_equal("what is suggested", (found["department"], found["suggested"]),
                 ("fire", "disagree"))
    expect_equal("the findings", [finding["ruleId"] for finding in found["findings"]], ["FI-01"])
    text = place.done("reviews", f"{proposal}/1/fire", account="fire")
    for words in ("disagree", "FI-01[L2]", "found: Clear width 3.4m", shown["packetHash"]):
        expect(words in text, f"reviews has no {words!r}: {text}")
    refused(place, "UNKNOWN_REVIEW", "reviews", f"{proposal}/2/fire", account="fire")
    refused(place, "UNKNOWN_REVIEW", "reviews", f"{proposal}/1/water", account="office")
    refused(place, "UNKNOWN_PROPOSAL", "reviews", "LJHS-2026-9999/1/fire", account="fire")


# ---- a command without an answer ---------------------------------------------------------------------


class Proxy:
    """Stands between a client and the broker, which it stops before a command reaches it."""

    COMMAND_BYTES = 4096  # what a client has said before it submits is less

    def __init__(self, place):
        self.place = place
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.is_armed = True
        self.endpoint = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        host, port = self.place.endpoint.removeprefix("tcp://").split(":")
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            broker = socket.create_connection((host, int(port)))
            for pair in ((client, broker, True), (broker, client, False)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def carry(self, source, target, is_client):
        count = 0
        try:
            while piece := source.recv(65536):
                count += len(piece)
                if is_client and self.is_armed and count > self.COMMAND_BYTES:
                    self.is_armed = False
                    self.place.programs["broker"].child.send_signal(signal.SIGSTOP)
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # either end is gone

    def close(self):
        self.listener.close()


def endpoint_is(place, endpoint):
    write(place, "broker", endpoint + "\n")


def submitted(place):
    return [proposal["number"] for proposal in place.json("list", account="street")["proposals"]]


def typed_again(place):
    """What timed out and is typed again is recorded once, and gets the number of the first."""
    before = submitted(place)
    proxy = Proxy(place)
    endpoint_is(place, proxy.endpoint)
    try:
        result = place.run("submit", office.sample(3), account="street")
    finally:
        place.programs["broker"].child.send_signal(signal.SIGCONT)
        endpoint_is(place, place.endpoint)
        proxy.close()
    expect_equal("the exit status: " + result.stderr, result.returncode, 3)
    expect("type the same command again" in result.stderr, f"said {result.stderr!r}")
    kept = [name for name in os.listdir(place.path("pending", "person:street"))
            if not name.endswith(".lock")]
    expect_equal("commands kept", len(kept), 1)

    again = place.submit(office.sample(3))
    now = submitted(place)
    expect_equal("proposals", len(now), len(before) + 1)
    expect_equal("the number", [again], [number for number in now if number not in before])
    expect(not os.path.exists(place.path("pending", "person:street", kept[0])), "it is still kept")

    # Whoever submits once more after an answer means it.
    expect(place.submit(office.sample(3)) != again, "a second submission got the first number")
    expect_equal("proposals", len(submitted(place)), len(before) + 2)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[3], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        place.start()
        for department in office.DEPARTMENTS:
            place.programs[department].stop()
        cases.run("lists of nothing", nothing, place)
        cases.run("the preview of a round", preview, place)
        cases.run("the packet that is judged", packet, place)
        cases.run("one review, whole", one_review, place)
        cases.run("a command typed again", typed_again, place)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
