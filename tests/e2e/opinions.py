#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One opinion's life, with people and real programs: drafted, sent back, released by the head, put
right, sealed between departments until all are in; and accounts that end.

usage: opinions.py BUILD
"""
import datetime
import json
import sys
import time

import office
from office import expect, expect_equal

SECONDS = 20
DEMAND = "净宽不小于 4.0 米"
SHEET = f"""result: conditional
reason: %s
items:
- severity: must
  matter: fire
  place: 消防车道 L2
  drawing: 总平面图
  sheet: A-01
  axis: 3-5
  defect: 净宽 3.4 米
  demand: {DEMAND}
  basis: GB 50016-2014 7.1.8
  closing: 附修改后的总平面图
"""
DEPARTMENTS = """departments:
- id: fire
  title: {zh: 消防救援支队, en: Fire and rescue}
  safety_critical: true
  answer: person
  sign_off: head
"""


def write(place, name, text):
    path = place.path("run", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def sheet(place, reason):
    return write(place, "opinion.yaml", SHEET % reason)


def refused(place, code, *arguments, **options):
    result = place.run(*arguments, **options)
    expect(result.returncode == 1 and f"refused: {code}: " in result.stderr,
           f"{' '.join(arguments)}: {result.returncode}, said {result.stderr!r}")


def review_of(proposal, department):
    return next(r for r in proposal["reviews"] if r["department"] == department)


def recorded(place, proposal, department, account):
    return review_of(place.json("show", proposal, account=account), department)


class Watcher:
    """What an account is fed, read until a certain event of a proposal."""

    def __init__(self, place, account):
        self.program = place.add(f"watcher-{account}",
                                 [place.program("watcher"), place.home, account]).start()
        self.program.ready()

    def until(self, proposal, kind):
        """Returns the events of @proposal up to the first of @kind, which is the last."""
        events = []
        end = time.monotonic() + SECONDS
        while True:
            item = json.loads(self.program.line(max(end - time.monotonic(), 0.001)))
            if item["proposal"] == proposal:
                events.append(item["event"])
                if kind in item["event"]:
                    return events

    def close(self):
        self.program.kill()


def people(place):
    """Fire gets a reviewer and a head, and its opinions are the head's from now on."""
    for name, role in (("li", "reviewer"), ("chief", "head")):
        place.done("account", "add", name, "--role", role, "--department", "fire",
                   account="security")
    place.done("department", "define", write(place, "departments.yaml", DEPARTMENTS),
               account="admin")
    expect("the head signs" in place.done("department", "list"), "the list does not tell")


# ---- draft and sign-off ------------------------------------------------------------------------------


def sign_off(place):
    """Li drafts, the chief sends it back and then releases the next one as it is."""
    proposal = place.submit(office.sample(1))
    fire = f"{proposal}/1/fire"
    refused(place, "SIGN_OFF_NEEDED", "opine", fire, "--result", "agree", account="li")
    refused(place, "NO_DRAFT", "opine", fire, "--release", account="chief")
    expect_equal("drafted", place.json("opine", fire, "--draft", "--file", sheet(place, "一稿"),
                                       account="li"),
                 {"reviewId": fire, "result": "conditional", "state": "drafted"})

    shown = place.json("reviews", fire, account="chief")
    expect_equal("the draft", (shown["draft"]["reason"], shown["draft"]["items"][0]["axis"]),
                 ("一稿", "3-5"))
    expect_equal("who drafted", shown["review"]["draft"]["draftedBy"], "person:li")
    text = place.done("reviews", fire, account="li")
    for words in ("draft, not given  person:li", "一稿", DEMAND, "axis 3-5"):
        expect(words in text, f"reviews has no {words!r}: {text}")
    for account in ("office", "planning", "supervisor"):
        shown = place.json("reviews", fire, account=account)
        expect("draft" not in shown and not shown["review"].get("draft"),
               f"{account} sees the draft: {shown}")
        expect(not recorded(place, proposal, "fire", account).get("draft"),
               f"show tells {account} of the draft")
    for line in place.json("reviews", account="office", language="en")["reviews"]:
        expect(not line["review"].get("draft"), f"the list tells of the draft: {line}")

    refused(place, "NOT_ALLOWED", "opine", fire, "--send-back", "补充现场照片", account="li")
    place.done("opine", fire, "--send-back", "补充现场照片", account="chief")
    expect("补充现场照片" in place.done("reviews", fire, account="li"), "no reason")
    refused(place, "NO_DRAFT", "opine", fire, "--release", account="chief")
    place.done("opine", fire, "--draft", "--file", sheet(place, "二稿"), account="li")
    refused(place, "SIGN_OFF_NEEDED", "opine", fire, "--release", account="li")
    place.done("opine", fire, "--release", account="chief")

    opinion = next(o for o in place.json("show", proposal, account="office")["preview"]["opinions"]
                   if o["department"] == "fire")
    expect_equal("on record", (opinion["givenBy"]["person"], opinion["givenBy"]["draftedBy"],
                               opinion["reason"]), ("person:chief", "person:li", "二稿"))
    expect("person:chief (drafted by person:li)" in place.done("show", proposal, account="office"),
           "the sheet names one")
    refused(place, "OPINION_ALREADY_GIVEN", "opine", fire, "--draft", "--result", "agree",
            account="li")
    place.done("withdraw", proposal, account="street")


