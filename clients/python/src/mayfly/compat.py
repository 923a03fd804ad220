"""The names of AgentWrit's Python client, on a Mayfly broker.

Code that was written for it moves by changing the import and the URL::

    from mayfly.compat import AgentWritApp

    app = AgentWritApp("unix:///run/mayfly/agent.sock", client_id, client_secret)

What is different follows from where it runs: there is no HTTP, so ``problem.type``, ``instance``
and ``request_id`` are made here; an agent keeps its own key, with which it renews and delegates;
and what a broker decides at once, as a delegation's lifetime within its parent's, it decides here,
too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from mayfly import scopes
from mayfly._core.hop import unverified_claims
from mayfly.app import Agent as MayflyAgent
from mayfly.app import App
from mayfly.errors import (
    CallTimeoutError,
    ClientClosedError,
    ConnectionFailedError,
    InvalidRequestError,
    MayflyError,
    OutcomeUnknownError,
    ProtocolViolationError,
    RefusedError,
)
from mayfly.keys import AgentKey

__all__ = [
    "Agent",
    "AgentClaims",
    "AgentWritApp",
    "AgentWritError",
    "AuthenticationError",
    "AuthorizationError",
    "CryptoError",
    "DelegatedToken",
    "DelegationRecord",
    "HealthStatus",
    "ProblemDetail",
    "ProblemResponseError",
    "RateLimitError",
    "RegisterResult",
    "TransportError",
    "ValidateResult",
    "scope_is_subset",
    "validate",
]

# As there.
_DEFAULT_DELEGATION_SECONDS = 60
_DEFAULT_TIMEOUT_SECONDS = 10.0


# MARK: Errors


@dataclass(frozen=True)
class ProblemDetail:
    """What is known of a refusal, in the form of RFC 7807."""

    type: str
    title: str
    detail: str
    instance: str
    status: int | None = None
    error_code: str | None = None
    request_id: str | None = None
    hint: str | None = None


class AgentWritError(Exception):
    """The base of all errors."""


class ProblemResponseError(AgentWritError):
    """The broker refused; ``problem`` says what, ``status_code`` as HTTP would have it. The
    ``RefusedError`` is its ``__cause__``."""

    def __init__(self, problem: ProblemDetail, status_code: int) -> None:
        super().__init__(f"{problem.title}: {problem.detail}")
        self.problem = problem
        self.status_code = status_code


class AuthenticationError(ProblemResponseError):
    """401: the client id and the secret, or a token, are not good."""


class AuthorizationError(ProblemResponseError):
    """403: more than the ceiling, or the delegator's scope, allows."""


class RateLimitError(ProblemResponseError):
    """429: a limit is reached."""


class TransportError(AgentWritError):
    """The broker cannot be reached, or did not answer."""


class CryptoError(AgentWritError):
    """A key cannot be used."""


# As AgentWrit answers where it has a word for it; else the reason in lower case.
_ERROR_CODES = {
    "SCOPE_VIOLATION": "scope_violation",
    "SCOPE_RESERVED": "scope_violation",
    "DEPTH_EXCEEDED": "forbidden",
    "TOKEN_NOT_VALID": "unauthorized",
    "CREDENTIALS_INVALID": "unauthorized",
    "DELEGATE_UNKNOWN": "not_found",
    "ATTEMPTS_EXHAUSTED": "rate_limited",
}

_STATUS_CODES: dict[str, tuple[int, str, type[ProblemResponseError]]] = {
    "UNAUTHENTICATED": (401, "Unauthorized", AuthenticationError),
    "PERMISSION_DENIED": (403, "Forbidden", AuthorizationError),
    "RESOURCE_EXHAUSTED": (429, "Too Many Requests", RateLimitError),
    "INVALID_ARGUMENT": (400, "Bad Request", ProblemResponseError),
    "NOT_FOUND": (404, "Not Found", ProblemResponseError),
    "ALREADY_EXISTS": (409, "Conflict", ProblemResponseError),
    "FAILED_PRECONDITION": (409, "Conflict", ProblemResponseError),
    "UNAVAILABLE": (503, "Service Unavailable", ProblemResponseError),
    "UNIMPLEMENTED": (501, "Not Implemented", ProblemResponseError),
}


