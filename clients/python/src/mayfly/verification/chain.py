"""Verifies a token and the whole lineage in it with nothing but the broker's public keys.

In the order, and with the codes, of proto/vectors/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from mayfly import encoding
from mayfly._core.hop import MAXIMUM_DEPTH
from mayfly.brokerkeys import BrokerKeys
from mayfly.keys import SIGNATURE_BYTES, thumbprint
from mayfly.scopes import MAXIMUM_COUNT, all_covered, covers, is_scope
from mayfly.verification import strictjson
from mayfly.verification.statement import (
    AGENT_PATTERN,
    AUDIENCE_PATTERN,
    ISSUER_PATTERN,
    MAXIMUM_AUDIENCES,
    Hop,
    Root,
    is_signed,
    parse_hop,
    parse_root,
)

MAXIMUM_TOKEN_CHARACTERS = 16 * 1024

_AGENT = re.compile(AGENT_PATTERN)
_ISSUER = re.compile(ISSUER_PATTERN)
_AUDIENCE = re.compile(AUDIENCE_PATTERN)
_REFERENCE = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")

# What a token by reference leaves out.
_DELEGATION = frozenset({"root", "delegation_chain", "chain_hash"})
_AUTHORITY = _DELEGATION | {"sub", "aud", "nbf", "iat", "scope", "cnf"}


class ChainRefusedError(Exception):
    """A token was not verified; ``code`` is one of proto/vectors/README.md."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
    claims: Mapping[str, Any] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"<VerifiedToken {self.token_id} {self.agent_id} scope={list(self.scope)}>"

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
        verified = self._read(payload, kid)
        if verified.issuer != self.issuer:
            raise ChainRefusedError("ISSUER_MISMATCH")
        refusal = time_refusal(verified, now, leeway)
        if refusal is not None:
            raise ChainRefusedError(refusal)
        if verified.is_reference:
            return verified
        if audience is not None and audience not in verified.audience:
            raise ChainRefusedError("AUDIENCE_MISMATCH")
        return self._follow(verified)

    def resolve(self, reference: VerifiedToken, claims: bytes) -> VerifiedToken:
        """What a token by reference stands for, in the claims that the broker answered with."""
        resolved = self._read(claims, reference.kid)
        if resolved.is_reference or resolved.grant_id != reference.grant_id:
            raise ChainRefusedError("CLAIM_MISSING")
        return self._follow(resolved)

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

    def _read(self, payload: bytes, kid: str) -> VerifiedToken:
        """Each claim in its form. Claims are found by name, unknown ones are not looked at."""
        try:
            claims = strictjson.read(payload)
        except strictjson.MalformedJSONError:
            raise ChainRefusedError("PAYLOAD_MALFORMED") from None
        if not isinstance(claims, dict):
            raise ChainRefusedError("PAYLOAD_MALFORMED")
        grant_id = _text(claims, "grant", _REFERENCE)
        token_id = _text(claims, "jti", _REFERENCE)
        issuer = _text(claims, "iss", _ISSUER)
        expires_at = _number(claims, "exp")
        is_online = "online" in claims
        if is_online and claims["online"] is not True:
            raise ChainRefusedError("CLAIM_MALFORMED")
        if is_online and _AUTHORITY.isdisjoint(claims):
            return VerifiedToken(
                token_id, grant_id, issuer, expires_at, is_online, kid, claims=claims
            )
        agent_id = _text(claims, "sub", _AGENT)
        audience = _audience(claims)
        not_before = _number(claims, "nbf")
        issued_at = _number(claims, "iat")
        scope = _texts(claims, "scope", MAXIMUM_COUNT)
        if not all(map(is_scope, scope)):
            raise ChainRefusedError("CLAIM_MALFORMED")
        key_thumbprint = _thumbprint(claims)
        _check_delegation(claims)
        return VerifiedToken(
            token_id,
            grant_id,
            issuer,
            expires_at,
            is_online,
            kid,
            agent_id,
            scope,
            audience,
            issued_at,
            not_before,
            key_thumbprint,
            (ChainLink(agent_id, grant_id),),
            claims,
        )

    def _follow(self, token: VerifiedToken) -> VerifiedToken:
        """The token with its lineage, each hop of which is verified."""
        claims = token.claims
        if "root" not in claims:
            return token
        hops = claims["delegation_chain"]
        if len(hops) > MAXIMUM_DEPTH:
            raise ChainRefusedError("DEPTH_EXCEEDED")
        root = parse_root(claims["root"])
        if root is None:
            raise ChainRefusedError("ROOT_MALFORMED")
        walk = _Walk(root, claims["root"], self.issuer)
        lineage = []
        for text in hops:
            lineage.append(ChainLink(walk.agent, walk.grant))
            walk.follow(text)
        walk.check_token(token)
        lineage.append(ChainLink(token.agent_id, token.grant_id))
        return VerifiedToken(
            token.token_id,
            token.grant_id,
            token.issuer,
            token.expires_at,
            # Only the broker can count uses, whether or not the token says so.
            token.is_online or walk.max_uses is not None,
            token.kid,
            token.agent_id,
            token.scope,
            token.audience,
            token.issued_at,
            token.not_before,
            token.key_thumbprint,
            tuple(lineage),
            claims,
        )


