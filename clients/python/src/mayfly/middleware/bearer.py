"""What the middlewares have in common: RFC 6750."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import TypeVar

from mayfly.errors import AccessDeniedError
from mayfly.verification.verifier import Verdict

_log = logging.getLogger("mayfly.middleware")

Element = TypeVar("Element")

# What is not the token's fault.
_NOT_NOW = frozenset({"REVOCATIONS_STALE", "BROKER_UNREACHABLE"})


@dataclass(frozen=True)
class HTTPRefusal:
    """An answer in place of the application's."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def bearer_token(values: Sequence[str]) -> str | None:
    """The token in the values of the ``Authorization`` headers; None unless there is exactly one,
    with the scheme ``Bearer``."""
    if len(values) != 1:
        return None
    scheme, _, token = values[0].partition(" ")
    token = token.strip(" ")
    return token if scheme.lower() == "bearer" and token and " " not in token else None


def no_token(realm: str) -> HTTPRefusal:
    """401, without an error: nobody said anything wrong yet."""
    return _refusal(401, "Unauthorized", f'Bearer realm="{realm}"', "token_missing")


def not_verified(verdict: Verdict, realm: str) -> HTTPRefusal:
    """401 for a token that is not good; 503 where that cannot be said just now.

    The answer does not say why, as the broker's would not; the log does.
    """
    agent = verdict.token.agent_id if verdict.token is not None else "?"
    _log.info("refused a token of %s: %s", agent, verdict.reason)
    if verdict.reason in _NOT_NOW:
        return _refusal(503, "Service Unavailable", None, "temporarily_unavailable")
    challenge = f'Bearer realm="{realm}", error="invalid_token"'
    return _refusal(401, "Unauthorized", challenge, "invalid_token")


def denied(error: AccessDeniedError, realm: str) -> HTTPRefusal:
    """403 for a token that is good, but not for this."""
    _log.info("%s", error)
    challenge = f'Bearer realm="{realm}", error="insufficient_scope"'
    if error.scope is not None and error.scope.isascii():
        challenge += f', scope="{error.scope}"'
    return _refusal(403, "Forbidden", challenge, "insufficient_scope", error.scope)


def _refusal(
    status: int, phrase: str, challenge: str | None, error: str, scope: str | None = None
) -> HTTPRefusal:
    problem: dict[str, object] = {"title": phrase, "status": status, "error": error}
    if scope is not None:
        problem["scope"] = scope
    body = json.dumps(problem).encode()
    headers = [
        ("content-type", "application/problem+json"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
    ]
    if challenge is not None:
        headers.append(("www-authenticate", challenge))
    if status == 503:
        headers.append(("retry-after", "1"))
    return HTTPRefusal(status, phrase, tuple(headers), body)


def confined(context: Context, iterator: Iterator[Element]) -> Iterator[Element]:
    """An iterator whose every step runs in a context: what it sets is not seen outside, and stays
    from step to step, whichever thread takes it."""
    end = object()
    try:
        while (element := context.run(next, iterator, end)) is not end:
            yield element  # type: ignore[misc]
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            context.run(close)
