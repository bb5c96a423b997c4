# SPDX-License-Identifier: Apache-2.0
"""A client of an office in Python, written from docs/protocol.md and the .proto files alone.

It uses pyzmq, PyNaCl and protobuf of the distribution, and nothing of Huishen's programs. The modules
of the schema are made by protoc: schema(folder) imports them.
"""
import hashlib
import importlib
import os
import sys
import time

import nacl.exceptions
import nacl.signing
import zmq

HEARTBEAT_SECONDS = 5
RESEND_FIRST_SECONDS = 3
RESEND_MAX_SECONDS = 30
LIMIT_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
ENVELOPE_TAG = b"huishen.v1 envelope"
HEAD_TAG = b"huishen.v1 head"


class Refused(Exception):
    """The office says no; code says why."""

    def __init__(self, refusal):
        super().__init__(f"{refusal.code}: {refusal.en}")
        self.code = refusal.code
        self.receipt = refusal.receipt if refusal.HasField("receipt") else None


class NoAnswer(Exception):
    """There was no answer in time."""


class Distrust(Exception):
    """What came proves that this is not the office, or not the journal, that we knew."""


def schema(folder):
    """Imports the modules that protoc made in @folder; returns one namespace of all messages."""
    sys.path.insert(0, folder)

    class Schema:
        pass

    for name in ("packet", "definition", "opinion", "record", "command", "event", "journal", "wire"):
        module = importlib.import_module(f"huishen.v1.{name}_pb2")
        for message in module.DESCRIPTOR.message_types_by_name:
            setattr(Schema, message, getattr(module, message))
    return Schema


def digest(*pieces):
    return hashlib.blake2b(b"".join(pieces), digest_size=32).digest()


def number(value, size=8):
    return value.to_bytes(size, "big")


def signed_text(tag, office, content):
    name = office.encode()
    return number(len(tag), 4) + tag + number(len(name), 4) + name + content


def read_keys(folder):
    """Returns the CURVE pair (Z85) and the Ed25519 signing key in @folder."""
    found = {}
    for name in ("curve.key", "sign.key"):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            lines = file.read().splitlines()
        found[name] = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines[1:]}
    curve, sign = found["curve.key"], found["sign.key"]
    return (curve["public"].encode(), curve["secret"].encode(),
            nacl.signing.SigningKey(bytes.fromhex(sign["secret"])))


# ---- proofs ------------------------------------------------------------------------------------------


def open_head(hs, signed, office, sign_key):
    """Returns the Head that the office signed; raises Distrust if it did not."""
    try:
        nacl.signing.VerifyKey(sign_key).verify(signed_text(HEAD_TAG, office, signed.head),
                                                signed.signature)
    except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError) as fault:
        raise Distrust("the head's signature does not fit") from fault
    head = hs.Head.FromString(signed.head)
    if head.office != office:
        raise Distrust("the head is of another office")
    return head


def root_of(receipt, count):
    """Returns where the path of @receipt leads in a tree of @count leaves."""
    node, index, siblings = receipt.leaf, receipt.leaf_index, list(receipt.siblings)
    while count > 1:
        if index ^ 1 < count:
            if not siblings:
                return None
            sibling = siblings.pop(0)
            node = digest(b"\x02", sibling, node) if index % 2 else digest(b"\x02", node, sibling)
        index, count = index // 2, (count + 1) // 2
    return None if siblings else node


def check_receipt(hs, receipt, sent, principal, sign_key):
    """Raises Distrust unless @receipt proves that @sent is on record. @sent: a SignedEnvelope."""
    envelope = hs.Envelope.FromString(sent.envelope)
    head = open_head(hs, receipt.head, envelope.office, sign_key)
    received = hs.Received(envelope=sent.envelope, algorithm=sent.algorithm, key_id=sent.key_id,
                           signature=sent.signature, user_id=principal).SerializeToString()
    leaf = digest(b"\x00", number(receipt.seq), b"\x01", number(receipt.received_at), received)
    command = hs.Command.FromString(envelope.commands[receipt.index])
    facts = (
        ("its place", head.first_seq <= receipt.seq <= head.last_seq
         and receipt.leaf_index == receipt.seq - head.first_seq),
        ("its time", receipt.received_at == head.committed_at),
        ("its path", root_of(receipt, head.last_seq - head.first_seq + 1) == head.root),
        ("its entry", receipt.leaf == leaf),
        ("its command", command.id == receipt.command_id),
    )
    for what, holds in facts:
        if not holds:
            raise Distrust(f"the receipt does not prove {what}")


