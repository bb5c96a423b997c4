#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client in another language (client.py) against a demo office: it submits, follows, answers, and
checks what it is given by itself.

usage: python.py BUILD
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))
sys.path.insert(0, HERE)

import client  # noqa: E402
import office  # noqa: E402
import simple_yaml  # noqa: E402
from client import Client, Distrust, NoAnswer, Refused  # noqa: E402
from office import expect, expect_equal  # noqa: E402

DEMAND = "净宽不小于 4.0 米"


def generate(folder):
    """Makes the modules of the schema with protoc, as docs/protocol.md says."""
    proto = os.path.join(office.ROOT, "proto")
    files = [f"huishen/v1/{name}" for name in sorted(os.listdir(os.path.join(proto, "huishen/v1")))]
    subprocess.run(["protoc", f"--proto_path={proto}", "--proto_path=/usr/include",
                    f"--python_out={folder}", *files, "protobuf-c/protobuf-c.proto"], check=True,
                   timeout=60)
    return client.schema(folder)


class Desk:
    """The office as others know it, and its principals."""

    def __init__(self, hs, place):
        config = simple_yaml.read(place.path("configs", "agents", "fire.yaml"))
        self.hs = hs
        self.place = place
        self.known = {"id": place.id(), "endpoint": place.endpoint,
                      "curve": config["broker_curve_key"],
                      "sign": bytes.fromhex(config["broker_sign_key"])}

    def connect(self, principal, **other):
        made = Client(self.hs, {**self.known, **other}, principal,
                      self.place.path("keys", principal))
        try:
            made.hello(20)
        except (Distrust, NoAnswer):
            made.close()
            raise
        return made


def raises(kind, function, *arguments, **options):
    try:
        function(*arguments, **options)
    except kind as found:
        return found
    raise office.Fault(f"{function.__name__} did not raise {kind.__name__}")


def refused(code, function, *arguments):
    found = raises(Refused, function, *arguments)
    expect_equal("the refusal", found.code, code)
    return found


# ---- cases -------------------------------------------------------------------------------------------


def submission(desk, street, tree):
    """The same fields give the same bytes as ours: the packet has the same hash."""
    writer = client.PacketWriter(desk.hs, street.dictionary())
    plan = b"a plan\n" * 100000
    document = desk.hs.Document(code="site_plan", hash=street.put(plan), size=len(plan),
                                name="plan.txt")
    packet = writer.packet(tree, [document])
    command = street.make(submit=desk.hs.Submit(packet=packet, title="interop"))
    sent = street.sign(command)
    receipt = street.envelope(sent, command.id)
    expect_equal("the receipt again", street.envelope(sent, command.id), receipt)
    expect_equal("in another envelope", street.command(command), receipt)
    proposal = receipt.result.number
    shown = desk.place.json("show", proposal, "--packet")
    expect_equal("the fields", shown["packet"], tree)
    expect_equal("the hash", shown["packetHash"], client.digest(packet.SerializeToString()).hex())
    return proposal, receipt, sent


def damaged(desk, receipt, sent):
    """A receipt with a bit changed, of another envelope, key or person, proves nothing."""
    key = desk.known["sign"]

    def check(changed, envelope=sent, principal="person:street", sign=key):
        client.check_receipt(desk.hs, changed, envelope, principal, sign)

    def copy():
        return desk.hs.Receipt.FromString(receipt.SerializeToString())

    check(copy())
    changes = {"seq": receipt.seq + 1, "received_at": receipt.received_at + 1,
               "leaf": client.digest(receipt.leaf), "leaf_index": receipt.leaf_index + 1,
               "command_id": bytes(16)}
    for name, value in changes.items():
        changed = copy()
        setattr(changed, name, value)
        raises(Distrust, check, changed)
    changed = copy()
    changed.siblings.append(bytes(32))
    raises(Distrust, check, changed)
    changed = copy()
    changed.head.signature = bytes(64)
    raises(Distrust, check, changed)
    raises(Distrust, check, copy(), principal="person:fire")
    raises(Distrust, check, copy(), sign=bytes(31) + b"\x01")
    other = desk.hs.SignedEnvelope.FromString(sent.SerializeToString())
    other.signature = bytes(64)
    raises(Distrust, check, copy(), envelope=other)


