"""Agents' own Ed25519 keys (RFC 8032)."""

from __future__ import annotations

import os
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from hashlib import sha256
from pathlib import Path

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from mayfly import encoding
from mayfly.errors import InvalidRequestError

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64

# PrivateKeyInfo of an Ed25519 seed, up to the seed (RFC 8410, section 7).
_PKCS8_PREFIX = bytes.fromhex("302e020100300506032b657004220420")
_PEM_BEGIN = "-----BEGIN PRIVATE KEY-----"
_PEM_END = "-----END PRIVATE KEY-----"


class AgentKey:
    """A key pair that proves an agent. Printing it shows the public key only.

    Fresh where no seed is given; the seed is the 32 bytes of RFC 8032.
    """

    __slots__ = ("_secret", "public_key")

    def __init__(self, seed: bytes | None = None) -> None:
        if seed is None:
            seed = os.urandom(SEED_BYTES)
        elif len(seed) != SEED_BYTES:
            raise InvalidRequestError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
        public_key, secret = crypto_sign_seed_keypair(seed)
        self.public_key: bytes = public_key
        self._secret: bytes = secret

    @classmethod
    def from_pem(cls, text: str) -> AgentKey:
        """From PEM of PKCS #8 (RFC 8410), as ``mayfly spawn --key-out`` writes it."""
        lines = [line.strip() for line in text.strip().splitlines()]
        if len(lines) < 3 or lines[0] != _PEM_BEGIN or lines[-1] != _PEM_END:
            raise InvalidRequestError("not a PEM private key")
        try:
            der = a2b_base64("".join(lines[1:-1]))
        except (Base64Error, ValueError):
            raise InvalidRequestError("not a PEM private key") from None
        if not der.startswith(_PKCS8_PREFIX) or len(der) != len(_PKCS8_PREFIX) + SEED_BYTES:
            raise InvalidRequestError("not an Ed25519 private key")
        return cls(der[len(_PKCS8_PREFIX) :])

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> AgentKey:
        """From a PEM file."""
        return cls.from_pem(Path(path).read_text(encoding="ascii"))

    @property
    def seed(self) -> bytes:
        """The secret 32 bytes."""
        return self._secret[:SEED_BYTES]

    @property
    def pem(self) -> str:
        """The secret key as PEM of PKCS #8."""
        text = b2a_base64(_PKCS8_PREFIX + self.seed, newline=False).decode("ascii")
        return f"{_PEM_BEGIN}\n{text}\n{_PEM_END}\n"

    @property
    def thumbprint(self) -> str:
        """The RFC 7638 thumbprint that tokens of this key name in ``cnf.jkt``."""
        return thumbprint(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes."""
        return bytes(crypto_sign(message, self._secret)[:SIGNATURE_BYTES])

    def __repr__(self) -> str:
        return f"AgentKey({encoding.encode(self.public_key)})"


def thumbprint(public_key: bytes) -> str:
    """The RFC 7638 thumbprint of an Ed25519 public key, in base64url."""
    return thumbprint_of_text(encoding.encode(public_key))


def thumbprint_of_text(public_key: str) -> str:
    """The same of a key that is base64url already."""
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}'
    return encoding.encode(sha256(jwk.encode("ascii")).digest())
