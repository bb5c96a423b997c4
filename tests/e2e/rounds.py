#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second round over real processes: samples 02 and 11, the reply item by item, who is asked again and
who is not, and the record of both rounds.

usage: rounds.py BUILD
"""
import sys

import office
from office import expect, expect_equal

SECONDS = 60
ASKED = {"fire", "planning", "urban_management"}


def write(place, name, text):
    path = place.path("run", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def refused(place, code, *arguments, **options):
    result = place.run(*arguments, **options)
    expect(result.returncode == 1 and f"refused: {code}: " in result.stderr,
           f"{' '.join(arguments)}: {result.returncode}, said {result.stderr!r}")
    return result.stderr


def must_items(document):
    return [item["id"] for opinion in document["opinions"] for item in opinion["items"]
            if item["severity"] == "must"]


def first_round(place, state):
    state["id"] = place.submit(office.sample(2))
    place.done("wait", state["id"], "--timeout", str(SECONDS), seconds=SECONDS + 10)
    verdict = place.json("verdict", state["id"])
    expect_equal("outcome", verdict["outcome"], "returned")
    state["items"] = must_items(verdict)
    state["first"] = verdict
    expect_equal("who objects", sorted(item.split("/")[-1].split("#")[0] for item in state["items"]),
                 ["fire", "urban_management"])


def blanks_are_listed(place, state):
    revise = ("revise", state["id"], office.sample(11))
    said = refused(place, "REPLY_INCOMPLETE", *revise, account="street")
    for item in state["items"]:
        expect(item in said, f"{item} is not listed: {said}")
    part = write(place, "part.yaml", f"items:\n- {{item: '{state['items'][0]}', answer: adopted}}\n"
                 f"- {{item: '{state['items'][1]}', answer: partly}}\n")
    said = refused(place, "REPLY_INCOMPLETE", *revise, "--reply", part, account="street")
    expect(state["items"][0] not in said and state["items"][1] in said, said)
    bad = write(place, "bad.yaml", f"items:\n- {{item: '{state['id']}/1/fire#9', answer: adopted}}\n")
    refused(place, "REPLY_INVALID", *revise, "--reply", bad, account="street")
    worse = write(place, "worse.yaml", "items:\n- {item: x, answer: perhaps}\n")
    result = place.run(*revise, "--reply", worse, account="street")
    expect(result.returncode == 2 and "worse.yaml:2" in result.stderr, result.stderr)
    expect_equal("still concluded", place.json("show", state["id"])["status"], "concluded")


def second_round(place, state):
    place.programs["urban_management"].stop()  # its people answer this time
    lines = "".join(f"- {{item: '{item}', answer: adopted, reason: 已改}}\n" for item in state["items"])
    reply = write(place, "reply.yaml", f"text: 已按意见修改\nitems:\n{lines}")
    place.done("revise", state["id"], office.sample(11), "--reply", reply, account="street")
    shown = place.json("show", state["id"])
    expect_equal("round", shown["round"], 2)
    reviews = {review["department"]: review for review in shown["reviews"]}
    expect_equal("asked", {name for name, review in reviews.items()
                           if not review["carriedForward"]}, ASKED)
    kept = reviews["utilities"]
    expect_equal("kept", (kept["state"], kept["carriedFrom"], kept["packetVersion"]),
                 ("closed", 1, 1))
    expect_equal("why fire", (reviews["fire"]["changedInputs"], reviews["fire"]["changedDocuments"]),
                 (["technical.fire.lanes[].clear_width_m"], ["A02", "A03"]))
    expect_equal("the answers", [(row["item"]["id"], row["answer"], row["reason"])
                                 for row in shown["answered"]],
                 [(item, "adopted", "已改") for item in state["items"]])
    expect_equal("the reply", shown["reply"], "已按意见修改")
    expect_equal("the round before", [(past["round"], past["outcome"])
                                      for past in shown["pastRounds"]], [(1, "returned")])
    text = place.done("show", state["id"])
    for words in ("of round 1", "round 1: returned", "adopted: 已改", state["items"][0]):
        expect(words in text, f"show does not say {words}: {text}")


def deltas(place, state):
    """The office sees all that changed, a department what it looks at."""
    shown = place.json("show", state["id"], "--changes")
    expect_equal("versions", (shown["fromVersion"], shown["toVersion"]), (1, 2))
    fields = {row["path"]: (row["change"], row["before"], row["after"]) for row in shown["fields"]}
    expect_equal("the lane", fields["technical.fire.lanes[L2].clear_width_m"],
                 ("changed", 3.4, 4.2))
    expect_equal("all fields", len(fields), 5)
    expect_equal("documents", [row["code"] for row in shown["documents"]], ["A02", "A03"])
    own = place.json("reviews", f"{state['id']}/2/fire", "--changes", account="fire")
    expect_equal("of fire's", [row["path"] for row in own["fields"]],
                 ["technical.fire.lanes[L2].clear_width_m"])
    expect_equal("planning's", [row["code"] for row in place.json(
        "reviews", f"{state['id']}/2/planning", "--changes", account="planning")["documents"]],
                 ["A02"])
    text = place.done("reviews", f"{state['id']}/2/fire", "--changes", account="fire")
    for words in ("Clear width", "3.4 → 4.2", "document A03", "/1/fire#1"):
        expect(words in text, f"reviews --changes does not say {words}: {text}")
    first = place.json("show", place.submit(office.sample(1)), "--changes")
    expect_equal("a first packet", (first["fromVersion"], first["fields"]), (0, []))


def late_item(place, state):
    """Sample 11: urban management would now also have a piece of landscape at the entrance."""
    review = f"{state['id']}/2/urban_management"
    own = next(item for item in state["items"] if "urban_management" in item)
    refused(place, "ITEMS_UNSETTLED", "opine", review, "--result", "agree",
            account="urban_management")
    item = ("{severity: must, matter: greening, place: 入口, defect: 无景观小品, demand: 增设景观小品, "
            "basis: 地方导则 3.1, closing: 附图纸%s}")
    sheet = f"result: conditional\nclosed_items: ['{own}']\nitems:\n- "
    late = write(place, "late.yaml", sheet + item % "" + "\n")
    refused(place, "LATE_NEW_ITEM", "opine", review, "--file", late, account="urban_management")
    bare = write(place, "bare.yaml", sheet + item % ", ground: law" + "\n")
    refused(place, "REASON_MISSING", "opine", review, "--file", bare, account="urban_management")
    place.done("opine", review, "--result", "agree", "--close", own, account="urban_management")


def second_verdict(place, state):
    place.done("wait", state["id"], "--timeout", str(SECONDS), seconds=SECONDS + 10)
    verdict = place.json("verdict", state["id"], "--recompute")
    expect_equal("round and outcome", (verdict["round"], verdict["outcome"]), (2, "passed"))
    expect_equal("carried forward", {opinion["department"] for opinion in verdict["opinions"]
                                     if opinion["carriedForward"]}, {"utilities"})
    expect_equal("the answers", [row["item"]["id"] for row in verdict["answeredItems"]],
                 state["items"])
    expect_equal("all closed", {row["state"] for row in verdict["answeredItems"]}, {"closed"})
    before = place.json("verdict", state["id"], "--round", "1", "--recompute")
    expect_equal("the first, recomputed", before.pop("recomputedHash"), before["verdictHash"])
    state["first"].pop("recomputedHash")
    expect_equal("the first", before, state["first"])
    refused(place, "NO_VERDICT_YET", "verdict", state["id"], "--round", "3")
    refused(place, "NOTHING_TO_REVISE", "revise", state["id"], office.sample(11), account="street")


def rounds_end(place, state):
    """What is not changed is returned again, and after the last round only the office opens another."""
    place.start_agent("urban_management")
    proposal = place.submit(office.sample(2))
    for number in (1, 2):
        place.done("wait", proposal, "--timeout", str(SECONDS), seconds=SECONDS + 10)
        verdict = place.json("verdict", proposal)
        expect_equal("round and outcome", (verdict["round"], verdict["outcome"]),
                     (number, "returned"))
        items = [item for opinion in verdict["opinions"] for item in opinion["items"]
                 if item["severity"] == "must"]
        expect_equal("they go on", {item["earlier"] != "" for item in items}, {number == 2})
        lines = "".join(f"- {{item: '{item['id']}', answer: not_adopted, reason: 无法拓宽}}\n"
                        for item in items)
        revise = ("revise", proposal, office.sample(2), "--reply",
                  write(place, "again.yaml", f"items:\n{lines}"))
        if number == 1:
            refused(place, "ROUND_LEFT", "grant", proposal, "--reason", "x", account="office")
            place.done(*revise, account="street")
    refused(place, "ROUNDS_EXHAUSTED", *revise, account="street")
    refused(place, "REASON_MISSING", "grant", proposal, account="office")
    refused(place, "NOT_ALLOWED", "grant", proposal, "--reason", "x", account="street")
    place.done("grant", proposal, "--reason", "方案待定", account="office")
    place.done(*revise, account="street")
    place.done("wait", proposal, "--timeout", str(SECONDS), seconds=SECONDS + 10)
    expect_equal("round", place.json("verdict", proposal)["round"], 3)


def main(arguments):
    cases = office.Cases()
    state = {}
    with office.Office(arguments[0]) as place:
        place.start()
        cases.run("a first round is returned", first_round, place, state)
        cases.run("what a reply leaves open is listed", blanks_are_listed, place, state)
        cases.run("the second round asks whom the change concerns", second_round, place, state)
        cases.run("what changed, for all and for one", deltas, place, state)
        cases.run("what did not change is too late to demand", late_item, place, state)
        cases.run("the second verdict, and the first still", second_verdict, place, state)
        cases.run("rounds have an end", rounds_end, place, state)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
