"""A connection for threads: any number of them call at once, and one of those that wait reads for
all. There is no thread of its own."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import deque
from copy import copy
from typing import Protocol

from mayfly._core.calls import NotSentError
from mayfly._core.connection import Connection, Event, Method, Reply
from mayfly._core.session import Session
from mayfly.errors import (
    CallTimeoutError,
    ClientClosedError,
    ConnectionFailedError,
    MayflyError,
    ProtocolViolationError,
)

_CHUNK_BYTES = 256 * 1024


class BlockingLink:
    """An open connection."""

    def __init__(self, path: str, deadline: float) -> None:
        self.session: Session | None = None
        self._core = Connection()
        self._answers: dict[int, deque[Event]] = {}
        # Guards all but the socket; whoever has it never waits for the peer.
        self._changed = threading.Condition(threading.Lock())
        # Requests leave in the order of their streams.
        self._sending = threading.Lock()
        self._is_reading = False
        self._failure: MayflyError | None = None
        self._socket = _connect(path, deadline)

    def is_usable(self) -> bool:
        """Whether a call can be tried on it."""
        if self._failure is not None:
            return False
        with self._changed:
            if self._is_reading or self._answers:
                return True
            # Nothing is owed: what can be read is the end, or a fault.
            if is_ready(self._socket, select.POLLIN, 0):
                data = self._receive_now()
                if data is not None:
                    self._handle(data)
            return self._failure is None

    def call(self, method: Method, payload: bytes, deadline: float) -> bytes:
        """Sends a request and waits for the payload of its answer."""
        event = self.next_event(self.begin(method, payload, deadline), deadline)
        # The connection lets no stream data pass for a method that answers once.
        assert isinstance(event, Reply)
        if event.refusal is not None:
            raise event.refusal
        return event.payload

    def begin(self, method: Method, payload: bytes, deadline: float) -> int:
        """Sends a request; gives the stream on which it is answered."""
        with self._sending:
            with self._changed:
                if self._failure is not None:
                    raise NotSentError(self._failure.message)
                stream, frame = self._core.request(method, payload)
                self._answers[stream] = deque()
            try:
                self._send(frame, deadline)
            except BaseException:
                # A frame of which only a part left ends the connection.
                self._break(ConnectionFailedError("a request was not sent to its end"))
                with self._changed:
                    del self._answers[stream]
                raise
        return stream

    def next_event(self, stream: int, deadline: float) -> Event:
        """The next answer on a stream; raises ``CallTimeoutError``, after which none is
        expected."""
        try:
            while True:
                with self._changed:
                    event = self._take(stream, deadline)
                    if event is not None:
                        return event
                    self._is_reading = True
                self._read(deadline)
        except BaseException:
            # Also where the thread is interrupted: what comes now nobody waits for.
            with self._changed:
                if self._answers.pop(stream, None) is not None:
                    self._core.abandon(stream)
            raise

    def close(self) -> None:
        """Ends the connection; calls under way fail."""
        with self._changed:
            self._fail(ClientClosedError())
            self._changed.notify_all()
        self._close_socket()

    def forget(self) -> None:
        """Lets go of the parent's connection in a child, which the parent goes on using."""
        self._socket.close()

    # MARK: With the lock

    def _take(self, stream: int, deadline: float) -> Event | None:
        """What has come on a stream; None where the caller is to read."""
        answers = self._answers[stream]
        while not answers:
            if self._failure is not None:
                raise copy(self._failure)
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise CallTimeoutError
            if not self._is_reading:
                return None
            self._changed.wait(rest)
        event = answers.popleft()
        if isinstance(event, Reply):
            del self._answers[stream]
        return event

    def _handle(self, data: bytes) -> None:
        if not data:
            self._fail(ConnectionFailedError(self._core.end_of_input()))
            return
        try:
            for event in self._core.receive(data):
                answers = self._answers.get(event.stream)
                if answers is not None:
                    answers.append(event)
        except ProtocolViolationError as error:
            self._fail(error)

    def _fail(self, error: MayflyError) -> None:
        if self._failure is not None:
            return
        self._failure = error
        try:
            # Wakes who reads or sends; the descriptor stays until nobody uses it.
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It is gone already.
            return

    # MARK: The socket

    def _close_socket(self) -> None:
        with self._sending, self._changed:
            if not self._is_reading:
                self._socket.close()

    def _read(self, deadline: float) -> None:
        """Reads for all who wait, once."""
        data: bytes | None = None
        try:
            if is_ready(self._socket, select.POLLIN, deadline - time.monotonic()):
                data = self._receive_now()
        finally:
            with self._changed:
                self._is_reading = False
                if data is not None:
                    self._handle(data)
                self._changed.notify_all()
            if self._failure is not None:
                self._close_socket()

    def _receive_now(self) -> bytes | None:
        """What is there, None where that is nothing; no bytes are the end."""
        try:
            return self._socket.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _send(self, frame: bytes, deadline: float) -> None:
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                if is_ready(self._socket, select.POLLOUT, deadline - time.monotonic()):
                    continue
                self._break(CallTimeoutError("the broker does not take the request"))
                raise CallTimeoutError("the broker does not take the request") from None
            except OSError as error:
                failure = ConnectionFailedError(f"the connection was lost: {error.strerror}")
                self._break(failure)
                if len(rest) == len(frame):
                    raise NotSentError(failure.message) from error
                raise copy(failure) from error

    def _break(self, error: MayflyError) -> None:
        with self._changed:
            self._fail(error)
            self._changed.notify_all()


def _connect(path: str, deadline: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        # A full backlog blocks the connect until then.
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        connection.connect(path)
        connection.setblocking(False)
    except TimeoutError:
        connection.close()
        raise CallTimeoutError(f"the broker at {path} does not accept the connection") from None
    except OSError as error:
        connection.close()
        raise ConnectionFailedError(
            f"no broker can be reached at {path}: {error.strerror or error}"
        ) from error
    return connection


class SelectableSocket(Protocol):
    """What has a descriptor."""

    def fileno(self) -> int:
        """It, or -1 where it is closed."""
        ...


def is_ready(connection: SelectableSocket, events: int, seconds: float) -> bool:
    """Waits until there is something of ``events``, or ``seconds`` have passed."""
    if connection.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), events)
    return bool(poll.poll(max(seconds, 0) * 1000))
