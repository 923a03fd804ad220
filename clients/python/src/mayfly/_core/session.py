"""What the proofs of one connection are over, and the broker's clock. Dies with the connection."""

from __future__ import annotations

import itertools
import struct
import time
from hashlib import sha256

from mayfly.errors import ProtocolViolationError
from mayfly.keys import AgentKey

CHALLENGE_BYTES = 32

_sequence_number = struct.Struct(">Q")


class Session:
    """A connection's challenge and count of proofs."""

    def __init__(
        self, challenge: bytes, issuer: str, now_milliseconds: int, max_ttl_seconds: int = 0
    ) -> None:
        if len(challenge) != CHALLENGE_BYTES:
            raise ProtocolViolationError(f"a challenge is 32 bytes, not {len(challenge)}")
        self.challenge = challenge
        self.issuer = issuer
        # Of the connection's app; 0 where it speaks for none.
        self.max_ttl_seconds = max_ttl_seconds
        self._after_purpose = b"\x00" + sha256(issuer.encode()).digest() + challenge
        # One step of itertools.count is atomic, also between threads.
        self._numbers = itertools.count(1)
        self.set_clock(now_milliseconds)

    def set_clock(self, now_milliseconds: int) -> None:
        """The broker said what time it is."""
        self._broker_at_zero = now_milliseconds / 1000 - time.monotonic()

    @property
    def broker_seconds(self) -> int:
        """The broker's clock, seconds since the Unix epoch, as far as can be told."""
        return int(self._broker_at_zero + time.monotonic())

    def next_number(self) -> int:
        """The next ``proof_seq``: each once, from 1."""
        return next(self._numbers)

    def proof(self, purpose: bytes, number: int, body: bytes, key: AgentKey) -> bytes:
        """The signature over a body that has this number in it (PROTOCOL.md, "What is signed")."""
        return key.sign(
            b"mayfly/v1/"
            + purpose
            + self._after_purpose
            + _sequence_number.pack(number)
            + sha256(body).digest()
        )
