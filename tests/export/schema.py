# SPDX-License-Identifier: Apache-2.0
"""Messages of the schema, from the .proto files alone: bytes to values, to bytes again, to JSON.

For the second verifier: shares nothing with the programs it judges, neither code nor libraries.
"""
import base64
import datetime
import glob
import os
import re
import struct

VARINT, FIXED64, SIZED, FIXED32 = 0, 1, 2, 5
WIRE = {"string": SIZED, "bytes": SIZED, "fixed64": FIXED64, "fixed32": FIXED32}
PACKAGE = "huishen.v1."
SCALARS = {"int32", "int64", "uint32", "uint64", "sint32", "sint64", "bool", "string", "bytes",
           "fixed64", "fixed32"}
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"[^"]*"|[A-Za-z_][\w.]*|\d+|[{}=;\[\](),<>-]', re.S)


class Invalid(Exception):
    """Bytes that are no message of the schema, or not its canonical bytes."""


class Field:
    def __init__(self, label, kind, name, number, is_one_of):
        self.is_list = label == "repeated"
        self.kind = kind
        self.name = name
        self.number = number
        self.is_one_of = is_one_of
        self.type = None  # a Message or an Enum
        self.json_name = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)

    def wire(self):
        return SIZED if isinstance(self.type, Message) else WIRE.get(self.kind, VARINT)


class Enum:
    def __init__(self, name):
        self.name = name
        self.words = {}


class Message:
    def __init__(self, name):
        self.name = name
        self.fields = {}


class Schema:
    """All messages of a folder of .proto files."""

    def __init__(self, folder):
        self.types = {}
        for path in sorted(glob.glob(os.path.join(folder, "*.proto"))):
            with open(path, encoding="utf-8") as file:
                self.read(file.read())
        for name, message in self.types.items():
            if isinstance(message, Message):
                for field in message.fields.values():
                    field.type = None if field.kind in SCALARS else self.find(name, field.kind)

    # ---- the .proto files ----

    def read(self, text):
        tokens = [t for t in TOKEN.findall(text) if not t.startswith(("//", "/*"))]
        at = 0
        while at < len(tokens):
            if tokens[at] in ("message", "enum"):
                at = self.read_type(tokens, at, "")
            else:
                while tokens[at] != ";":
                    at += 1
                at += 1

    def read_type(self, tokens, at, outer):
        kind, name = tokens[at], outer + tokens[at + 1]
        made = Message(name) if kind == "message" else Enum(name)
        self.types[name] = made
        at += 3
        one_of = False
        while tokens[at] != "}" or one_of:
            if tokens[at] == "}":
                one_of = False
                at += 1
            elif tokens[at] in ("message", "enum"):
                at = self.read_type(tokens, at, name + ".")
            elif tokens[at] == "oneof":
                one_of = True
                at += 3
            elif tokens[at] in ("reserved", "option"):
                while tokens[at] != ";":
                    at += 1
                at += 1
            elif kind == "enum":
                made.words[int(tokens[at + 2])] = tokens[at].lower()
                at = tokens.index(";", at) + 1
            else:
                label = tokens[at] if tokens[at] in ("repeated", "optional") else ""
                if label == "optional":
                    raise Invalid("optional is not known here")
                at += 1 if label else 0
                number = int(tokens[at + 3])
                made.fields[number] = Field(label, tokens[at], tokens[at + 1], number, one_of)
                at = tokens.index(";", at) + 1
        return at + 1

    def find(self, inside, name):
        """Returns the type @name as it is meant in the message @inside."""
        if name.startswith(PACKAGE):
            return self.types[name[len(PACKAGE):]]
        while True:
            found = self.types.get(inside + "." + name if inside else name)
            if found:
                return found
            if not inside:
                raise Invalid(f"no type {name}")
            inside = inside.rpartition(".")[0]

    # ---- bytes ----

    def parse(self, name, data):
        """Returns the message as a dictionary; raises Invalid unless these are its one bytes."""
        values = decode(self.types[name], data)
        if encode(self.types[name], values) != data:
            raise Invalid(f"{name}: not canonical")
        return values

    def to_json(self, name, values, offset):
        return message_json(self.types[name], values, offset)


def read_varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Invalid("a number without an end")
        value |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def write_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value, bits):
    value &= (1 << 64) - 1
    value = value - (1 << 64) if value >= 1 << 63 else value
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise Invalid("a number out of range")
    return value


