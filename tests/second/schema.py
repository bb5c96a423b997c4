# SPDX-License-Identifier: Apache-2.0
"""The messages of proto/huishen/v1, read from the .proto files: their bytes and their JSON.

A message is a Message: a dict whose fields are attributes too. A field that was not given has its
default; a message or a member of a oneof that was not given is None. Instants are milliseconds, an
enum value is its word in lower case, bytes are bytes.
"""
import base64
import datetime
import glob
import hashlib
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VARINTS = ("bool", "int32", "uint32", "int64", "uint64", "sint32", "sint64")
DEFAULTS = {"string": "", "bytes": b"", "bool": False}


class Message(dict):
    __setattr__ = dict.__setitem__

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


class Field:
    def __init__(self, label, kind, name, number, oneof):
        self.is_list, self.kind, self.name, self.number = label == "repeated", kind, name, number
        self.oneof = oneof
        self.json = re.sub("_([a-z0-9])", lambda match: match[1].upper(), name)

    def is_instant(self):
        return self.kind == "int64" and self.name.endswith("_at")


class Schema:
    def __init__(self, folder):
        self.messages, self.enums = {}, {}
        for path in sorted(glob.glob(os.path.join(folder, "*.proto"))):
            with open(path, encoding="utf-8") as file:
                self.read(re.sub(r"//[^\n]*", "", file.read()))
        for name, fields in self.messages.items():
            for field in fields:
                field.kind = self.resolve(name, field.kind)

    def read(self, text):
        scopes, oneof = [], None
        statement = re.compile(
            r"\s*(?:(message|enum|oneof)\s+(\w+)\s*\{|(\})"
            r"|(repeated\s+)?([\w.]+)\s+(\w+)\s*=\s*(\d+)\s*;|(\w+)\s*=\s*(\d+)\s*;|[^;{}]*;)")
        for match in statement.finditer(text):
            keyword, name, close, label, kind, field, number, value, value_number = match.groups()
            if keyword == "oneof":
                oneof = name
                scopes.append("")
            elif keyword:
                scopes.append(name)
                scope = ".".join(scopes)
                (self.messages if keyword == "message" else self.enums)[scope] = (
                    [] if keyword == "message" else {})
            elif close:
                oneof = None if scopes.pop() == "" else oneof
            elif field:
                self.messages[".".join(filter(None, scopes))].append(
                    Field((label or "").strip(), kind, field, int(number), oneof))
            elif value:
                self.enums[".".join(scopes)][int(value_number)] = value.lower()

    def resolve(self, scope, kind):
        if kind in VARINTS or kind in ("string", "bytes", "fixed64"):
            return kind
        if kind.startswith("."):
            scope, kind = "", kind.replace(".huishen.v1.", "")
        parts = scope.split(".")
        for size in range(len(parts), -1, -1):
            name = ".".join(parts[:size] + [kind])
            if name in self.messages or name in self.enums:
                return name
        raise ValueError(f"{scope}: {kind} is not there")

    def default(self, field):
        if field.is_list:
            return []
        if field.oneof or field.kind in self.messages:
            return None
        if field.kind in self.enums:
            return self.enums[field.kind][0]
        return DEFAULTS.get(field.kind, 0)

    def new(self, name, **values):
        message = Message((field.name, self.default(field)) for field in self.messages[name])
        message.update(values)
        return message

    # ---- bytes ----

    def decode(self, name, data):
        message, at = self.new(name), 0
        fields = {field.number: field for field in self.messages[name]}
        while at < len(data):
            key, at = varint(data, at)
            field, wire = fields[key >> 3], key & 7
            if wire == 2:
                size, at = varint(data, at)
                piece, at = data[at:at + size], at + size
                self.put(message, field, piece)
            elif wire == 1:
                message[field.name], at = int.from_bytes(data[at:at + 8], "little"), at + 8
            else:
                number, at = varint(data, at)
                self.add(message, field, self.scalar(field, number))
        return message

    def put(self, message, field, piece):
        if field.kind == "string":
            self.add(message, field, piece.decode())
        elif field.kind == "bytes":
            self.add(message, field, piece)
        elif field.kind in self.messages:
            self.add(message, field, self.decode(field.kind, piece))
        else:  # packed
            at = 0
            while at < len(piece):
                number, at = varint(piece, at)
                self.add(message, field, self.scalar(field, number))

    @staticmethod
    def add(message, field, value):
        if field.is_list:
            message[field.name].append(value)
        else:
            message[field.name] = value

    def scalar(self, field, number):
        if field.kind in self.enums:
            return self.enums[field.kind][number]
        if field.kind == "bool":
            return number != 0
        if field.kind.startswith("sint"):
            return (number >> 1) ^ -(number & 1)
        return number - (1 << 64) if field.kind.startswith("int") and number >> 63 else number

    def encode(self, name, message):
        """Returns the canonical bytes: in the order of the numbers, without defaults."""
        data = b""
        for field in sorted(self.messages[name], key=lambda field: field.number):
            value = message.get(field.name)
            if value is None or (not field.oneof and value == self.default(field)):
                continue
            is_packed = field.is_list and field.kind not in ("string", "bytes", *self.messages)
            if is_packed:
                data += piece_of(field.number, b"".join(self.number(field, one) for one in value))
                continue
            for one in value if field.is_list else [value]:
                data += self.encode_one(field, one)
        return data

    def encode_one(self, field, value):
        if field.kind in self.messages:
            return piece_of(field.number, self.encode(field.kind, value))
        if field.kind in ("string", "bytes"):
            return piece_of(field.number, value.encode() if field.kind == "string" else value)
        wire = 1 if field.kind == "fixed64" else 0
        return to_varint(field.number << 3 | wire) + self.number(field, value)

    def number(self, field, value):
        if field.kind == "fixed64":
            return value.to_bytes(8, "little")
        if field.kind in self.enums:
            value = next(number for number, word in self.enums[field.kind].items() if word == value)
        elif field.kind.startswith("sint"):
            value = value << 1 if value >= 0 else (-value << 1) - 1
        return to_varint(int(value) & (1 << 64) - 1)

    # ---- JSON ----

    def from_json(self, name, tree):
        message = self.new(name)
        for field in self.messages[name]:
            value = tree.get(field.json)
            if value is not None:
                message[field.name] = ([self.one(field, one) for one in value] if field.is_list
                                       else self.one(field, value))
        return message

    def one(self, field, value):
        if field.kind in self.messages:
            return self.from_json(field.kind, value)
        if field.kind == "bytes":
            return base64.b64decode(value)
        if field.is_instant():
            return instant(value)
        if field.kind in ("string", "bool") or field.kind in self.enums:
            return value
        return int(value)

    def to_json(self, name, message):
        """Returns the tree that commands are said in; what has its default is left out."""
        tree = {}
        for field in self.messages[name]:
            value = message.get(field.name)
            if value is not None and (field.oneof or value != self.default(field)):
                tree[field.json] = ([self.tell(field, one) for one in value] if field.is_list
                                    else self.tell(field, value))
        return tree

    def tell(self, field, value):
        if field.kind in self.messages:
            return self.to_json(field.kind, value)
        if field.kind == "bytes":
            return base64.b64encode(value).decode()
        if field.is_instant():
            return moment(value)
        return str(value) if field.kind.endswith("64") else value


def moment(ms):
    whole = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return whole.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def instant(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def to_varint(value):
    data = b""
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return data + bytes([value])


def piece_of(number, data):
    return to_varint(number << 3 | 2) + to_varint(len(data)) + data


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


SCHEMA = Schema(os.path.join(ROOT, "proto", "huishen", "v1"))