# ---- packets -----------------------------------------------------------------------------------------


def number_field(hs, value):
    """Returns the Number of an integer, or of a float by its shortest decimal."""
    text = repr(value)
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return hs.Number(units=int(whole + fraction), places=len(fraction))


class PacketWriter:
    """Makes a packet of a tree, by the dictionary."""

    def __init__(self, hs, dictionary):
        self.hs = hs
        self.types = {field.path: field.type for field in dictionary.fields}
        self.names = hs.FieldDefinition.Type
        self.fields = []

    def value(self, path, kind, value):
        name, field = self.names.Name(kind), self.hs.Field(path=path)
        if name == "BOOL":
            field.flag = value
        elif name in ("INTEGER", "NUMBER"):
            field.number.CopyFrom(number_field(self.hs, value))
        elif name in ("TEXT", "CODE"):
            field.text = value
        elif name == "DATE":
            field.date = int(value.replace("-", ""))
        else:
            field.codes.SetInParent()
            field.codes.codes.extend(value)
        self.fields.append(field)

    def walk(self, tree, path, pattern):
        """@pattern is @path as the dictionary writes it, with [] for an element."""
        if tree is None:
            return
        if pattern in self.types:
            self.value(path, self.types[pattern], tree)
        elif isinstance(tree, list):
            self.fields.append(self.hs.Field(path=path, count=len(tree)))
            has_ids = f"{pattern}[].id" in self.types
            for index, element in enumerate(tree):
                label = element["id"] if has_ids else index
                self.walk(element, f"{path}[{label}]", f"{pattern}[]")
        elif isinstance(tree, dict):
            for name, child in tree.items():
                self.walk(child, f"{path}.{name}".lstrip("."), f"{pattern}.{name}".lstrip("."))
        else:
            raise ValueError(f"{path}: the dictionary has no such field")

    def packet(self, tree, documents=()):
        self.walk(tree, "", "")
        self.fields.sort(key=lambda field: field.path.encode())
        return self.hs.Packet(fields=self.fields, documents=sorted(
            documents, key=lambda document: (document.code.encode(), document.hash)))


# ---- the connection ----------------------------------------------------------------------------------