def from_varint(field, value):
    if field.kind in ("int32", "int64"):
        return signed(value, int(field.kind[3:]))
    if field.kind in ("sint32", "sint64"):
        return signed(value >> 1 ^ -(value & 1), int(field.kind[4:]))
    if field.kind == "bool":
        return bool(value)
    if isinstance(field.type, Enum):
        if value not in field.type.words:
            raise Invalid(f"{field.name}: no such word")
    if field.kind == "uint32" and value >= 1 << 32:
        raise Invalid("a number out of range")
    return value


def to_varint(field, value):
    if field.kind in ("sint32", "sint64"):
        return value << 1 if value >= 0 else (-value << 1) - 1
    return int(value) & (1 << 64) - 1


def decode(message, data):
    values = {}
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        field = message.fields.get(key >> 3)
        if field is None:
            raise Invalid(f"{message.name}: field {key >> 3} is not known")
        at = decode_field(field, key & 7, data, at, values)
    return values


def decode_field(field, wire, data, at, values):
    if wire == SIZED:
        size, at = read_varint(data, at)
        if size > len(data) - at:
            raise Invalid(f"{field.name}: cut off")
        piece = data[at:at + size]
        at += size
        if field.wire() != SIZED and field.is_list:  # packed
            values.setdefault(field.number, [])
            inner = 0
            while inner < len(piece):
                value, inner = decode_number(field, piece, inner)
                values[field.number].append(value)
            return at
        if field.wire() != SIZED:
            raise Invalid(f"{field.name}: of another kind")
        value = (decode(field.type, piece) if isinstance(field.type, Message)
                 else piece.decode("utf-8") if field.kind == "string" else piece)
    elif wire == field.wire():
        value, at = decode_number(field, data, at)
    else:
        raise Invalid(f"{field.name}: of another kind")
    if field.is_list:
        values.setdefault(field.number, []).append(value)
    else:
        values[field.number] = value
    return at


def decode_number(field, data, at):
    if field.wire() == VARINT:
        value, at = read_varint(data, at)
        return from_varint(field, value), at
    size = 8 if field.wire() == FIXED64 else 4
    if at + size > len(data):
        raise Invalid(f"{field.name}: cut off")
    return int.from_bytes(data[at:at + size], "little"), at + size


def encode(message, values):
    return b"".join(encode_field(message.fields[number], values[number])
                    for number in sorted(values))


def encode_field(field, value):
    if not field.is_list:
        is_default = value in (0, "", b"", False) and not isinstance(field.type, Message)
        if is_default and not field.is_one_of:
            raise Invalid(f"{field.name}: a default is written")
        return encode_value(field, value)
    if field.wire() == SIZED:
        return b"".join(encode_value(field, item) for item in value)
    packed = b"".join(encode_number(field, item) for item in value)
    return write_varint(field.number << 3 | SIZED) + write_varint(len(packed)) + packed


def encode_number(field, value):
    if field.wire() == VARINT:
        return write_varint(to_varint(field, value))
    return struct.pack("<Q" if field.wire() == FIXED64 else "<I", value)


def encode_value(field, value):
    key = write_varint(field.number << 3 | field.wire())
    if field.wire() != SIZED:
        return key + encode_number(field, value)
    if isinstance(field.type, Message):
        value = encode(field.type, value)
    elif field.kind == "string":
        value = value.encode()
    return key + write_varint(len(value)) + value


# ---- JSON, as docs/backup.md describes it ----

def instant(at_ms, offset):
    if at_ms == 0:
        return None
    zone = datetime.timezone(datetime.timedelta(minutes=offset))
    try:
        at = (datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
              + datetime.timedelta(milliseconds=at_ms)).astimezone(zone)
    except OverflowError:
        return str(at_ms)
    return at.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")


def value_json(field, value, offset):
    if isinstance(field.type, Message):
        return message_json(field.type, value, offset)
    if isinstance(field.type, Enum):
        return field.type.words[value]
    if field.kind == "bytes":
        return base64.b64encode(value).decode()
    if field.kind == "int64" and (field.name == "at" or field.name.endswith("_at")):
        return instant(value, offset)
    if field.kind.endswith("64"):
        return str(value)
    return value


def default(field):
    if isinstance(field.type, Enum):
        return 0
    return {"string": "", "bytes": b"", "bool": False}.get(field.kind, 0)


def message_json(message, values, offset):
    out = {}
    for number, field in message.fields.items():
        if field.is_list:
            out[field.json_name] = [value_json(field, item, offset)
                                    for item in values.get(number, [])]
        elif number in values:
            out[field.json_name] = value_json(field, values[number], offset)
        elif not field.is_one_of and not isinstance(field.type, Message):
            out[field.json_name] = value_json(field, default(field), offset)
    return out