# ---- rectification -----------------------------------------------------------------------------------


def rectify(place):
    """A slip is put right while others are open; every version can be read, the last one counts."""
    proposal = place.submit(office.sample(1))
    fire = f"{proposal}/1/fire"
    words = ("opine", fire, "--rectify", "--reason", "漏列依据", "--file", sheet(place, "二版"))
    refused(place, "OPINION_NOT_GIVEN", *words, account="chief")
    place.done("opine", fire, "--result", "agree", account="chief")
    given_at = recorded(place, proposal, "fire", "fire")["givenAt"]
    refused(place, "SIGN_OFF_NEEDED", *words, account="li")
    expect_equal("rectified", place.json(*words, account="chief")["state"], "rectified")

    shown = place.json("reviews", fire, "--versions", account="office")
    expect_equal("the versions", [v["result"] for v in shown["versions"]],
                 ["agree", "conditional"])
    expect_equal("when it was given", shown["review"]["givenAt"], given_at)
    text = place.done("reviews", fire, "--versions", account="fire")
    for piece in ("version 1, given  person:chief", "version 2, rectified  person:chief", "漏列依据",
                  DEMAND):
        expect(piece in text, f"reviews --versions has no {piece!r}: {text}")
    second = place.run("--json", "opine", fire, "--result", "agree", account="chief")
    first = [line for line in place.done("--json", "journal").splitlines()
             if "opinionGiven" in line][-1]
    expect_equal("the receipt of the first", json.loads(second.stdout)["receipt"]["seq"],
                 json.loads(first)["receivedSeq"])

    for department in ("planning", "utilities", "urban_management"):
        place.done("opine", f"{proposal}/1/{department}", "--result", "agree", account=department)
    place.done("wait", proposal, "--for", "verdict", "--timeout", "30")
    verdict = place.json("verdict", proposal, "--recompute", account="street")
    expect_equal("the outcome", verdict["outcome"], "conditional")
    expect_equal("recomputed", verdict["recomputedHash"], verdict["verdictHash"])
    opinion = next(o for o in verdict["opinions"] if o["department"] == "fire")
    expect_equal("on the sheet", (opinion["rectifications"][0]["reason"], opinion["late"]),
                 ("漏列依据", False))
    expect("rectified" in place.done("verdict", proposal), "the sheet does not tell")
    refused(place, "CONSOLIDATION_OPEN", "opine", fire, "--rectify", "--reason", "再改", "--file",
            sheet(place, "三版"), account="chief")


# ---- who reads what ----------------------------------------------------------------------------------


def is_sealed(place, proposal, account):
    """Asks every way in which @account could learn what fire said; True if none of them tells."""
    shown = place.json("show", proposal, account=account)
    row = review_of(shown, "fire")
    preview = next(o for o in shown["preview"]["opinions"] if o["department"] == "fire")
    listed = next(p for p in place.json("list", account=account)["proposals"]
                  if p["number"] == proposal)
    told = [row["result"] != "unspecified", not row["withheld"], bool(row["opinion"]),
            row["givenBy"] != "", row["itemCount"] != 0, preview["result"] != "unspecified",
            bool(preview["items"]), preview["reason"] != "",
            review_of(listed, "fire")["result"] != "unspecified",
            any(DEMAND in place.done("show", proposal, account=account, language=language)
                for language in ("zh", "en"))]
    versions = place.run("reviews", f"{proposal}/1/fire", "--versions", account=account)
    told.append("OPINION_SEALED" not in versions.stderr)
    expect(all(told) or not any(told), f"{account} is told of one and not of the other: {told}")
    expect(row["givenAt"], f"{account} is not told that fire has answered")
    return not any(told)


