"""A token's payload, each claim in its form. Only the broker's signature makes it true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from mayfly.scopes import MAXIMUM_COUNT, is_scope
from mayfly.verification import strictjson
from mayfly.verification.statement import (
    AGENT_PATTERN,
    AUDIENCE_PATTERN,
    GRANT_PATTERN,
    ISSUER_PATTERN,
    KEY_PATTERN,
    MAXIMUM_AUDIENCES,
    NUMBER_PATTERN,
    SCOPE_PATTERN,
    array_of,
    texts_of,
)


class ChainRefusedError(Exception):
    """A token was not verified; ``code`` is one of proto/vectors/README.md."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Claims(NamedTuple):
    """What a payload says. A token by reference has the first five only."""

    grant_id: str
    token_id: str
    issuer: str
    expires_at: int
    is_online: bool
    agent_id: str = ""
    audience: tuple[str, ...] = ()
    not_before: int = 0
    issued_at: int = 0
    scope: tuple[str, ...] = ()
    key_thumbprint: str = ""
    # Of a delegated token, not looked into yet.
    root: str | None = None
    hops: tuple[str, ...] = ()
    chain_hash: str = ""


_DIGEST_PATTERN = r"[0-9a-f]{64}"
# Claims that a verifier does not look at.
_OTHER = r"[!#-\[\]-~]*"

# The text that the broker writes, whose claims have one order. Whatever it matches the other way of
# reading finds the same in; it takes a third of the time.
_AS_WRITTEN = re.compile(
    rf'\{{"grant":"({GRANT_PATTERN})","jti":"({GRANT_PATTERN})","iss":"({ISSUER_PATTERN})"'
    rf',"sub":"({AGENT_PATTERN})"(?:,"aud":{array_of(AUDIENCE_PATTERN, MAXIMUM_AUDIENCES)})?'
    rf',"exp":({NUMBER_PATTERN}),"nbf":({NUMBER_PATTERN}),"iat":({NUMBER_PATTERN})'
    rf',"scope":{array_of(SCOPE_PATTERN, MAXIMUM_COUNT)}'
    rf',"task_id":"{_OTHER}","orch_id":"{_OTHER}","app_id":"{_OTHER}"'
    rf',"cnf":\{{"jkt":"({KEY_PATTERN})"\}},"binding":"{_OTHER}","proof":"{_OTHER}"'
    r'(,"online":true)?'
    r'(?:,"root":"([A-Za-z0-9_-]*)"'
    r',"delegation_chain":(\["[A-Za-z0-9_.-]*"(?:,"[A-Za-z0-9_.-]*")*\])'
    rf',"chain_hash":"({_DIGEST_PATTERN})")?\}}'
)

_AGENT = re.compile(AGENT_PATTERN)
_ISSUER = re.compile(ISSUER_PATTERN)
_AUDIENCE = re.compile(AUDIENCE_PATTERN)
_REFERENCE = re.compile(GRANT_PATTERN)
_DIGEST = re.compile(_DIGEST_PATTERN)
_THUMBPRINT = re.compile(KEY_PATTERN)

_DELEGATION = frozenset({"root", "delegation_chain", "chain_hash"})
# What a token by reference leaves out.
_AUTHORITY = _DELEGATION | {"sub", "aud", "nbf", "iat", "scope", "cnf"}


def read_claims(payload: bytes) -> Claims:
    """The claims; raises ``ChainRefusedError`` where one is missing or not in its form.

    They are found by name, unknown ones are not looked at, so that a later broker can add some.
    """
    found = _AS_WRITTEN.fullmatch(payload.decode("latin-1"))
    claims = _as_written(found) if found is not None else None
    return _by_name(payload) if claims is None else claims


def _as_written(found: re.Match[str]) -> Claims | None:
    parts = found.groups()
    grant, token, issuer, agent, audience, exp, nbf, iat, scope, key = parts[:10]
    online, root, hops, digest = parts[10:]
    expires_at, not_before, issued_at = int(exp), int(nbf), int(iat)
    if expires_at >= 2**64 or not_before >= 2**64 or issued_at >= 2**64:
        return None
    return Claims(
        grant,
        token,
        issuer,
        expires_at,
        online is not None,
        agent,
        texts_of(audience) if audience is not None else (),
        not_before,
        issued_at,
        texts_of(scope),
        key,
        root,
        texts_of(hops) if hops is not None else (),
        digest or "",
    )


def _by_name(payload: bytes) -> Claims:
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
        return Claims(grant_id, token_id, issuer, expires_at, is_online)
    agent_id = _text(claims, "sub", _AGENT)
    audience = _audience(claims)
    not_before = _number(claims, "nbf")
    issued_at = _number(claims, "iat")
    scope = _texts(claims, "scope", MAXIMUM_COUNT)
    if not all(map(is_scope, scope)):
        raise ChainRefusedError("CLAIM_MALFORMED")
    key_thumbprint = _thumbprint(claims)
    root, hops, chain_hash = _delegation(claims)
    return Claims(
        grant_id,
        token_id,
        issuer,
        expires_at,
        is_online,
        agent_id,
        audience,
        not_before,
        issued_at,
        scope,
        key_thumbprint,
        root,
        hops,
        chain_hash,
    )


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
        or not all(isinstance(text, str) for text in value)
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


def _delegation(claims: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...], str]:
    """All three claims of a delegated token, or none of them."""
    if _DELEGATION.isdisjoint(claims):
        return None, (), ""
    root = _claim(claims, "root")
    if not isinstance(root, str):
        raise ChainRefusedError("CLAIM_MALFORMED")
    # That there are too many is a code of its own.
    hops = _texts(claims, "delegation_chain", strictjson.MAXIMUM_BYTES)
    return root, hops, _text(claims, "chain_hash", _DIGEST)
