"""Tokens that were verified before, so that a repeat costs a look-up and a comparison."""

from __future__ import annotations

import threading

from mayfly.verification.chain import VerifiedToken, time_refusal
from mayfly.verification.revocations import digests_of

# A dot follows each; 64 bytes in base64url.
_SIGNATURE_CHARACTERS = 86
# Scopes that are remembered as covered, of one token.
_MAXIMUM_COVERED = 64


class KnownToken:
    """A token that was verified, with what a repeat needs."""

    __slots__ = ("_covered", "digests", "expires_at", "starts_at", "text", "token")

    def __init__(self, text: str, token: VerifiedToken, leeway: float) -> None:
        self.text = text
        self.token = token
        self.digests = digests_of(token)
        self.starts_at = max(token.not_before, token.issued_at) - leeway
        self.expires_at = token.expires_at + leeway
        self._covered: set[str] = set()

    def time_refusal(self, now: float, leeway: float) -> str | None:
        """The code where the token's time is not now."""
        if self.starts_at <= now < self.expires_at:
            return None
        return time_refusal(self.token, now, leeway)

    def allows(self, scope: str) -> bool:
        """Whether its scope covers one."""
        if scope in self._covered:
            return True
        if not self.token.allows(scope):
            return False
        if len(self._covered) < _MAXIMUM_COVERED:
            self._covered.add(scope)
        return True


class TokenCache:
    """Indexed by the signature, with the whole token compared; bounded in tokens and characters."""

    def __init__(self, maximum_tokens: int, maximum_characters: int) -> None:
        self._maximum_tokens = maximum_tokens
        self._maximum_characters = maximum_characters
        self._characters = 0
        self._known: dict[str, KnownToken] = {}
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def find(self, text: str) -> KnownToken | None:
        """The token as it was verified, or None."""
        known = self._known.get(text[-_SIGNATURE_CHARACTERS:])
        return known if known is not None and known.text == text else None

    def insert(self, known: KnownToken) -> None:
        """Remembers a token; the one that is known for longest makes room."""
        size = len(known.text)
        if size > self._maximum_characters or self._maximum_tokens < 1:
            return
        with self._changing:
            self._discard(known.text[-_SIGNATURE_CHARACTERS:])
            while (
                len(self._known) >= self._maximum_tokens
                or self._characters + size > self._maximum_characters
            ):
                self._discard(next(iter(self._known)))
            self._known[known.text[-_SIGNATURE_CHARACTERS:]] = known
            self._characters += size

    def discard(self, known: KnownToken) -> None:
        """Forgets a token that is dead."""
        with self._changing:
            self._discard(known.text[-_SIGNATURE_CHARACTERS:])

    def clear(self) -> None:
        """Forgets all."""
        with self._changing:
            self._known.clear()
            self._characters = 0

    def _discard(self, index: str) -> None:
        known = self._known.pop(index, None)
        if known is not None:
            self._characters -= len(known.text)
