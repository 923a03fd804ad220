"""base64url without padding, read strictly: one text for every sequence of bytes (RFC 4648)."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
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
    if text.translate(None, _ALPHABET):
        return None
    standard = text.replace(b"-", b"+").replace(b"_", b"/")
    rest = len(text) & 3
    if rest == 0:
        return a2b_base64(standard)
    if rest == 1 or text[-1] not in (_LAST_OF_TWO if rest == 2 else _LAST_OF_THREE):
        return None
    return a2b_base64(standard + b"=="[rest - 2 :])
