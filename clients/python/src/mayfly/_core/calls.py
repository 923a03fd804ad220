"""What a front is asked to do, and how one call is carried out, repeated or given up."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeVar

from google.protobuf.message import DecodeError, Message

from mayfly._core.connection import Method
from mayfly._core.methods import AUTHENTICATE, CHALLENGE
from mayfly._core.session import Session
from mayfly._generated import agents_pb2, apps_pb2
from mayfly.errors import (
    CallTimeoutError,
    ConnectionFailedError,
    InvalidRequestError,
    OutcomeUnknownError,
    ProtocolViolationError,
)

Answer = TypeVar("Answer", bound=Message)
Result = TypeVar("Result")


class Link(Protocol):
    """A connection that a front holds open."""

    session: Session | None


@dataclass(frozen=True)
class Connect:
    """To do: give a connection that is open and has said who it speaks for. Its result is a
    link."""

    deadline: float


@dataclass(frozen=True)
class Exchange:
    """To do: send a request and wait for its answer's payload."""

    link: Link
    method: Method
    payload: bytes
    deadline: float


Effect = Connect | Exchange
# What is to be done is yielded, what came of it is sent back or thrown in.
Steps = Generator[Effect, Any, Result]


class NotSentError(ConnectionFailedError):
    """The connection was lost before anything of the request left."""


class Proof(Enum):
    """What a call needs of its connection."""

    NONE = auto()
    # A challenge, from whenever it is.
    CHALLENGE = auto()
    # A challenge that was asked for just before, for one registration.
    FRESH_CHALLENGE = auto()


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """One call. ``build`` makes the request's bytes for one connection: a proof is worth nothing on
    another."""

    method: Method
    answer: type[Answer]
    build: Callable[[Session | None], bytes]
    # Whether it may be sent twice: nothing happens the second time, or the same.
    repeatable: bool
    proof: Proof = Proof.NONE


def call(
    method: Method, answer: type[Answer], request: Message, *, repeatable: bool
) -> Call[Answer]:
    """A call that needs no proof."""
    payload = request.SerializeToString()
    return Call(method, answer, lambda _: payload, repeatable)


def proven(
    method: Method,
    answer: type[Answer],
    build: Callable[[Session], bytes],
    *,
    repeatable: bool,
    proof: Proof = Proof.CHALLENGE,
) -> Call[Answer]:
    """A call that is proven over its connection's challenge."""

    def build_on(session: Session | None) -> bytes:
        assert session is not None
        return build(session)

    return Call(method, answer, build_on, repeatable, proof)


def perform(call: Call[Answer], timeout: float) -> Steps[Answer]:
    """Carries out a call within ``timeout`` seconds.

    What may be repeated is sent once more where the connection is lost under it; so is what was not
    sent at all. Of all else the outcome is unknown once it was sent and has no answer.
    """
    deadline = time.monotonic() + timeout
    is_first = True
    while True:
        try:
            link: Link = yield Connect(deadline)
            session = link.session
            if call.proof is Proof.FRESH_CHALLENGE or (
                session is None and call.proof is Proof.CHALLENGE
            ):
                session = yield from _challenge(link, deadline)
            request = call.build(session)
        except ConnectionFailedError:
            if not is_first:
                raise
            is_first = False
            continue
        try:
            payload: bytes = yield Exchange(link, call.method, request, deadline)
            return read(call.answer, payload)
        except ConnectionFailedError as error:
            if is_first and (call.repeatable or isinstance(error, NotSentError)):
                is_first = False
                continue
            if call.repeatable or isinstance(error, NotSentError):
                raise
            raise _unknown(call.method) from error
        except (CallTimeoutError, ProtocolViolationError) as error:
            if call.repeatable:
                raise
            raise _unknown(call.method) from error


def _unknown(method: Method) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"the answer to {method.name} was lost, and it may have been carried out"
    )


def read(kind: type[Answer], payload: bytes) -> Answer:
    """The message in an answer."""
    try:
        return kind.FromString(payload)
    except DecodeError as error:
        raise ProtocolViolationError(f"an answer that is no {kind.DESCRIPTOR.name}") from error


def _challenge(link: Link, deadline: float) -> Steps[Session]:
    payload: bytes = yield Exchange(link, CHALLENGE, b"", deadline)
    response = read(agents_pb2.ChallengeResponse, payload)
    session = link.session
    if session is None:
        # Where two calls asked at once, the first answer stays: the numbers must not begin anew.
        session = Session(response.challenge, response.issuer, response.now_milliseconds)
        link.session = session
    elif session.challenge != response.challenge:
        raise ProtocolViolationError("a connection's challenge changed")
    else:
        session.set_clock(response.now_milliseconds)
    return session


@dataclass(frozen=True)
class Identity:
    """Whom connections speak for: an app by this process's uid, or by a client id and its
    secret."""

    app: str = ""
    client_id: str = ""
    client_secret: str = ""

    def __post_init__(self) -> None:
        if bool(self.client_id) != bool(self.client_secret):
            raise InvalidRequestError("a client id and its secret go together")
        if self.app and self.client_id:
            raise InvalidRequestError("name the app, or give its client id and secret; not both")

    @property
    def is_anybody(self) -> bool:
        """Whether connections speak for no app."""
        return not self.app and not self.client_id

    def __repr__(self) -> str:
        return f"Identity({self.app or self.client_id!r})"


def introduce(identity: Identity, link: Link, deadline: float) -> Steps[None]:
    """Says on a new connection whom it speaks for."""
    if identity.is_anybody:
        return
    request = apps_pb2.AuthenticateRequest(
        app=identity.app, client_id=identity.client_id, client_secret=identity.client_secret
    )
    payload: bytes = yield Exchange(link, AUTHENTICATE, request.SerializeToString(), deadline)
    response = read(apps_pb2.AuthenticateResponse, payload)
    link.session = Session(
        response.challenge, response.issuer, response.now_milliseconds, response.max_ttl_seconds
    )
