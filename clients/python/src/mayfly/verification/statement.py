"""Root statements and hops: texts of which every byte but the values is known beforehand.

Each is one regular expression over the decoded bytes. What it matches is the one text of its
values, so nothing needs to be compared with a text written again.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from mayfly import encoding
from mayfly.keys import SIGNATURE_BYTES
from mayfly.scopes import IDENTIFIER_PATTERN, MAXIMUM_COUNT, WORD_PATTERN

MAXIMUM_HOP_CHARACTERS = 27_406
MAXIMUM_AUDIENCES = 8

_HOP_START = encoding.encode(b'{"alg":"EdDSA","typ":"mayfly-hop+jwt"}').encode() + b"."
# A dot, and 64 bytes in base64url.
_SIGNATURE_CHARACTERS = 1 + 86

# An identifier of PROTOCOL.md, which is never "." or "..".
_NAME = r"(?!\.{1,2}/)[A-Za-z0-9._-]{1,128}"
AGENT_PATTERN = rf"spiffe://[a-z0-9._-]{{1,255}}/agent/{_NAME}/{_NAME}/[0-9a-f]{{16}}"
ISSUER_PATTERN = r"[!#-\[\]-~]{1,249}"
AUDIENCE_PATTERN = r"[!#-+\--\[\]-~]{1,256}"
SCOPE_PATTERN = rf"(?=[^\"]{{1,256}}\"){WORD_PATTERN}:{WORD_PATTERN}:{IDENTIFIER_PATTERN}"

# 32 bytes in base64url: the last character has two bits that stand for nothing.
KEY_PATTERN = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
NUMBER_PATTERN = r"0|[1-9][0-9]{0,19}"
GRANT_PATTERN = r"[0-9a-f]{32}"


def array_of(pattern: str, maximum: int) -> str:
    """An array of texts, matched with its brackets."""
    return rf'(\["{pattern}"(?:,"{pattern}"){{0,{maximum - 1}}}\])'


_ROOT = re.compile(
    rf'\{{"agent":"({AGENT_PATTERN})","key":"({KEY_PATTERN})"'
    rf',"scope":{array_of(SCOPE_PATTERN, MAXIMUM_COUNT)}'
    rf'(?:,"aud":{array_of(AUDIENCE_PATTERN, MAXIMUM_AUDIENCES)})?'
    rf',"not_after":({NUMBER_PATTERN}),"grant":"({GRANT_PATTERN})"\}}'
)

_HOP = re.compile(
    rf'\{{"iss":"({ISSUER_PATTERN})","challenge":"{KEY_PATTERN}"'
    rf',"proof_seq":({NUMBER_PATTERN})'
    rf',"delegator":"({AGENT_PATTERN})","delegator_key":"({KEY_PATTERN})"'
    rf',"delegate":"({AGENT_PATTERN})","delegate_key":"({KEY_PATTERN})"'
    rf',"held":{array_of(SCOPE_PATTERN, MAXIMUM_COUNT)}'
    rf',"scope":{array_of(SCOPE_PATTERN, MAXIMUM_COUNT)}'
    rf'(?:,"aud":{array_of(AUDIENCE_PATTERN, MAXIMUM_AUDIENCES)})?'
    rf'(?:,"max_uses":([1-9][0-9]{{0,9}}))?'
    rf',"iat":({NUMBER_PATTERN}),"exp":({NUMBER_PATTERN}),"parent":"({GRANT_PATTERN})"'
    rf',"depth":([1-5]),"prev":"({KEY_PATTERN})"\}}'
)


class Root(NamedTuple):
    """What a chain begins with."""

    agent: str
    key: str
    scope: tuple[str, ...]
    audience: tuple[str, ...]
    not_after: int
    grant: str


class Hop(NamedTuple):
    """One delegation, well formed and no more. Keys and digests are base64url; ``audience`` is None
    where it keeps the parent's, ``max_uses`` where there is no limit."""

    issuer: str
    delegator: str
    delegator_key: str
    delegate: str
    delegate_key: str
    held: tuple[str, ...]
    scope: tuple[str, ...]
    audience: tuple[str, ...] | None
    max_uses: int | None
    expires_at: int
    parent: str
    depth: int
    previous: str
    digest: bytes
    # The signature and behind it what it is over.
    signed: bytes

    @property
    def grant(self) -> str:
        """The grant that it makes."""
        return self.digest[:16].hex()

    def is_signed(self) -> bool:
        """Whether the key that it names as the delegator's signed it."""
        key = encoding.decode(self.delegator_key.encode())
        return key is not None and is_signed(self.signed, key)


def parse_root(text: str) -> Root | None:
    """None where the text is not the one text of any statement."""
    json = encoding.decode(text.encode())
    found = _ROOT.fullmatch(json.decode("latin-1")) if json is not None else None
    if found is None:
        return None
    agent, key, scope, audience, not_after, grant = found.groups()
    ends = int(not_after)
    if ends >= 2**64:
        return None
    return Root(agent, key, texts_of(scope), texts_of(audience) if audience else (), ends, grant)


def parse_hop(text: str) -> Hop | None:
    """None where the text is not the one text of any hop."""
    if len(text) > MAXIMUM_HOP_CHARACTERS or not text.isascii():
        return None
    data = text.encode("ascii")
    dot = len(data) - _SIGNATURE_CHARACTERS
    if not data.startswith(_HOP_START) or dot <= len(_HOP_START) or data[dot] != 0x2E:
        return None
    signature = encoding.decode(data[dot + 1 :])
    json = encoding.decode(data[len(_HOP_START) : dot])
    if signature is None or json is None:
        return None
    found = _HOP.fullmatch(json.decode("latin-1"))
    if found is None:
        return None
    (
        issuer,
        proof_seq,
        delegator,
        delegator_key,
        delegate,
        delegate_key,
        held,
        scope,
        audience,
        max_uses,
        issued_at,
        expires_at,
        parent,
        depth,
        previous,
    ) = found.groups()
    uses = None if max_uses is None else int(max_uses)
    if uses is not None and uses >= 2**32:
        return None
    ends = int(expires_at)
    if ends >= 2**64 or int(issued_at) >= 2**64 or int(proof_seq) >= 2**64:
        return None
    return Hop(
        issuer,
        delegator,
        delegator_key,
        delegate,
        delegate_key,
        texts_of(held),
        texts_of(scope),
        None if audience is None else texts_of(audience),
        uses,
        ends,
        parent,
        int(depth),
        previous,
        sha256(data).digest(),
        signature + data[:dot],
    )


def is_signed(signed: bytes, public_key: bytes) -> bool:
    """Whether a key made the signature that stands before a message; about 50 microseconds."""
    if len(signed) < SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signed, public_key)
    except (BadSignatureError, ValueError):
        return False
    return True


def texts_of(array: str) -> tuple[str, ...]:
    """The texts of a matched array: no text of ours has a quote or a comma in it."""
    return tuple(array[2:-2].split('","'))