class Client:
    """One principal's connection. @office: {"id", "endpoint", "curve" (Z85), "sign" (32 bytes)}."""

    def __init__(self, hs, office, principal, keys_folder):
        self.hs = hs
        self.office = office
        self.principal = principal
        public, secret, self.sign_key = read_keys(keys_folder)
        self.key_id = digest(bytes(self.sign_key.verify_key))[:8]
        self.seen_seq, self.seen_hash = 0, b""
        self.query_id = 0
        self.envelopes = {}  # by the id of the command: all that it was sent in
        self.feed, self.states = [], []
        self.is_welcomed, self.is_hello_wanted = False, False
        self.sent_at = 0.0
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        for option, value in ((zmq.LINGER, 0), (zmq.IMMEDIATE, 1), (zmq.MAXMSGSIZE, LIMIT_BYTES),
                              (zmq.HEARTBEAT_IVL, 5000), (zmq.HEARTBEAT_TIMEOUT, 15000),
                              (zmq.CURVE_SERVERKEY, office["curve"].encode()),
                              (zmq.CURVE_PUBLICKEY, public), (zmq.CURVE_SECRETKEY, secret)):
            self.socket.setsockopt(option, value)
        self.socket.connect(office["endpoint"])

    def close(self):
        self.socket.close()
        self.context.term()

    def send(self, **body):
        message = self.hs.ClientMessage()
        for name, content in body.items():
            getattr(message, name).CopyFrom(content)
        if not self.socket.poll(int(RESEND_FIRST_SECONDS * 1000), zmq.POLLOUT):
            return  # nobody is there; whoever waits for an answer sends again
        self.socket.send(message.SerializeToString())
        self.sent_at = time.monotonic()

    # ---- what arrives ----

    def see(self, signed, is_welcome):
        """Holds a head against the last one seen."""
        head = open_head(self.hs, signed, self.office["id"], self.office["sign"])
        if (head.last_seq == self.seen_seq and head.hash != self.seen_hash) or (
                is_welcome and head.last_seq < self.seen_seq):
            raise Distrust("the journal is not the one that was seen before")
        if head.last_seq > self.seen_seq:
            self.seen_seq, self.seen_hash = head.last_seq, head.hash

    def take_welcome(self, welcome):
        if welcome.office != self.office["id"] or welcome.sign_key != self.office["sign"]:
            raise Distrust("this is another office")
        self.see(welcome.head, True)
        self.is_welcomed, self.is_hello_wanted = True, False

    def take(self, frame):
        """Takes in a bundle; yields the messages that answer something."""
        bundle = self.hs.Bundle.FromString(frame)
        if bundle.HasField("head"):
            self.see(bundle.head, False)
        for message in bundle.messages:
            kind = message.WhichOneof("body")
            if kind == "welcome":
                self.take_welcome(message.welcome)
            elif kind == "hello_wanted":
                self.is_hello_wanted = True
            elif kind == "feed":
                self.feed.append(message.feed)
            elif kind == "document_state":
                self.states.append(message.document_state)
            elif kind in ("receipt", "refusal") and bundle.HasField("head"):
                content = getattr(message, kind)
                receipt = content if kind == "receipt" else content.receipt
                is_there = kind == "receipt" or content.HasField("receipt")
                if is_there and not receipt.HasField("head"):
                    receipt.head.CopyFrom(bundle.head)
                yield message
            else:
                yield message

    def wait(self, is_answer, seconds):
        """Returns the first message for which @is_answer, or None after @seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.is_hello_wanted:
                self.hello(seconds)
                return None  # what was asked is to be asked again
            if self.sent_at + HEARTBEAT_SECONDS <= time.monotonic():
                self.send(heartbeat=self.hs.Heartbeat())
            pause = min(end, self.sent_at + HEARTBEAT_SECONDS) - time.monotonic()
            if self.socket.poll(max(int(pause * 1000), 1)):
                for message in self.take(self.socket.recv()):
                    if is_answer(message):
                        return message
        return None

    def ask(self, body, is_answer, seconds):
        """Sends @body again and again until it is answered."""
        end = time.monotonic() + seconds
        silence = RESEND_FIRST_SECONDS
        while time.monotonic() < end:
            self.send(**body)
            message = self.wait(is_answer, min(silence, end - time.monotonic()))
            if message is not None:
                return message
            silence = min(2 * silence, RESEND_MAX_SECONDS)
        raise NoAnswer(f"no answer in {seconds} s")

    def hello(self, seconds):
        """Greets until welcomed."""
        end = time.monotonic() + seconds
        self.is_welcomed, self.is_hello_wanted = False, False
        while not self.is_welcomed:
            if time.monotonic() >= end:
                raise NoAnswer("no welcome")
            self.send(hello=self.hs.Hello(instance=bytes(16), seen_seq=self.seen_seq,
                                          seen_hash=self.seen_hash, software="interop"))
            if self.socket.poll(RESEND_FIRST_SECONDS * 1000):
                for _ in self.take(self.socket.recv()):
                    pass

    # ---- commands ----

    def make(self, **body):
        """Returns a new Command."""
        command_id = number(int(time.time() * 1000), 6) + os.urandom(10)
        return self.hs.Command(id=command_id, **body)

    def sign(self, *commands):
        envelope = self.hs.Envelope(office=self.office["id"], signer=self.principal,
                                    commands=[one.SerializeToString() for one in commands],
                                    seen_seq=self.seen_seq,
                                    seen_hash=self.seen_hash).SerializeToString()
        text = signed_text(ENVELOPE_TAG, self.office["id"], envelope)
        return self.hs.SignedEnvelope(envelope=envelope, algorithm="ED25519", key_id=self.key_id,
                                      signature=self.sign_key.sign(text).signature)

    def command(self, command, seconds=30):
        """Returns the receipt of @command, checked; None if nothing was to be changed."""
        return self.envelope(self.sign(command), command.id, seconds)

    def envelope(self, sent, command_id, seconds=30):
        self.envelopes.setdefault(command_id, []).append(sent)

        def is_answer(message):
            kind = message.WhichOneof("body")
            return kind in ("receipt", "refusal", "unchanged") and getattr(
                message, kind).command_id in (command_id, b"")

        message = self.ask({"envelope": sent}, is_answer, seconds)
        if message.WhichOneof("body") == "refusal":
            raise Refused(message.refusal)
        if message.WhichOneof("body") == "unchanged":
            return None
        self.check(message.receipt, command_id)
        return message.receipt

    def check(self, receipt, command_id):
        """The receipt is of the envelope that was recorded, which may be an earlier one."""
        for sent in self.envelopes[command_id]:
            try:
                check_receipt(self.hs, receipt, sent, self.principal, self.office["sign"])
                return
            except Distrust as fault:
                said = fault
        raise said

    # ---- questions ----

    def query(self, seconds=30, **body):
        self.query_id += 1
        asked = self.query_id
        message = self.ask({"query": self.hs.Query(id=asked, **body)}, lambda message: (
            message.WhichOneof("body") == "answer" and message.answer.id == asked), seconds)
        if message.answer.WhichOneof("body") == "refusal":
            raise Refused(message.answer.refusal)
        return getattr(message.answer, message.answer.WhichOneof("body"))

    def show(self, proposal):
        return self.query(show=self.hs.Query.Show(proposal=proposal))

    def verdict(self, proposal):
        return self.query(verdict=self.hs.Query.GetVerdict(proposal=proposal))

    def definition(self, current, name, kind):
        found = next(one for one in current if one.id == name)
        answer = self.query(definition=self.hs.Query.GetDefinition(hash=found.hash))
        if digest(answer.definition) != found.hash:
            raise Distrust(f"{name} is not what its hash names")
        return kind.FromString(answer.definition)

    def dictionary(self):
        """Returns the dictionary of the default process."""
        office = self.query(office=self.hs.Query.GetOffice())
        process = self.definition(office.processes, office.default_process, self.hs.Process)
        return self.definition(office.dictionaries, process.dictionary, self.hs.Dictionary)

    def wait_verdict(self, proposal, seconds):
        """Waits until the present round has its verdict; returns the record."""
        end = time.monotonic() + seconds
        names = self.hs.Proposal.Status
        self.send(watch=self.hs.Watch(proposal=self.show(proposal).id))
        while True:
            record = self.show(proposal)
            status = names.Name(record.status)
            if status in ("CONCLUDED", "APPROVED", "REJECTED", "WITHDRAWN", "GATE_FAILED"):
                return record
            while not self.feed:
                left = end - time.monotonic()
                if left <= 0:
                    raise NoAnswer(f"no verdict in {seconds} s")
                self.wait(lambda message: False, min(left, 1))
            self.feed.clear()

    # ---- documents ----

    def put(self, content, seconds=30):
        """Stores @content; returns its hash."""
        name = digest(content)
        end = time.monotonic() + seconds
        offset, chunk = 0, b""
        while time.monotonic() < end:
            self.send(document_put=self.hs.DocumentPut(hash=name, size=len(content), offset=offset,
                                                       chunk=chunk))
            while not self.states and time.monotonic() < end:
                self.wait(lambda message: False, 0.1)
            for state in self.states:
                if state.complete:
                    self.states.clear()
                    return name
                offset = state.stored
            self.states.clear()
            chunk = content[offset:offset + CHUNK_BYTES]
        raise NoAnswer("the document was not stored")
