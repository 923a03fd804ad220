"""A connection for tasks of one event loop."""

from __future__ import annotations

import asyncio
import select
from copy import copy

from mayfly._core.blocking import is_ready
from mayfly._core.calls import NotSentError
from mayfly._core.connection import Connection, Method, Reply
from mayfly._core.session import Session
from mayfly.errors import (
    CallTimeoutError,
    ClientClosedError,
    ConnectionFailedError,
    MayflyError,
    ProtocolViolationError,
)


class AsyncLink(asyncio.Protocol):
    """An open connection. What is sent in one turn of the loop leaves in one write."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.session: Session | None = None
        self.loop = loop
        self._core = Connection()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._outgoing: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._failure: MayflyError | None = None

    @classmethod
    async def open(cls, path: str, deadline: float) -> AsyncLink:
        """Connects; ``deadline`` is by the loop's clock, which is the monotonic one."""
        loop = asyncio.get_running_loop()
        try:
            _, link = await asyncio.wait_for(
                loop.create_unix_connection(lambda: cls(loop), path), max(deadline - loop.time(), 0)
            )
        except asyncio.TimeoutError:
            raise CallTimeoutError(f"the broker at {path} does not accept the connection") from None
        except OSError as error:
            raise ConnectionFailedError(
                f"no broker can be reached at {path}: {error.strerror or error}"
            ) from error
        return link

    def is_usable(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether a call can be tried on it in this loop."""
        if self._failure is not None or self.loop is not loop:
            return False
        if not self._core.is_idle:
            return True
        # Nothing is owed: what can be read is the end, which the loop had no turn to hear of.
        transport = self._transport
        if transport is None or is_ready(transport.get_extra_info("socket"), select.POLLIN, 0):
            self._fail(ConnectionFailedError("the connection was lost"))
        return self._failure is None

    async def call(self, method: Method, payload: bytes, deadline: float) -> bytes:
        """Sends a request and waits for the payload of its answer."""
        if self._failure is not None:
            raise NotSentError(self._failure.message)
        stream, frame = self._core.request(method, payload)
        outgoing = self._outgoing
        if not outgoing:
            self.loop.call_soon(self._flush)
        outgoing.append(frame)
        future: asyncio.Future[Reply] = self.loop.create_future()
        self._waiting[stream] = future
        timer = self.loop.call_at(deadline, self._expire, stream)
        try:
            reply = await future
        finally:
            timer.cancel()
            if self._waiting.pop(stream, None) is not None:
                self._core.abandon(stream)
        if reply.refusal is not None:
            raise reply.refusal
        return reply.payload

    def close(self) -> None:
        """Ends the connection; calls under way fail."""
        self._fail(ClientClosedError())

    def _flush(self) -> None:
        outgoing = self._outgoing
        self._outgoing = []
        if self._transport is not None and self._failure is None:
            self._transport.write(outgoing[0] if len(outgoing) == 1 else b"".join(outgoing))

    def _expire(self, stream: int) -> None:
        future = self._waiting.get(stream)
        if future is not None and not future.done():
            future.set_exception(CallTimeoutError())

    def _fail(self, error: MayflyError) -> None:
        if self._failure is not None:
            return
        self._failure = error
        # Calls that were not flushed yet fail as those that were: they left together.
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(copy(error))
        if self._transport is not None and not self.loop.is_closed():
            self._transport.abort()

    # MARK: From the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of ``asyncio.Protocol``."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Of ``asyncio.Protocol``."""
        waiting = self._waiting
        try:
            for event in self._core.receive(data):
                future = waiting.pop(event.stream, None)
                # No method that is called here answers with a stream.
                if future is not None and not future.done():
                    assert isinstance(event, Reply)
                    future.set_result(event)
        except ProtocolViolationError as error:
            self._fail(error)

    def connection_lost(self, error: Exception | None) -> None:
        """Of ``asyncio.Protocol``."""
        self._fail(ConnectionFailedError(str(error) if error else self._core.end_of_input()))
