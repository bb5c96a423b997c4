# SPDX-License-Identifier: Apache-2.0
"""Differences that are planted into a journal, each of which the replay must find."""
import copy
import datetime
import json

import replay

DAY = datetime.timedelta(1)


def later(text):
    return (datetime.datetime.fromisoformat(text) + DAY).isoformat()


def put(body, name, value):
    body[name] = value


def asked(body):
    return next((row for row in body["reviews"] if not row["carriedForward"] and row["dueAt"]), None)


# (what, the event, which of them, what is done with its body; None: the event is left out)
PLANTS = (
    ("a due date a day later", "roundOpened", asked,
     lambda body: put(asked(body), "dueAt", later(asked(body)["dueAt"]))),
    ("a department that is not asked", "roundOpened", lambda body: len(body["reviews"]) > 1,
     lambda body: body["reviews"].pop()),
    ("a review carried forward", "roundOpened", asked,
     lambda body: put(asked(body), "carriedForward", True)),
    ("a review not carried forward", "roundOpened",
     lambda body: any(row["carriedForward"] for row in body["reviews"]),
     lambda body: put(next(row for row in body["reviews"] if row["carriedForward"]),
                      "carriedForward", False)),
    ("an open must-check", "roundOpened", asked,
     lambda body: put(asked(body), "mustOpen", not asked(body)["mustOpen"])),
    ("another class of limits", "roundOpened", None, lambda body: put(body, "limitClass", "other")),
    ("an item of the office left out", "roundOpened", lambda body: body["officeItems"],
     lambda body: body["officeItems"].pop()),
    ("the total a day later", "roundOpened", lambda body: body.get("total"),
     lambda body: put(body["total"], "dueAt", later(body["total"]["dueAt"]))),
    ("another set of definitions", "roundOpened", None, lambda body: put(body, "pins", "AAAA")),
    ("a gate left out", "gateFailed", lambda body: len(body["findings"]) > 1,
     lambda body: body["findings"].pop()),
    ("gates that are not recorded", "gateFailed", None, None),
    ("a gap that is not told", "correctionRequested", lambda body: body["missing"],
     lambda body: body["missing"].pop()),
    ("an answer due a day later", "correctionRequested", lambda body: body.get("clock"),
     lambda body: put(body["clock"], "dueAt", later(body["clock"]["dueAt"]))),
    ("another packet", "proposalSubmitted", None, lambda body: put(body, "packet", "AAAA")),
    ("another packet in answer", "packetRevised", None, lambda body: put(body, "packet", "AAAA")),
    ("a clock that does not stand", "clockHeld", lambda body: body["hold"]["reason"] == "correction",
     None),
    ("a clock that goes on a day later", "clockResumed", lambda body: body["department"],
     lambda body: put(body, "dueAt", later(body["dueAt"]))),
    ("a longer extension", "limitExtended", None,
     lambda body: put(body, "dueAt", later(body["dueAt"]))),
    ("an opinion of another result", "opinionGiven", lambda body: body["result"] == "agree",
     lambda body: put(body, "result", "disagree")),
    ("a late opinion in time", "opinionGiven", lambda body: body["late"],
     lambda body: put(body, "late", False)),
    ("a must-item too few", "opinionGiven", lambda body: body["mustCount"],
     lambda body: put(body, "mustCount", body["mustCount"] - 1)),
    ("a silence that is not recorded", "reviewOverdue", None, None),
    ("a silence taken for consent", "reviewOverdue",
     lambda body: body["disposition"] == "escalate",
     lambda body: put(body, "disposition", "tacit")),
    ("another reason why it is none", "reviewOverdue", lambda body: body["barrier"] != "none",
     lambda body: put(body, "barrier", "provisional")),
    ("a decision for a silent department", "silenceDecided", None,
     lambda body: put(body, "result", "agree" if body["result"] != "agree" else "disagree")),
    ("competence settled otherwise", "competenceSettled", None,
     lambda body: put(body, "confirmed", not body["confirmed"])),
    ("a conflict that is not proposed", "conflictsProposed", None, None),
    ("another side overruled", "conflictSettled", lambda body: body["overruled"],
     lambda body: put(body, "overruled", ["planning_office"])),
    ("another outcome", "verdictIssued", None, lambda body: put(
        body, "outcome", "passed" if body["outcome"] != "passed" else "conditional")),
    ("another verdict", "verdictIssued", None, lambda body: put(body, "verdict", "AAAA")),
    ("a verdict that is not issued", "verdictIssued", None, None),
    ("the decision a day later", "verdictIssued", lambda body: body.get("decision"),
     lambda body: put(body["decision"], "dueAt", later(body["decision"]["dueAt"]))),
    ("coordination a day later", "clockStarted",
     lambda body: body["clock"]["kind"] == "coordination",
     lambda body: put(body["clock"], "dueAt", later(body["clock"]["dueAt"]))),
)


def of_proposal(trees, number):
    """Returns the journal without what is about other proposals."""
    kept = [tree for tree in trees if tree["kind"] != "event"
            or tree["event"]["proposal"] in ("0", number)]
    needed = {tree["receivedSeq"] for tree in kept if tree["kind"] == "event"}
    return [tree for tree in kept if tree["kind"] != "received" or tree["seq"] in needed]


def differences(trees):
    return replay.Replay().read([json.dumps(tree) for tree in trees])


def plant(trees, row):
    """Plants @row where it fits first. Returns the differences that came of it, None if it fits nowhere."""
    _, name, fits, change = row
    for tree in trees:
        body = tree.get("event", {}).get(name)
        if body is None or (fits is not None and not fits(body)):
            continue
        part = copy.deepcopy(of_proposal(trees, tree["event"]["proposal"]))
        before = differences(part)
        place = next(index for index, one in enumerate(part) if one["seq"] == tree["seq"])
        if change is None:
            part.pop(place)
        else:
            change(part[place]["event"][name])
        return [one for one in differences(part) if one not in before]
    return None
