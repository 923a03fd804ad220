"""Everything that a call can end with instead of an answer.

Every error has a ``code`` that programs compare: the broker's reason for a refusal
(``SCOPE_VIOLATION``; proto/PROTOCOL.md lists them all), or one of ``CONNECTION_FAILED``,
``OUTCOME_UNKNOWN``, ``TIMEOUT``, ``PROTOCOL_VIOLATION``, ``INVALID_REQUEST`` and ``CLIENT_CLOSED``.
The sentence is for a developer and may change.
"""

from __future__ import annotations

from collections.abc import Mapping


class MayflyError(Exception):
    """The base of all errors of this package."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class RefusedError(MayflyError):
    """The broker understood the request, decided against it, and changed nothing.

    ``status`` is the gRPC code in upper case (``PERMISSION_DENIED``), ``reason`` the stable reason,
    the same as ``code``; ``metadata`` is what goes with it, mostly empty. The subclasses follow the
    status, so that a reason of a later broker is still caught by what it means.
    """

    def __init__(
        self,
        status: str,
        reason: str,
        message: str,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason or status, message)
        self.status = status
        self.reason = reason or status
        self.metadata: dict[str, str] = dict(metadata or {})

    def __reduce__(self) -> tuple[type[RefusedError], tuple[str, str, str, dict[str, str]]]:
        return type(self), (self.status, self.reason, self.message, self.metadata)


class InvalidArgumentError(RefusedError):
    """Something in the request is not in its form: an identifier, a scope, a lifetime."""


class UnauthenticatedError(RefusedError):
    """A proof, a secret or a token is not good."""


class TokenNotValidError(UnauthenticatedError):
    """The token is not the current token of a live grant; only the audit says why."""


class PermissionDeniedError(RefusedError):
    """More was asked for than the app or the agent may have."""


class ScopeViolationError(PermissionDeniedError):
    """A scope that the ceiling, or the delegator's scope, does not cover."""


class NotFoundError(RefusedError):
    """There is no live agent, app or record of this name."""


class AlreadyExistsError(RefusedError):
    """A live agent holds the public key, or an app has the name."""


class FailedPreconditionError(RefusedError):
    """Not as things are now, for example a narrowed renewal of a grant with children."""


class ResourceExhaustedError(RefusedError):
    """A limit is reached."""


class UnavailableError(RefusedError):
    """The broker does not issue or answer just now, for example because it shuts down."""


class UnimplementedError(RefusedError):
    """This broker does not serve the method."""


class ConnectionFailedError(MayflyError, ConnectionError):
    """There is no broker at the socket, or the connection was lost."""

    def __init__(self, message: str) -> None:
        super().__init__("CONNECTION_FAILED", message)

    def __reduce__(self) -> tuple[type[ConnectionFailedError], tuple[str]]:
        return type(self), (self.message,)


class CallTimeoutError(MayflyError, TimeoutError):
    """No answer within the time that the call allows."""

    def __init__(self, message: str = "the broker did not answer in time") -> None:
        super().__init__("TIMEOUT", message)

    def __reduce__(self) -> tuple[type[CallTimeoutError], tuple[str]]:
        return type(self), (self.message,)


class ProtocolViolationError(MayflyError):
    """What came from the other end is not what a broker sends."""

    def __init__(self, message: str) -> None:
        super().__init__("PROTOCOL_VIOLATION", message)

    def __reduce__(self) -> tuple[type[ProtocolViolationError], tuple[str]]:
        return type(self), (self.message,)


class OutcomeUnknownError(MayflyError):
    """The answer to a call that must not be repeated was lost: nobody here can say whether it was
    carried out. ``__cause__`` is what happened to the answer.

    After a lost spawn an agent may live, until its token expires, of which the caller knows
    nothing: spawn again, or look for it with ``App.grants``.
    """

    def __init__(self, message: str) -> None:
        super().__init__("OUTCOME_UNKNOWN", message)

    def __reduce__(self) -> tuple[type[OutcomeUnknownError], tuple[str]]:
        return type(self), (self.message,)


class InvalidRequestError(MayflyError, ValueError):
    """The request cannot be sent as it is; nothing was sent."""

    def __init__(self, message: str) -> None:
        super().__init__("INVALID_REQUEST", message)

    def __reduce__(self) -> tuple[type[InvalidRequestError], tuple[str]]:
        return type(self), (self.message,)


class ClientClosedError(MayflyError):
    """The client was closed."""

    def __init__(self) -> None:
        super().__init__("CLIENT_CLOSED", "the client is closed")

    def __reduce__(self) -> tuple[type[ClientClosedError], tuple[()]]:
        return type(self), ()


class AccessDeniedError(MayflyError, PermissionError):
    """Refused on this side, before anything was touched: nobody acts, or not with this scope.

    ``reason`` is ``NO_AUTHORITY``, ``SCOPE_VIOLATION``, ``RELEASED`` or one of a verifier's
    (``EXPIRED``, ``REVOKED``, …); ``scope`` is what was wanted, where it was a scope.
    """

    def __init__(self, reason: str, message: str, scope: str | None = None) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.scope = scope

    def __reduce__(self) -> tuple[type[AccessDeniedError], tuple[str, str, str | None]]:
        return type(self), (self.reason, self.message, self.scope)


_BY_REASON: dict[str, type[RefusedError]] = {
    "SCOPE_VIOLATION": ScopeViolationError,
    "TOKEN_NOT_VALID": TokenNotValidError,
}

# https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
_STATUSES: dict[int, tuple[str, type[RefusedError]]] = {
    1: ("CANCELLED", RefusedError),
    2: ("UNKNOWN", RefusedError),
    3: ("INVALID_ARGUMENT", InvalidArgumentError),
    4: ("DEADLINE_EXCEEDED", RefusedError),
    5: ("NOT_FOUND", NotFoundError),
    6: ("ALREADY_EXISTS", AlreadyExistsError),
    7: ("PERMISSION_DENIED", PermissionDeniedError),
    8: ("RESOURCE_EXHAUSTED", ResourceExhaustedError),
    9: ("FAILED_PRECONDITION", FailedPreconditionError),
    10: ("ABORTED", RefusedError),
    11: ("OUT_OF_RANGE", RefusedError),
    12: ("UNIMPLEMENTED", UnimplementedError),
    13: ("INTERNAL", RefusedError),
    14: ("UNAVAILABLE", UnavailableError),
    15: ("DATA_LOSS", RefusedError),
    16: ("UNAUTHENTICATED", UnauthenticatedError),
}


def refusal(
    code: int, reason: str, message: str, metadata: Mapping[str, str] | None = None
) -> RefusedError:
    """The error for a ``google.rpc.Status`` that is not OK."""
    status, kind = _STATUSES.get(code, ("UNKNOWN", RefusedError))
    return _BY_REASON.get(reason, kind)(status, reason, message, metadata)