def time_refusal(token: VerifiedToken, now: float, leeway: float) -> str | None:
    """The code where the token's time is not now."""
    if token.expires_at + leeway <= now:
        return "EXPIRED"
    if token.not_before > now + leeway or token.issued_at > now + leeway:
        return "NOT_YET_VALID"
    return None


class _Walk:
    """What the last agent of a chain holds, on the way from the root to the end: each hop that is
    followed takes the place of what it was made from."""

    def __init__(self, root: Root, text: str, issuer: str) -> None:
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
        if not all_covered(hop.held, self._scope):
            raise ChainRefusedError("HELD_WIDENED")
        if not all_covered(hop.scope, hop.held):
            raise ChainRefusedError("SCOPE_WIDENED")
        if hop.audience is not None and not set(hop.audience) <= set(self._audience):
            raise ChainRefusedError("AUDIENCE_WIDENED")
        if self.max_uses is not None and (hop.max_uses is None or hop.max_uses > self.max_uses):
            raise ChainRefusedError("USES_WIDENED")
        if hop.expires_at > self._expires_at:
            raise ChainRefusedError("EXPIRY_WIDENED")

    def check_token(self, token: VerifiedToken) -> None:
        """The token states what the last hop gave, or less of it."""
        if token.claims["chain_hash"] != self._digest.hex():
            raise ChainRefusedError("CHAIN_HASH_MISMATCH")
        if token.grant_id != self.grant:
            raise ChainRefusedError("GRANT_MISMATCH")
        if token.agent_id != self.agent:
            raise ChainRefusedError("SUBJECT_MISMATCH")
        key = encoding.decode(self._key.encode())
        if key is None or token.key_thumbprint != thumbprint(key):
            raise ChainRefusedError("KEY_MISMATCH")
        if not all_covered(token.scope, self._scope):
            raise ChainRefusedError("SCOPE_WIDENED")
        # A token without an audience would be for whoever does not ask.
        if not set(token.audience) <= set(self._audience) or bool(token.audience) != bool(
            self._audience
        ):
            raise ChainRefusedError("AUDIENCE_WIDENED")
        if token.expires_at > self._expires_at:
            raise ChainRefusedError("EXPIRY_WIDENED")


# MARK: Claims


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    try:
        return claims[name]
    except KeyError:
        raise ChainRefusedError("CLAIM_MISSING") from None


def _text(claims: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = _claim(claims, name)
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise ChainRefusedError("CLAIM_MALFORMED")
    return value


def _number(claims: Mapping[str, Any], name: str) -> int:
    value: object = _claim(claims, name)
    # True is an int to isinstance.
    if type(value) is not int or not 0 <= value < 2**64:
        raise ChainRefusedError("CLAIM_MALFORMED")
    return value


def _texts(claims: Mapping[str, Any], name: str, maximum: int) -> tuple[str, ...]:
    value = _claim(claims, name)
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= maximum
        or set(map(type, value)) != {str}
    ):
        raise ChainRefusedError("CLAIM_MALFORMED")
    return tuple(value)


def _audience(claims: Mapping[str, Any]) -> tuple[str, ...]:
    if "aud" not in claims:
        return ()
    audience = _texts(claims, "aud", MAXIMUM_AUDIENCES)
    if not all(_AUDIENCE.fullmatch(text) for text in audience):
        raise ChainRefusedError("CLAIM_MALFORMED")
    return audience


def _thumbprint(claims: Mapping[str, Any]) -> str:
    confirmation = _claim(claims, "cnf")
    value = confirmation.get("jkt") if isinstance(confirmation, dict) else None
    if not isinstance(value, str) or _THUMBPRINT.fullmatch(value) is None:
        raise ChainRefusedError("CLAIM_MALFORMED")
    return value


def _check_delegation(claims: Mapping[str, Any]) -> None:
    """All three claims of a delegated token, or none of them."""
    if _DELEGATION.isdisjoint(claims):
        return
    if not isinstance(_claim(claims, "root"), str):
        raise ChainRefusedError("CLAIM_MALFORMED")
    # How many there may be is a code of its own.
    _texts(claims, "delegation_chain", strictjson.MAXIMUM_BYTES)
    _text(claims, "chain_hash", _DIGEST)