def opinion(desk, street, fire, proposal):
    """The department's person gives the opinion; a second one gets the receipt of the first."""
    record = fire.show(proposal)
    review = next(one for one in record.reviews if one.department == "fire")
    given = desk.hs.Opinion(result="CONDITIONAL", packet=review.packet)
    given.items.add(severity="MUST", place="L2", defect="d", demand=DEMAND, drawing="总平面图",
                    basis="GB 50016-2014 7.1.8", closing="附修改后的总平面图", sheet="A-01",
                    axis="3-5")
    body = desk.hs.GiveOpinion(review=desk.hs.ReviewRef(
        proposal=record.id, round=record.round, department="fire"), opinion=given)
    refused("NO_VERDICT_YET", street.verdict, proposal)
    refused("NOT_ALLOWED", street.command, street.make(give_opinion=body))
    receipt = fire.command(fire.make(give_opinion=body))
    second = refused("OPINION_ALREADY_GIVEN", fire.command, fire.make(give_opinion=body))
    expect_equal("the receipt of the first", second.receipt, receipt)


def verdict(desk, street, proposal):
    """The verdict is waited for, and says what the command line says."""
    hs = desk.hs
    record = street.wait_verdict(proposal, 60)
    expect_equal("the outcome of the record", hs.Verdict.Outcome.Name(record.outcome),
                 "CONDITIONAL")
    document = street.verdict(proposal)
    shown = desk.place.json("verdict", proposal, account="street")
    expect_equal("the hash", document.verdict_hash, shown["verdictHash"])
    expect_equal("the opinions",
                 {one.department: hs.Opinion.Result.Name(one.result).lower()
                  for one in document.opinions},
                 {one["department"]: one["result"] for one in shown["opinions"]})
    fire = next(one for one in document.opinions if one.department == "fire")
    expect_equal("the demand", [item.demand for item in fire.items], [DEMAND])


def refusals(desk, street):
    """What is signed wrongly, by another or about nothing is refused, with a code."""
    command = street.make(withdraw=desk.hs.Withdraw(proposal=999999, reason="r"))
    refused("UNKNOWN_PROPOSAL", street.show, "LJHS-2026-9999")
    refused("UNKNOWN_PROPOSAL", street.command, command)
    sent = street.sign(command)
    sent.signature = bytes(64)
    refused("BAD_SIGNATURE", street.envelope, sent, command.id)
    refused("NOT_ALLOWED", street.command, street.make(publish=desk.hs.Publish()))


def reused(desk, street, proposal):
    """A command's id holds for its bytes only."""
    number = street.show(proposal).id
    command = street.make(submit=desk.hs.Submit(packet=street.query(
        packet=desk.hs.Query.GetPacket(proposal=number)), title="one"))
    street.command(command)
    command.submit.title = "another"
    refused("COMMAND_ID_REUSED", street.command, command)


def restart(desk, street):
    """The broker is killed and comes back: the same client goes on, and its head still holds."""
    before = street.seen_seq
    desk.place.programs["broker"].kill()
    desk.place.start_broker()
    expect(street.show("1").number != "", "nothing is shown")
    street.hello(20)
    expect(street.seen_seq >= before > 0, f"heads: {before}, then {street.seen_seq}")
    street.seen_seq += 1000000
    raises(Distrust, street.hello, 20)


def impostors(desk):
    """Another key than the office's is found out, in both directions."""
    raises(Distrust, desk.connect, "person:street", sign=bytes(32))
    raises(Distrust, desk.connect, "person:street", id="elsewhere")
    strange = client.zmq.curve_keypair()[0].decode()
    made = Client(desk.hs, {**desk.known, "curve": strange}, "person:street",
                  desk.place.path("keys", "person:street"))
    raises(NoAnswer, made.hello, 1)
    made.close()


def main(build):
    cases = office.Cases()
    with tempfile.TemporaryDirectory(prefix="huishen-schema-") as folder, \
            office.Office(build) as place:
        hs = generate(folder)
        place.start()
        place.programs["fire"].stop()
        desk = Desk(hs, place)
        street, fire = desk.connect("person:street"), desk.connect("person:fire")
        tree = place.json("show", place.submit(office.sample(1)), "--packet")["packet"]
        proposal, receipt, sent = submission(desk, street, tree)
        cases.passed += 1
        cases.run("damaged", damaged, desk, receipt, sent)
        cases.run("opinion", opinion, desk, street, fire, proposal)
        cases.run("verdict", verdict, desk, street, proposal)
        cases.run("refusals", refusals, desk, street)
        cases.run("reused", reused, desk, street, proposal)
        cases.run("impostors", impostors, desk)
        cases.run("restart", restart, desk, street)
        street.close()
        fire.close()
        place.stop()
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