def sealed(place):
    """What fire said is for itself and the office; the others read it when all are in."""
    proposal = place.submit(office.sample(1))
    accounts = ("office", "fire", "planning", "street")
    watchers = {account: Watcher(place, account) for account in accounts}
    place.done("opine", f"{proposal}/1/fire", "--draft", "--file", sheet(place, "密"),
               account="li")
    place.done("opine", f"{proposal}/1/fire", "--release", account="chief")
    place.done("opine", f"{proposal}/1/fire", "--rectify", "--reason", "笔误", "--file",
               sheet(place, "仍密"), account="chief")

    for account, is_so in (("planning", True), ("street", True), ("office", False),
                           ("approver", False), ("supervisor", False), ("fire", False),
                           ("li", False)):
        expect_equal(f"sealed from {account}", is_sealed(place, proposal, account), is_so)
    expect("sealed until all are in" in place.done("show", proposal, account="planning"),
           "planning is not told why")

    # The feed tells that it happened, and no more; a draft is told to its own department alone.
    place.done("opine", f"{proposal}/1/planning", "--result", "agree", account="planning")
    heard = {account: watchers[account].until(proposal, "opinionGiven") for account in accounts}
    kinds = {account: [kind for event in events for kind in event if kind.startswith("opinion")]
             for account, events in heard.items()}
    expect_equal("fed", kinds, {"office": ["opinionGiven"], "planning": ["opinionGiven"],
                                "street": ["opinionGiven"],
                                "fire": ["opinionDrafted", "opinionGiven"]})
    results = {account: events[-1]["opinionGiven"]["result"] for account, events in heard.items()}
    expect_equal("what it said", results, {"office": "conditional", "fire": "conditional",
                                           "planning": "unspecified", "street": "unspecified"})

    for department in ("utilities", "urban_management"):
        place.done("opine", f"{proposal}/1/{department}", "--result", "agree", account=department)
    for account in accounts:
        last = watchers[account].until(proposal, "verdictIssued")
        rectified = [e["opinionRectified"] for e in last if "opinionRectified" in e]
        expect_equal(f"rectifications fed to {account}", len(rectified),
                     1 if account in ("office", "fire") else 0)
        watchers[account].close()
    for account in ("planning", "street"):
        expect_equal(f"told to {account}", recorded(place, proposal, "fire", account)["result"],
                     "conditional")
        expect(DEMAND in place.done("verdict", proposal, account=account), "no demand")
        versions = place.json("reviews", f"{proposal}/1/fire", "--versions", account=account)
        expect_equal(f"versions for {account}", len(versions["versions"]), 2)


# ---- accounts that end -------------------------------------------------------------------------------


def expired(place):
    """After its last day an account is refused whatever it asks for; it can be given another."""
    proposal = place.submit(office.sample(1))
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    yesterday = str(today - datetime.timedelta(days=1))
    place.done("account", "change", "li", "--until", str(today), account="security")
    place.done("list", account="li")
    place.done("account", "change", "li", "--until", yesterday, account="security")
    for words in (("list",), ("opine", f"{proposal}/1/fire", "--draft", "--result", "agree")):
        refused(place, "PRINCIPAL_EXPIRED", *words, account="li")
    row = next(line for line in place.done("account", "list", account="security").splitlines()
               if "person:li" in line)
    expect(f"{today} 00:00:00" in row, f"the list has no last day: {row}")
    place.done("account", "change", "li", "--until", "never", account="security")
    place.done("opine", f"{proposal}/1/fire", "--draft", "--result", "agree", account="li")
    result = place.run("account", "add", "wu", "--role", "reviewer", "--department", "fire",
                       "--until", yesterday, account="security")
    expect("refused: PRINCIPAL_INVALID: " in result.stderr, f"said {result.stderr!r}")
    result = place.run("account", "change", "li", "--until", "soon", account="security")
    expect_equal("no day: " + result.stderr, result.returncode, 2)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[3], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        place.start()
        for department in office.DEPARTMENTS:
            place.programs[department].stop()
        cases.run("people", people, place)
        cases.run("draft, sign-off and release", sign_off, place)
        cases.run("a slip put right", rectify, place)
        cases.run("who reads what", sealed, place)
        cases.run("an account that ends", expired, place)
        for name in [name for name in place.programs if name.startswith("watcher")]:
            del place.programs[name]
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