@contextmanager
def _translated(instance: str) -> Iterator[None]:
    """Raises what AgentWrit's client would have raised."""
    try:
        yield
    except RefusedError as refused:
        status, title, kind = _STATUS_CODES.get(
            refused.status, (500, "Internal Server Error", ProblemResponseError)
        )
        code = _ERROR_CODES.get(refused.reason, refused.reason.lower())
        problem = ProblemDetail(
            type=f"urn:agentwrit:error:{code}",
            title=title,
            detail=refused.message,
            instance=instance,
            status=status,
            error_code=code,
        )
        raise kind(problem, status) from refused
    except (
        ConnectionFailedError,
        CallTimeoutError,
        OutcomeUnknownError,
        ProtocolViolationError,
        ClientClosedError,
    ) as error:
        raise TransportError(str(error)) from error
    except InvalidRequestError as error:
        problem = ProblemDetail(
            type="urn:agentwrit:error:invalid_request",
            title="Bad Request",
            detail=error.message,
            instance=instance,
            status=400,
            error_code="invalid_request",
        )
        raise ProblemResponseError(problem, 400) from error
    except MayflyError as error:
        raise AgentWritError(str(error)) from error


# MARK: Answers


@dataclass(frozen=True)
class DelegationRecord:
    """One step of a delegation: who passed on authority, what it held, and when."""

    agent: str
    scope: list[str]
    delegated_at: str


@dataclass(frozen=True)
class AgentClaims:
    """What a token says."""

    iss: str
    sub: str
    aud: list[str]
    exp: int
    nbf: int
    iat: int
    jti: str
    scope: list[str]
    task_id: str
    orch_id: str
    sid: str | None = None
    delegation_chain: list[DelegationRecord] | None = None
    chain_hash: str | None = None


@dataclass(frozen=True)
class ValidateResult:
    """Whether a token is valid, and what it says."""

    valid: bool
    claims: AgentClaims | None = None
    error: str | None = None


@dataclass(frozen=True)
class DelegatedToken:
    """A token that a delegate gets."""

    access_token: str
    expires_in: int
    delegation_chain: list[DelegationRecord]


@dataclass(frozen=True)
class RegisterResult:
    """Of a registration."""

    agent_id: str
    access_token: str
    expires_in: int


@dataclass(frozen=True)
class HealthStatus:
    """That the broker answers. What else AgentWrit tells everyone, Mayfly tells the operator only
    (``mayfly status``): ``version`` is empty, ``uptime`` and ``audit_events_count`` are 0."""

    status: str
    version: str
    uptime: int
    db_connected: bool
    audit_events_count: int


# MARK: Apps and agents


class RawPrivateKey(Protocol):
    """An Ed25519 private key as the package ``cryptography`` has it."""

    def private_bytes_raw(self) -> bytes:
        """The 32 bytes of RFC 8032."""
        ...


class AgentWritApp:
    """An app, which creates agents and validates tokens."""

    def __init__(
        self,
        broker_url: str,
        client_id: str,
        client_secret: str,
        *,
        timeout: float = _DEFAULT_TIMEOUT_SECONDS,
        user_agent: str | None = None,
    ) -> None:
        """``broker_url`` is ``unix:///path`` of the broker's agent socket. Nothing is connected
        yet; ``user_agent`` says nothing on a Unix socket."""
        self.broker_url = broker_url
        self.client_id = client_id
        self.client_secret = client_secret
        self.timeout = timeout
        self.user_agent = user_agent
        self._app = App(
            socket=broker_url, client_id=client_id, client_secret=client_secret, timeout=timeout
        )

    def create_agent(
        self,
        orch_id: str,
        task_id: str,
        requested_scope: list[str],
        *,
        private_key: RawPrivateKey | AgentKey | bytes | None = None,
        max_ttl: int = 300,
        label: str | None = None,
    ) -> Agent:
        """Spawns an agent whose tokens live for ``max_ttl`` seconds, and which can be renewed for
        as long as the app's agents may live. ``label`` is not needed, as there is no launch token
        in between."""
        with _translated("/v1/register"):
            spawned = self._app.spawn(
                orch=orch_id,
                task=task_id,
                scope=requested_scope,
                ttl=max_ttl,
                # As there: a token lives for max_ttl, and can be renewed again and again.
                renewable_for="longest",
                key=_key(private_key),
            )
        return Agent(self, spawned)

    def validate(self, token: str) -> ValidateResult:
        """Whether a token is valid at this moment."""
        with _translated("/v1/token/validate"):
            return _validated(self._app, token)

    def health(self) -> HealthStatus:
        """Asks the broker for its keys, which anybody may; raises ``TransportError`` where it does
        not answer."""
        with _translated("/v1/health"):
            self._app.keys()
        return HealthStatus("ok", "", 0, True, 0)

    def close(self) -> None:
        """Ends the connection."""
        self._app.close()


