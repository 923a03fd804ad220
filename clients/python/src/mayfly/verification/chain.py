"""Verifies a token and the whole lineage in it with nothing but the broker's public keys.

In the order, and with the codes, of proto/vectors/README.md.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NamedTuple

from mayfly import encoding
from mayfly._core.hop import MAXIMUM_DEPTH
from mayfly.brokerkeys import BrokerKeys
from mayfly.keys import SIGNATURE_BYTES, thumbprint, thumbprint_of_text
from mayfly.scopes import all_covered, covers
from mayfly.verification.claims import ChainRefusedError, Claims, read_claims
from mayfly.verification.statement import Hop, is_signed, parse_hop, parse_root

__all__ = [
    "ChainLink",
    "ChainRefusedError",
    "ChainVerifier",
    "VerifiedToken",
    "time_refusal",
]

MAXIMUM_TOKEN_CHARACTERS = 16 * 1024


class ChainLink(NamedTuple):
    """An agent, and the grant by which it holds its authority."""

    agent_id: str
    grant_id: str


class VerifiedToken(NamedTuple):
    """A token whose signature and whole lineage were verified; only this package makes one.

    It says what was granted, by whom and until when. Times are seconds since the Unix epoch.
    ``lineage`` has who passed the authority on, from the root to the subject: one link for a token
    that was not delegated, at most six. A token by reference has no ``agent_id``, ``scope``,
    ``issued_at``, ``key_thumbprint`` and ``lineage`` until the broker has resolved it. Where
    ``is_online`` it is worth nothing until the broker has been asked.
    """

    token_id: str
    grant_id: str
    issuer: str
    expires_at: int
    is_online: bool
    kid: str
    agent_id: str = ""
    scope: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    issued_at: int = 0
    not_before: int = 0
    key_thumbprint: str = ""
    lineage: tuple[ChainLink, ...] = ()
    # The claims' JSON, exactly as signed.
    payload: bytes = b""

    def __repr__(self) -> str:
        return f"<VerifiedToken {self.token_id} {self.agent_id} scope={list(self.scope)}>"

    @property
    def claims(self) -> dict[str, Any]:
        """The claims, read anew each time."""
        claims: dict[str, Any] = json.loads(self.payload)
        return claims

    @property
    def is_reference(self) -> bool:
        """Whether it stands for claims that only the broker has."""
        return not self.lineage

    def allows(self, scope: str) -> bool:
        """Whether its scope covers one."""
        return any(covers(held, scope) for held in self.scope)


class ChainVerifier:
    """Verifies tokens of one broker, each signature once."""

    def __init__(self, keys: BrokerKeys, issuer: str | None = None) -> None:
        self.issuer = keys.issuer if issuer is None else issuer
        # A header is compared, never interpreted, so that no token can choose its algorithm or key.
        self._keys: dict[str, tuple[str, bytes]] = {}
        for key in keys.keys:
            kid = thumbprint(key.public_key)
            header = encoding.encode(f'{{"alg":"EdDSA","typ":"JWT","kid":"{kid}"}}'.encode())
            self._keys[header] = (kid, key.public_key)

    def verify(
        self, token: str, now: float, leeway: float, audience: str | None = None
    ) -> VerifiedToken:
        """What a token says; raises ``ChainRefusedError``.

        ``now`` is in seconds since the Unix epoch, ``leeway`` how many the clocks may be apart,
        ``audience`` one that the token must name. A token by reference names none: its audience is
        for the broker to say.
        """
        kid, payload = self._signed_payload(token)
        claims = read_claims(payload)
        if claims.issuer != self.issuer:
            raise ChainRefusedError("ISSUER_MISMATCH")
        refusal = time_refusal(claims, now, leeway)
        if refusal is not None:
            raise ChainRefusedError(refusal)
        # A token by reference names none: its audience is for the broker to say.
        if audience is not None and claims.agent_id and audience not in claims.audience:
            raise ChainRefusedError("AUDIENCE_MISMATCH")
        return self._follow(claims, kid, payload)

    def resolve(self, reference: VerifiedToken, payload: bytes) -> VerifiedToken:
        """What a token by reference stands for, in the claims that the broker answered with."""
        claims = read_claims(payload)
        if not claims.agent_id or claims.grant_id != reference.grant_id:
            raise ChainRefusedError("CLAIM_MISSING")
        return self._follow(claims, reference.kid, payload)

    def _signed_payload(self, token: str) -> tuple[str, bytes]:
        """Who signed it and what, from bytes to signature."""
        if len(token) > MAXIMUM_TOKEN_CHARACTERS or not token.isascii():
            raise ChainRefusedError("MALFORMED")
        signed, _, signature_text = token.rpartition(".")
        header, _, payload_text = signed.partition(".")
        payload = encoding.decode(payload_text.encode())
        signature = encoding.decode(signature_text.encode())
        if not header or not payload or signature is None or len(signature) != SIGNATURE_BYTES:
            raise ChainRefusedError("MALFORMED")
        known = self._keys.get(header)
        if known is None:
            is_text = encoding.decode(header.encode()) is not None
            raise ChainRefusedError("FOREIGN_HEADER" if is_text else "MALFORMED")
        kid, public_key = known
        if not is_signed(signature + signed.encode(), public_key):
            raise ChainRefusedError("SIGNATURE_INVALID")
        return kid, payload

    def _follow(self, claims: Claims, kid: str, payload: bytes) -> VerifiedToken:
        """The token with its lineage, each hop of which is verified."""
        is_online = claims.is_online
        lineage: list[ChainLink] = []
        if claims.root is not None:
            if len(claims.hops) > MAXIMUM_DEPTH:
                raise ChainRefusedError("DEPTH_EXCEEDED")
            walk = _Walk(claims.root, self.issuer)
            for hop in claims.hops:
                lineage.append(ChainLink(walk.agent, walk.grant))
                walk.follow(hop)
            walk.check_token(claims)
            # Only the broker can count uses, whether or not the token says so.
            is_online = is_online or walk.max_uses is not None
        if claims.agent_id:
            lineage.append(ChainLink(claims.agent_id, claims.grant_id))
        return VerifiedToken(
            claims.token_id,
            claims.grant_id,
            claims.issuer,
            claims.expires_at,
            is_online,
            kid,
            claims.agent_id,
            claims.scope,
            claims.audience,
            claims.issued_at,
            claims.not_before,
            claims.key_thumbprint,
            tuple(lineage),
            payload,
        )


def time_refusal(token: VerifiedToken | Claims, now: float, leeway: float) -> str | None:
    """The code where the token's time is not now."""
    if token.expires_at + leeway <= now:
        return "EXPIRED"
    if token.not_before > now + leeway or token.issued_at > now + leeway:
        return "NOT_YET_VALID"
    return None


