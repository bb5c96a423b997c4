#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies what `huishen export` printed, with nothing of Huishen but its .proto files.

usage: verify_export.py EXPORT [--head FILE] [--key HEX] [--proto FOLDER]

--head FILE  a head kept outside: what `huishen head` printed, or its lines entry and words
--key HEX    the office's public Ed25519 key; without it, that of the record's first entry counts
Prints a line for each fault, `entry N: CODE: what`, and exits with 1 if there is any.
"""
import argparse
import base64
import collections
import hashlib
import json
import os
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import schema

KINDS = {"received": 1, "event": 2, "head": 3}
PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto", "huishen",
                     "v1")
CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


def blake(*pieces):
    state = hashlib.blake2b(digest_size=32)
    for piece in pieces:
        state.update(piece)
    return state.digest()


def merkle_root(leaves):
    """The tree of RFC 6962, section 2.1, with nodes H(2 | left | right) over leaves as they are."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [blake(b"\x02", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def signature_fits(key, tag, office, data, signature):
    text = b"".join(struct.pack(">I", len(piece)) + piece
                    for piece in (tag.encode(), office.encode())) + data
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def hash_of_words(text):
    """Returns the 32 bytes that seventeen words of five letters stand for; None if mistyped."""
    letters = "".join(text.lower().replace("-", " ").split())
    if len(letters) != 85:
        return None
    out = b""
    for at in range(0, 85, 5):
        bits = 0
        for place, letter in enumerate(letters[at:at + 5]):
            alphabet, width = (VOWELS, 2) if place % 2 else (CONSONANTS, 4)
            if letter not in alphabet:
                return None
            bits = bits << width | alphabet.index(letter)
        out += struct.pack(">H", bits)
    return out[:32] if blake(out[:32])[:2] == out[32:] else None


def read_head(path):
    """Returns (entry, hash) of the latest head in the file."""
    heads = []
    said = {}
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines() + ["huishen head"]:
            word, _, rest = line.strip(" \t>").partition(" ")
            if line.startswith("huishen head") and "entry" in said:
                hash_ = (bytes.fromhex(said["hash"]) if "hash" in said
                         else hash_of_words(said.get("words", "")))
                if hash_ is None:
                    raise ValueError("the words are mistyped")
                heads.append((int(said["entry"]), hash_))
                said = {}
            elif word in ("entry", "hash"):
                said[word] = rest.strip()
            elif word == "words":
                said["words"] = said.get("words", "") + " " + rest
    return max(heads)


