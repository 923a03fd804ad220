"""base64url without padding, read strictly: one text for every sequence of bytes (RFC 4648)."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64

_TEXT = re.compile(rb"[A-Za-z0-9_-]*")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")

# The last character of a text whose length is 2 or 3 modulo 4 has bits that stand for nothing;
# where one of them is set, another text would be the same bytes.
_LAST_OF_TWO = frozenset(b"AQgw")
_LAST_OF_THREE = frozenset(b"AEIMQUYcgkosw048")


def encode(data: bytes) -> str:
    """The base64url text of some bytes."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: bytes) -> bytes | None:
    """The bytes of a text; None where it has padding, another alphabet or stray bits at its end."""
    if _TEXT.fullmatch(text) is None:
        return None
    rest = len(text) & 3
    if rest == 0:
        return a2b_base64(text.translate(_FROM_URL))
    if rest == 1 or text[-1] not in (_LAST_OF_TWO if rest == 2 else _LAST_OF_THREE):
        return None
    return a2b_base64(text.translate(_FROM_URL) + b"=="[rest - 2 :])
