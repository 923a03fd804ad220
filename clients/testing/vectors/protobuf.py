"""Just enough protobuf to write the messages of proto/, read from the .proto files themselves."""

import base64
import pathlib
import re

PROTO = pathlib.Path(__file__).resolve().parents[3] / "proto"
VARINTS = {"uint32", "uint64", "int32", "int64", "bool"}


class Field:
    def __init__(self, number, kind, is_repeated):
        self.number, self.kind, self.is_repeated = number, kind, is_repeated


def _read_contract():
    messages, enums = {}, {}
    for path in sorted(PROTO.rglob("*.proto")):
        text = re.sub(r"//[^\n]*", "", path.read_text())
        package = re.search(r"^package ([\w.]+);", text, re.M).group(1)
        for name, body in re.findall(r"^enum (\w+) \{(.*?)^\}", text, re.M | re.S):
            enums[f"{package}.{name}"] = {
                value: int(number) for value, number in re.findall(r"(\w+) = (\d+);", body)
            }
        for name, body in re.findall(r"^message (\w+) \{(.*?)\}$", text, re.M | re.S):
            fields = re.findall(r"(repeated )?(map<\w+, \w+>|[\w.]+) (\w+) = (\d+);", body)
            messages[f"{package}.{name}"] = (package, {
                field: Field(int(number), kind, bool(repeated))
                for repeated, kind, field, number in fields
            })
    return messages, enums


MESSAGES, ENUMS = _read_contract()


def varint(number):
    """A base-128 varint; a negative number as the 64 bits it has."""
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _tagged(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def _resolve(package, kind, table):
    return next((name for name in (kind, f"{package}.{kind}") if name in table), None)


def _number(package, kind, value):
    enum = _resolve(package, kind, ENUMS)
    return ENUMS[enum][value] if enum else int(value)


def _data(package, kind, value):
    if kind == "string":
        return value.encode()
    if kind == "bytes":
        return base64.b64decode(value)
    return encode(_resolve(package, kind, MESSAGES), value)


def encode(message, fields):
    """The bytes of a message whose fields are given as in protobuf's JSON, by their own names."""
    package, known = MESSAGES[message]
    out = bytearray()
    for name in sorted(fields, key=lambda name: known[name].number):
        field, value = known[name], fields[name]
        is_number = field.kind in VARINTS or _resolve(package, field.kind, ENUMS)
        if field.kind.startswith("map<"):
            for key in sorted(value):
                entry = _tagged(1, key.encode()) + _tagged(2, value[key].encode())
                out += _tagged(field.number, entry)
        elif field.is_repeated and is_number:
            packed = b"".join(varint(_number(package, field.kind, each)) for each in value)
            out += _tagged(field.number, packed)
        elif field.is_repeated:
            for each in value:
                out += _tagged(field.number, _data(package, field.kind, each))
        elif is_number:
            out += varint(field.number << 3) + varint(_number(package, field.kind, value))
        else:
            out += _tagged(field.number, _data(package, field.kind, value))
    return bytes(out)


def in_json(data):
    """Bytes as protobuf's JSON has them."""
    return base64.b64encode(data).decode()