class _Walk:
    """What the last agent of a chain holds, on the way from the root to the end: each hop that is
    followed takes the place of what it was made from."""

    def __init__(self, text: str, issuer: str) -> None:
        root = parse_root(text)
        if root is None:
            raise ChainRefusedError("ROOT_MALFORMED")
        self.agent = root.agent
        self.grant = root.grant
        self.max_uses: int | None = None
        self._key = root.key
        self._scope: tuple[str, ...] = root.scope
        # None named: then no hop can name one.
        self._audience: tuple[str, ...] = root.audience
        self._expires_at = root.not_after
        self._digest = sha256(text.encode()).digest()
        self._depth = 0
        self._issuer = issuer

    def follow(self, text: str) -> None:
        """Goes on to the delegate of a hop, where the hop follows from what is held here."""
        hop = parse_hop(text)
        if hop is None:
            raise ChainRefusedError("HOP_MALFORMED")
        if hop.depth != self._depth + 1 or hop.previous != encoding.encode(self._digest):
            raise ChainRefusedError("HOP_ORDER")
        if hop.issuer != self._issuer:
            raise ChainRefusedError("ISSUER_MISMATCH")
        if hop.delegator != self.agent or hop.delegator_key != self._key:
            raise ChainRefusedError("DELEGATOR_MISMATCH")
        if not hop.is_signed():
            raise ChainRefusedError("HOP_SIGNATURE_INVALID")
        if hop.parent != self.grant:
            raise ChainRefusedError("PARENT_MISMATCH")
        self._check_narrowing(hop)
        self.agent = hop.delegate
        self.grant = hop.grant
        self.max_uses = hop.max_uses
        self._key = hop.delegate_key
        self._scope = hop.scope
        if hop.audience is not None:
            self._audience = hop.audience
        self._expires_at = hop.expires_at
        self._digest = hop.digest
        self._depth = hop.depth

    def _check_narrowing(self, hop: Hop) -> None:
        # Covered, not equal: a renewal may have narrowed what the delegator held meanwhile.
        if hop.held != self._scope and not all_covered(hop.held, self._scope):
            raise ChainRefusedError("HELD_WIDENED")
        if hop.scope != hop.held and not all_covered(hop.scope, hop.held):
            raise ChainRefusedError("SCOPE_WIDENED")
        if hop.audience is not None and not set(hop.audience) <= set(self._audience):
            raise ChainRefusedError("AUDIENCE_WIDENED")
        if self.max_uses is not None and (hop.max_uses is None or hop.max_uses > self.max_uses):
            raise ChainRefusedError("USES_WIDENED")
        if hop.expires_at > self._expires_at:
            raise ChainRefusedError("EXPIRY_WIDENED")

    def check_token(self, claims: Claims) -> None:
        """The token states what the last hop gave, or less of it."""
        if claims.chain_hash != self._digest.hex():
            raise ChainRefusedError("CHAIN_HASH_MISMATCH")
        if claims.grant_id != self.grant:
            raise ChainRefusedError("GRANT_MISMATCH")
        if claims.agent_id != self.agent:
            raise ChainRefusedError("SUBJECT_MISMATCH")
        if claims.key_thumbprint != thumbprint_of_text(self._key):
            raise ChainRefusedError("KEY_MISMATCH")
        if claims.scope != self._scope and not all_covered(claims.scope, self._scope):
            raise ChainRefusedError("SCOPE_WIDENED")
        # A token without an audience would be for whoever does not ask.
        if claims.audience != self._audience and (
            not claims.audience or not set(claims.audience) <= set(self._audience)
        ):
            raise ChainRefusedError("AUDIENCE_WIDENED")
        if claims.expires_at > self._expires_at:
            raise ChainRefusedError("EXPIRY_WIDENED")