class Agent:
    """One running agent of an app."""

    def __init__(self, app: AgentWritApp, agent: MayflyAgent) -> None:
        self._app = app
        self._agent = agent
        self.agent_id = agent.agent_id
        self.access_token = agent.token
        self.expires_in = _seconds_until(agent.expires_at)
        self.scope = list(agent.scope)
        self.task_id = agent.task
        self.orch_id = agent.orch

    @property
    def bearer_header(self) -> dict[str, str]:
        """The header that presents the token."""
        return {"Authorization": f"Bearer {self.access_token}"}

    def renew(self) -> None:
        """A new token in place; the old one is dead first."""
        self._check_live("renewed")
        with _translated("/v1/token/renew"):
            self._agent.renew()
        self.access_token = self._agent.token
        self.expires_in = _seconds_until(self._agent.expires_at)

    def release(self) -> None:
        """Ends the agent; again is nothing."""
        if self._agent.is_released:
            return
        with _translated("/v1/token/release"):
            self._agent.release()

    def delegate(
        self, delegate_to: str, scope: list[str], *, ttl: int | None = None
    ) -> DelegatedToken:
        """A narrower token for another live agent, for ``ttl`` seconds, 60 where None, and no
        longer than this agent's own."""
        self._check_live("delegate")
        left = max(_seconds_until(self._agent.expires_at), 1)
        with _translated("/v1/delegate"):
            part = self._agent.delegate(
                to=delegate_to,
                scope=scope,
                lifetime=min(ttl or _DEFAULT_DELEGATION_SECONDS, left),
            )
        chain = unverified_claims(part.token).get("delegation_chain", [])
        return DelegatedToken(
            part.token, _seconds_until(part.expires_at), [_record(hop) for hop in chain]
        )

    def _check_live(self, what: str) -> None:
        if self._agent.is_released:
            raise AgentWritError(f"agent has been released and cannot be {what}")

    def __repr__(self) -> str:
        return (
            f"Agent(agent_id={self.agent_id!r}, orch_id={self.orch_id!r}, task_id={self.task_id!r})"
        )


def validate(
    broker_url: str, token: str, *, timeout: float = _DEFAULT_TIMEOUT_SECONDS
) -> ValidateResult:
    """Whether a token is valid at this moment; anybody on the host may ask."""
    with App(socket=broker_url, timeout=timeout) as app, _translated("/v1/token/validate"):
        return _validated(app, token)


def scope_is_subset(requested: list[str], allowed: list[str]) -> bool:
    """Whether every requested scope is covered by one that is allowed."""
    return scopes.all_covered(requested, allowed)


# MARK: From one to the other


def _validated(app: App, token: str) -> ValidateResult:
    validation = app.validate(token)
    if not validation:
        return ValidateResult(valid=False, error="token is invalid or expired")
    claims = validation.claims
    chain = claims.get("delegation_chain")
    return ValidateResult(
        valid=True,
        claims=AgentClaims(
            iss=claims["iss"],
            sub=claims["sub"],
            aud=claims.get("aud", []),
            exp=claims["exp"],
            nbf=claims["nbf"],
            iat=claims["iat"],
            jti=claims["jti"],
            scope=claims["scope"],
            task_id=claims["task_id"],
            orch_id=claims["orch_id"],
            delegation_chain=[_record(hop) for hop in chain] if chain else None,
            chain_hash=claims.get("chain_hash"),
        ),
    )


def _record(hop: str) -> DelegationRecord:
    """A hop, which the broker has verified, in AgentWrit's words."""
    payload = unverified_claims(hop)
    issued_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(payload["iat"]))
    return DelegationRecord(payload["delegator"], payload["held"], issued_at)


def _key(private_key: RawPrivateKey | AgentKey | bytes | None) -> AgentKey | None:
    if private_key is None or isinstance(private_key, AgentKey):
        return private_key
    try:
        seed = private_key if isinstance(private_key, bytes) else private_key.private_bytes_raw()
        return AgentKey(seed)
    except (AttributeError, ValueError) as error:
        raise CryptoError(f"not an Ed25519 private key: {error}") from error


def _seconds_until(moment: int) -> int:
    return max(round(moment - time.time()), 0)
