"""Reads JSON as the broker writes it, and refuses what programs read in different ways.

Names given twice, white space, escapes, control characters, invalid UTF-8, ``NaN``, nesting deeper
than anything of ours. No text of ours needs an escape, by its alphabet; without them two names are
the same name exactly where their bytes are.
"""

from __future__ import annotations

import json
import re
from typing import Any

MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_DEPTH = 8
MAXIMUM_MEMBERS = 64

_ESCAPE_OR_CONTROL = re.compile(rb"[\\\x00-\x1f]")
# What stands between texts: everything else is inside quotes, where a space is a character.
_TEXT = re.compile(rb'"[^"]*"')


class MalformedJSONError(ValueError):
    """Not such a JSON text."""


class Decimal(int):
    """A whole number from 0 that was written as digits, and fits 64 bits."""


def read(text: bytes) -> Any:
    """The value of a JSON text; raises ``MalformedJSONError``.

    Whole numbers are ``Decimal``; every other number is a ``float``, which no claim takes.
    """
    if len(text) > MAXIMUM_BYTES or _ESCAPE_OR_CONTROL.search(text) is not None:
        raise MalformedJSONError
    bare = _TEXT.sub(b"", text)
    if b" " in bare or _depth(bare) > MAXIMUM_DEPTH:
        raise MalformedJSONError
    try:
        return _decoder.decode(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise MalformedJSONError from None


def _depth(bare: bytes) -> int:
    """How deep arrays and objects lie in each other; an upper bound is enough where they are
    few."""
    opened = bare.count(b"{") + bare.count(b"[")
    if opened <= MAXIMUM_DEPTH:
        return opened
    depth = deepest = 0
    for byte in bare:
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs) or len(members) > MAXIMUM_MEMBERS:
        raise MalformedJSONError
    return members


def _whole(text: str) -> int | float:
    # "-0" and what does not fit are numbers, but none that a claim may be.
    if text.startswith("-") or len(text) > 20:
        return float(text)
    number = int(text)
    return Decimal(number) if number < 2**64 else float(number)


def _constant(_: str) -> Any:
    raise MalformedJSONError


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_whole, parse_constant=_constant, strict=True
)
