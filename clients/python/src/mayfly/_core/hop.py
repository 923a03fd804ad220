"""The hop that a delegator signs (PROTOCOL.md, "The hop")."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mayfly import encoding
from mayfly._core.session import Session
from mayfly.errors import InvalidRequestError, ProtocolViolationError
from mayfly.keys import AgentKey

MAXIMUM_DEPTH = 5

_HEADER = encoding.encode(b'{"alg":"EdDSA","typ":"mayfly-hop+jwt"}')


@dataclass(frozen=True)
class Holding:
    """What a token says its agent holds, as far as a hop from it needs it. Nothing is verified:
    what is wrong in it the broker refuses."""

    agent_id: str
    grant_id: str
    scope: list[str]
    expires_at: int
    chain: list[str]

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> Holding | None:
        """None where the claims lack one of these, as those of a token by reference do."""
        try:
            chain = claims.get("delegation_chain", [])
            return cls(claims["sub"], claims["grant"], claims["scope"], claims["exp"], chain)
        except KeyError:
            return None


def unverified_claims(token: str) -> dict[str, Any]:
    """A token's payload, which nobody has vouched for."""
    parts = token.split(".")
    payload = encoding.decode(parts[1].encode()) if len(parts) == 3 else None
    try:
        claims = json.loads(payload or b"")
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise InvalidRequestError("not a token")
    return claims


@dataclass(frozen=True)
class HopDraft:
    """A hop that lacks only what the connection gives: challenge, number and time."""

    holding: Holding
    # The root statement of the delegator's grant, for the first hop.
    root: str | None
    key: AgentKey
    delegate_id: str
    delegate_key: bytes
    scope: Sequence[str]
    audience: Sequence[str] | None
    lifetime_seconds: int
    max_uses: int | None

    def sign(self, session: Session) -> str:
        """The compact JWS."""
        holding = self.holding
        previous = holding.chain[-1] if holding.chain else self.root
        if previous is None:
            raise ProtocolViolationError("an agent's description has no root statement")
        if len(holding.chain) >= MAXIMUM_DEPTH:
            raise InvalidRequestError(f"a chain has at most {MAXIMUM_DEPTH} hops")
        now = session.broker_seconds
        ends = now + self.lifetime_seconds if self.lifetime_seconds else holding.expires_at
        content: dict[str, Any] = {
            "iss": session.issuer,
            "challenge": encoding.encode(session.challenge),
            "proof_seq": session.next_number(),
            "delegator": holding.agent_id,
            "delegator_key": encoding.encode(self.key.public_key),
            "delegate": self.delegate_id,
            "delegate_key": encoding.encode(self.delegate_key),
            "held": holding.scope,
            "scope": list(self.scope),
        }
        if self.audience is not None:
            content["aud"] = list(self.audience)
        if self.max_uses is not None:
            content["max_uses"] = self.max_uses
        content["iat"] = now
        content["exp"] = ends
        content["parent"] = holding.grant_id
        content["depth"] = len(holding.chain) + 1
        content["prev"] = encoding.encode(sha256(previous.encode()).digest())
        payload = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        signed = f"{_HEADER}.{encoding.encode(payload)}"
        return f"{signed}.{encoding.encode(self.key.sign(signed.encode()))}"