class Verifier:
    def __init__(self, messages, key=None, head=None):
        self.schema = messages  # a schema.Schema
        self.key = key
        self.head = head
        self.head_was_seen = False
        self.faults = []
        self.office = None
        self.offset = 0
        self.keys = {}        # name -> public key
        self.hash = bytes(32)
        self.seq = 0
        self.at_ms = 0
        self.end = None
        self.commits = 0
        self.kinds = collections.Counter()  # of events
        self.begin_commit()

    def begin_commit(self):
        """The entry seen last was a head, or there was none yet."""
        self.first = self.seq + 1
        self.leaves = []
        self.envelopes = {}   # seq -> how many commands
        self.commit_at = None

    def fault(self, code, what=""):
        self.faults.append(f"entry {self.seq}: {code}: {what}")

    # ---- lines ----

    def read(self, lines, is_first_enough=False):
        """Verifies @lines, an iterable of texts; faults has what was found, or only the first."""
        for number, text in enumerate(lines):
            if is_first_enough and self.faults:
                return self
            try:
                line = json.loads(text)
            except ValueError:
                self.fault("LINE", f"line {number + 1} is no JSON")
                continue
            if not isinstance(line, dict):
                self.fault("LINE", f"line {number + 1} is no object")
            elif self.end is not None:
                self.fault("LINE", "something follows the end")
            elif number == 0:
                self.take_title(line)
            elif "end" in line:
                self.end = line
            else:
                self.take_entry(line)
        self.finish()
        return self

    def take_title(self, line):
        if line.get("huishenExport") != 1:
            self.fault("FORMAT", "of another format")
        self.office = line.get("office", "")
        self.offset = line.get("utcOffsetMinutes", 0)

    def take_entry(self, line):
        self.seq += 1
        if line.get("seq") != self.seq:
            self.fault("NUMBER", f"{line.get('seq')} stands here")
        kind = line.get("kind")
        try:
            data = base64.b64decode(line["bytes"], validate=True)
            at_ms = int(line["atMs"])
            number = KINDS[kind]
        except (KeyError, ValueError, TypeError):
            self.fault("LINE", "it has not all that an entry has")
            return
        self.take_time(at_ms)
        try:
            says = getattr(self, "take_" + kind)(data)
        except (schema.Invalid, UnicodeDecodeError, KeyError, ValueError) as error:
            self.fault("BYTES", str(error))
            says = None
        leaf = blake(b"\x00", struct.pack(">QBq", self.seq, number, at_ms), data)
        self.hash = blake(b"\x01", self.hash, leaf)
        if line.get("hash") != self.hash.hex():
            self.fault("HASH", "the line names another hash")
        if says is not None and line.get("says") != says:
            self.fault("SAYS", "the text is not what the bytes say")
        if kind == "head":
            self.commits += 1
            self.begin_commit()
        else:
            self.leaves.append(leaf)

    def take_time(self, at_ms):
        if at_ms < self.at_ms:
            self.fault("TIME", "before that of the entry before")
        if self.commit_at is not None and at_ms != self.commit_at:
            self.fault("TIME", "not that of its commit")
        self.at_ms = self.commit_at = at_ms

    # ---- entries ----

    def named(self, name, values):
        """The fields of a decoded message by their names."""
        fields = self.schema.types[name].fields
        return {fields[number].name: value for number, value in values.items()}

    def take_received(self, data):
        received = self.named("Received", self.schema.parse("Received", data))
        values = self.schema.parse("Envelope", received["envelope"])
        envelope = self.named("Envelope", values)
        commands = envelope.get("commands", [])
        signer, office = envelope.get("signer", ""), envelope.get("office", "")
        key = self.keys.get(signer)
        self.envelopes[self.seq] = len(commands)
        if office != self.office:
            self.fault("OFFICE", office)
        if key is None:
            self.fault("AUTHOR", f"{signer} is not enrolled")
        elif (received.get("algorithm") != 1 or received.get("key_id") != blake(key)[:8] or
              not signature_fits(key, "huishen.v1 envelope", office, received["envelope"],
                                 received.get("signature", b""))):
            self.fault("AUTHOR", f"not the signature of {signer}")
        said = self.schema.to_json("Envelope", values, self.offset)
        said["commands"] = [
            self.schema.to_json("Command", self.schema.parse("Command", command), self.offset)
            for command in commands]
        return {"userId": received.get("user_id", ""), "envelope": said}

    def take_event(self, data):
        entry = self.named("EventEntry", self.schema.parse("EventEntry", data))
        received, index = entry.get("received", 0), entry.get("index", 0)
        if index >= self.envelopes.get(received, 0) if received else index != 0:
            self.fault("REFERENCE", f"command {index} of entry {received}")
        values = self.schema.parse("Event", entry["event"])
        event = self.named("Event", values)
        body = next((name for name in event if name != "proposal"), None)
        if body is None:
            self.fault("EVENT", "it says nothing")
        self.kinds[body] += 1
        if body == "genesis":
            self.take_genesis(self.named("Genesis", event[body]))
        elif sum(self.kinds.values()) == 1:
            self.fault("GENESIS", "the first event is another")
        if body == "principal_enrolled":
            enrolled = self.named("PrincipalEnrolled", event[body])
            principal = self.named("Principal", enrolled["principal"])
            self.keys[principal["name"]] = principal["sign_key"]
        return {"received": received, "index": index,
                "event": self.schema.to_json("Event", values, self.offset)}

    def take_genesis(self, genesis):
        if sum(self.kinds.values()) > 1:
            self.fault("GENESIS", "not the first event")
        if genesis.get("office") != self.office or genesis.get("hash_algorithm") != "BLAKE2b-256":
            self.fault("GENESIS", "of another office, or with another hash")
        if self.key is None:
            self.key = genesis["broker_sign_key"]
        elif genesis["broker_sign_key"] != self.key:
            self.fault("GENESIS", "the office's key is another one")
        self.keys["office"] = self.key

    def take_head(self, data):
        outer = self.named("SignedHead", self.schema.parse("SignedHead", data))
        values = self.schema.parse("Head", outer["head"])
        head = self.named("Head", values)
        if not self.leaves or head.get("first_seq") != self.first or \
                head.get("last_seq") != self.seq - 1:
            self.fault("HEAD", f"it does not cover {self.first} to {self.seq - 1}")
        elif head.get("root") != merkle_root(self.leaves):
            self.fault("HEAD", "its root is not that of the entries")
        if head.get("hash") != self.hash:
            self.fault("HEAD", "its hash is not that of the chain")
        if (head.get("committed_at") != self.at_ms or head.get("office") != self.office or
                head.get("epoch") != 1):
            self.fault("HEAD", "of another time, office or epoch")
        if self.key is None or not signature_fits(self.key, "huishen.v1 head", self.office,
                                                  outer["head"], outer.get("signature", b"")):
            self.fault("HEAD", "not the office's signature")
        if self.head and not self.head_was_seen and head.get("last_seq", 0) >= self.head[0]:
            self.head_was_seen = True
            if (head["last_seq"], head.get("hash")) != self.head:
                self.fault("WITNESS", "a head kept outside names another history")
        return self.schema.to_json("Head", values, self.offset)

    def finish(self):
        if self.leaves or self.commits == 0:
            self.fault("UNFINISHED", "there is no head at the end")
        if self.end is None:
            self.fault("UNFINISHED", "the last line is missing")
        elif self.end.get("end") != self.seq or self.end.get("hash") != self.hash.hex():
            self.fault("END", "the last line names another end")
        if self.head and not self.head_was_seen:
            self.fault("WITNESS", f"a head kept outside knows entry {self.head[0]}")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export")
    parser.add_argument("--head")
    parser.add_argument("--key", type=bytes.fromhex)
    parser.add_argument("--proto", default=PROTO)
    options = parser.parse_args(arguments)
    verifier = Verifier(schema.Schema(options.proto), options.key,
                        read_head(options.head) if options.head else None)
    with open(options.export, encoding="utf-8") as file:
        verifier.read(file)
    for fault in verifier.faults:
        print(fault)
    print(f"{verifier.seq} entries, {verifier.commits} commits, "
          f"{sum(verifier.kinds.values())} events of {len(verifier.kinds)} kinds, "
          f"hash {verifier.hash.hex()}, {len(verifier.faults)} faults")
    return 1 if verifier.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
