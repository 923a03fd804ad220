"""The public keys of a broker, with which its tokens are verified without asking it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mayfly import encoding
from mayfly.errors import InvalidRequestError
from mayfly.keys import PUBLIC_KEY_BYTES, thumbprint


@dataclass(frozen=True)
class BrokerKey:
    """One key that signs tokens, or did: 32 bytes of Ed25519. Times are seconds since the Unix
    epoch; ``not_after`` is None where there is no end yet."""

    public_key: bytes
    kid: str
    not_before: int = 0
    not_after: int | None = None


@dataclass(frozen=True)
class BrokerKeys:
    """The keys of one broker, and the ``iss`` of every token that it signs."""

    issuer: str
    keys: tuple[BrokerKey, ...]

    @classmethod
    def from_jwks(cls, issuer: str, jwks: dict[str, Any]) -> BrokerKeys:
        """From a JWK Set (RFC 7517, RFC 8037). Keys of other kinds are passed over."""
        keys = []
        for jwk in jwks.get("keys", []):
            if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
                keys.append(_key(encoding.decode(str(jwk.get("x", "")).encode())))
        if not keys:
            raise InvalidRequestError("no Ed25519 key is in the set")
        return cls(issuer, tuple(keys))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], issuer: str | None = None) -> BrokerKeys:
        """From a file: a JWK Set, or what ``mayfly keys --json`` writes.

        ``issuer`` is needed for a JWK Set, which does not name one.
        """
        text = Path(path).read_text(encoding="utf-8")
        try:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            documents = [json.loads(text)]
        document = documents[0] if documents else {}
        if isinstance(document, dict) and "issuer" in document:
            return cls._from_listing(document)
        if issuer is None:
            raise InvalidRequestError("a JWK Set names no issuer: say which it is")
        return cls.from_jwks(issuer, document)

    @classmethod
    def _from_listing(cls, listing: dict[str, Any]) -> BrokerKeys:
        keys = []
        for entry in listing.get("keys", []):
            if entry.get("use") in ("token", "KEY_USE_TOKEN"):
                keys.append(_key(encoding.decode(str(entry.get("public_key", "")).encode())))
        return cls(str(listing["issuer"]), tuple(keys))

    def to_jwks(self) -> dict[str, Any]:
        """As a JWK Set."""
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": key.kid,
                    "x": encoding.encode(key.public_key),
                }
                for key in self.keys
            ]
        }


def _key(public_key: bytes | None) -> BrokerKey:
    if public_key is None or len(public_key) != PUBLIC_KEY_BYTES:
        raise InvalidRequestError("a public key is 32 bytes in base64url")
    # The kid is computed, not believed: it is what a token's header is compared with.
    return BrokerKey(public_key, thumbprint(public_key))
