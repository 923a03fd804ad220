"""Verifies tokens where the resources are."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from mayfly.app import App
from mayfly.brokerkeys import BrokerKeys
from mayfly.errors import (
    AccessDeniedError,
    InvalidRequestError,
    MayflyError,
    RefusedError,
    UnavailableError,
)
from mayfly.verification.cache import KnownToken, TokenCache
from mayfly.verification.chain import ChainRefusedError, ChainVerifier, VerifiedToken
from mayfly.verification.revocations import RevocationFeed

DEFAULT_LEEWAY_SECONDS = 30.0
DEFAULT_STALENESS_SECONDS = 30.0
DEFAULT_CACHED_TOKENS = 10_000
DEFAULT_CACHED_CHARACTERS = 32 * 1024 * 1024

# How often tokens of keys that are not known may have the broker's keys fetched again.
_KEY_REFRESH_SECONDS = 5.0

_MESSAGES = {
    "EXPIRED": "the token has expired",
    "NOT_YET_VALID": "the token is not valid yet",
    "AUDIENCE_MISMATCH": "the token is for somebody else",
    "SCOPE_VIOLATION": "the token's scope does not cover what is asked",
    "REVOKED": "the token has ended",
    "REVOCATIONS_STALE": "what has ended is not known here just now",
    "TOKEN_NOT_VALID": "the broker does not know the token as valid",
    "BROKER_UNREACHABLE": "the broker has to be asked and cannot be",
}


@dataclass(frozen=True)
class Verdict:
    """The answer to a token, and its reason. True where the token is good.

    ``reason`` is None for a good token; else a code of proto/vectors/README.md, or
    ``SCOPE_VIOLATION``, ``REVOKED``, ``REVOCATIONS_STALE``, ``TOKEN_NOT_VALID`` (says the broker),
    ``BROKER_UNREACHABLE``, or the broker's where it refuses the question. ``token`` is what the
    token says, where its signatures were good.
    """

    reason: str | None
    token: VerifiedToken | None

    @property
    def valid(self) -> bool:
        """Whether the token is good for what was asked."""
        return self.reason is None

    def __bool__(self) -> bool:
        return self.reason is None

    def unwrap(self) -> VerifiedToken:
        """What the token says; raises ``AccessDeniedError`` with the reason."""
        if self.reason is not None or self.token is None:
            reason = self.reason or "TOKEN_NOT_VALID"
            raise AccessDeniedError(reason, _MESSAGES.get(reason, "the token is not good"))
        return self.token


class Verifier:
    """Verifies tokens without asking the broker, and sees a revocation at once.

        verifier = Verifier.connect()
        token = verifier.verify(text, "read:data:customer-12345")

    A token is verified once, signature by signature; then it is remembered, and a repeat costs a
    look-up, the time and the ends. Where the ends are not known, the broker is asked about each
    token; where it cannot be, nothing is good. Safe for threads.
    """

    def __init__(
        self,
        keys: BrokerKeys,
        revocations: RevocationFeed | None,
        *,
        broker: App | None = None,
        issuer: str | None = None,
        audience: str | None = None,
        leeway_seconds: float = DEFAULT_LEEWAY_SECONDS,
        staleness_seconds: float = DEFAULT_STALENESS_SECONDS,
        online: bool = False,
        cached_tokens: int = DEFAULT_CACHED_TOKENS,
        cached_characters: int = DEFAULT_CACHED_CHARACTERS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``keys`` are the broker's, ``revocations`` its stream of ends. ``broker`` is asked about
        tokens of which only it knows (limited uses, by reference), and while the ends are not
        known: when nothing was heard for ``staleness_seconds``, and until the stream has caught up.
        ``online`` asks it about every token, for critical resources.

        ``issuer`` None takes the keys' own. ``audience`` is one that every token must name.
        ``leeway_seconds`` is how far the clocks may be apart. The cache is bounded by tokens and by
        their characters.
        """
        if revocations is None and broker is None:
            raise InvalidRequestError("a verifier needs the stream of ends, or the broker, or both")
        self._chain = ChainVerifier(keys, issuer)
        self._issuer = issuer
        self._revocations = revocations
        self._broker = broker
        self._audience = audience
        self._leeway = leeway_seconds
        self._staleness = staleness_seconds
        self._asks_always = online
        self._cache = TokenCache(cached_tokens, cached_characters)
        self._clock = clock
        self._refreshing = threading.Lock()
        self._refreshed_at = time.monotonic() - _KEY_REFRESH_SECONDS

    @classmethod
    def connect(
        cls,
        socket: str | os.PathLike[str] | None = None,
        *,
        audience: str | None = None,
        leeway_seconds: float = DEFAULT_LEEWAY_SECONDS,
        staleness_seconds: float = DEFAULT_STALENESS_SECONDS,
        online: bool = False,
        timeout: float = 10.0,
    ) -> Verifier:
        """A verifier with the keys and the stream of the broker at a socket (as ``App`` takes it),
        which is also asked where only it knows."""
        broker = App(socket=socket, timeout=timeout)
        return cls(
            broker.keys(),
            RevocationFeed(broker.socket),
            broker=broker,
            audience=audience,
            leeway_seconds=leeway_seconds,
            staleness_seconds=staleness_seconds,
            online=online,
        )

    # MARK: Answers

    def verify(
        self,
        token: str,
        scope: str | None = None,
        *,
        audience: str | None = None,
        consume_use: bool = False,
    ) -> VerifiedToken:
        """What a token says, if it is good and its scope covers ``scope``.

        Raises ``AccessDeniedError`` with the reason. ``consume_use`` takes one of a limited number
        of uses; the verifier's ``broker`` must then speak for an app.
        """
        return self.check(token, scope, audience=audience, consume_use=consume_use).unwrap()

    async def verify_async(
        self,
        token: str,
        scope: str | None = None,
        *,
        audience: str | None = None,
        consume_use: bool = False,
    ) -> VerifiedToken:
        """The same in a task, which is not held up where the broker has to be asked."""
        verdict = await self.check_async(token, scope, audience=audience, consume_use=consume_use)
        return verdict.unwrap()

    def check(
        self,
        token: str,
        scope: str | None = None,
        *,
        audience: str | None = None,
        consume_use: bool = False,
    ) -> Verdict:
        """The answer to a token, and the reason; raises nothing for what a token can be."""
        verdict = self._check_here(token, scope, audience, consume_use)
        if verdict is None:
            verdict = self._ask(token, scope, audience, consume_use)
        return verdict

    async def check_async(
        self,
        token: str,
        scope: str | None = None,
        *,
        audience: str | None = None,
        consume_use: bool = False,
    ) -> Verdict:
        """The same in a task, which is not held up where the broker has to be asked."""
        verdict = self._check_here(token, scope, audience, consume_use)
        if verdict is None:
            verdict = await asyncio.to_thread(self._ask, token, scope, audience, consume_use)
        return verdict

    def close(self) -> None:
        """Stops following the ends, and closes the connection to the broker."""
        if self._revocations is not None:
            self._revocations.close()
        if self._broker is not None:
            self._broker.close()

    def __enter__(self) -> Verifier:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # MARK: What is known here

    def _check_here(
        self, text: str, scope: str | None, audience: str | None, consume_use: bool
    ) -> Verdict | None:
        """The answer, or None where only the broker can give it."""
        known = self._cache.find(text)
        now = self._clock()
        if known is None:
            try:
                token = self._chain.verify(text, now, self._leeway)
            except ChainRefusedError as refused:
                if refused.code == "FOREIGN_HEADER" and self._may_refresh_keys():
                    return None
                return Verdict(refused.code, None)
            known = KnownToken(text, token, self._leeway)
            self._cache.insert(known)
        token = known.token
        reason = known.time_refusal(now, self._leeway) or self._audience_refusal(token, audience)
        if reason is not None:
            return Verdict(reason, token)
        ended = self._has_ended(known)
        if ended:
            self._cache.discard(known)
            return Verdict("REVOKED", token)
        if scope is not None and token.lineage and not known.allows(scope):
            return Verdict("SCOPE_VIOLATION", token)
        if token.is_online or consume_use or self._asks_always or ended is None:
            if self._broker is None:
                return Verdict(
                    "BROKER_UNREACHABLE" if token.is_online else "REVOCATIONS_STALE", token
                )
            return None
        return Verdict(None, token)

    def _audience_refusal(self, token: VerifiedToken, audience: str | None) -> str | None:
        if not token.lineage:
            return None
        for wanted in (self._audience, audience):
            if wanted is not None and wanted not in token.audience:
                return "AUDIENCE_MISMATCH"
        return None

    def _has_ended(self, known: KnownToken) -> bool | None:
        """Whether the token's end was told; None where that it was not says nothing."""
        if self._revocations is None:
            return None
        ends = self._revocations.ends
        # In this order: the ends are told by another thread.
        is_current = ends.is_current(self._staleness)
        issued_at = known.token.issued_at
        if ends.has_any(known.digests) or 0 < issued_at < ends.first_issue_at:
            return True
        return False if is_current and issued_at > ends.forgotten_before else None

    # MARK: What only the broker knows

    def _ask(
        self, text: str, scope: str | None, audience: str | None, consume_use: bool
    ) -> Verdict:
        broker = self._broker
        assert broker is not None
        known = self._cache.find(text)
        try:
            if known is None:
                known = self._verify_with_new_keys(text, broker)
            token = known.token
            validation = broker.validate(
                text,
                scope=scope or (),
                audience=audience or self._audience,
                consume_use=consume_use,
                claims=token.is_reference,
            )
            if not validation:
                return Verdict("TOKEN_NOT_VALID", token)
            if token.is_reference:
                token = self._chain.resolve(token, validation.claims_json)
            # The broker looks for one audience at a time.
            refusal = self._audience_refusal(token, audience)
            return Verdict(refusal, token)
        except ChainRefusedError as refused:
            return Verdict(refused.code, None)
        except MayflyError as error:
            reason = "BROKER_UNREACHABLE"
            if isinstance(error, RefusedError) and not isinstance(error, UnavailableError):
                # The question was wrong: a scope that is none, a use for nobody's connection.
                reason = error.reason
            return Verdict(reason, known.token if known is not None else None)

    def _verify_with_new_keys(self, text: str, broker: App) -> KnownToken:
        """A token of a key that was not known when it was looked at."""
        with self._refreshing:
            if self._may_refresh_keys():
                self._refreshed_at = time.monotonic()
                self._chain = ChainVerifier(broker.keys(), self._issuer)
        token = self._chain.verify(text, self._clock(), self._leeway)
        known = KnownToken(text, token, self._leeway)
        self._cache.insert(known)
        return known

    def _may_refresh_keys(self) -> bool:
        is_due = time.monotonic() - self._refreshed_at >= _KEY_REFRESH_SECONDS
        return self._broker is not None and is_due
