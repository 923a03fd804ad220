"""One connection to a broker without its socket: calls in, bytes out; bytes in, answers out.

ttrpc 1.2 as proto/PROTOCOL.md has it, "Framing". Whatever a peer sends is an event or a
``ProtocolViolationError``, after which the connection is of no use.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from google.protobuf.message import DecodeError

from mayfly._generated import error_details_pb2, status_pb2, ttrpc_pb2
from mayfly.errors import InvalidRequestError, ProtocolViolationError, RefusedError, refusal

HEADER_BYTES = 10
# Of one frame, without its header: the most that a broker sends, and the most that it takes.
MAXIMUM_INBOUND_BYTES = 4 * 1024 * 1024
MAXIMUM_OUTBOUND_BYTES = 1024 * 1024

_REQUEST = 1
_RESPONSE = 2
_DATA = 3
_REMOTE_CLOSED = 1
_MAXIMUM_STREAM = 2**32 - 1

_DOMAIN = "mayfly"
_ERROR_INFO = "google.rpc.ErrorInfo"

_header = struct.Struct(">IIBB")


@dataclass(frozen=True)
class Method:
    """A method of the contract: its service's full name, its own, and what kind of answer it
    has."""

    service: str
    name: str
    streams: bool = False

    def __str__(self) -> str:
        return f"{self.service}/{self.name}"


class Reply(NamedTuple):
    """The answer to a call: its payload, or the refusal."""

    stream: int
    payload: bytes
    refusal: RefusedError | None


class Item(NamedTuple):
    """One message of a stream."""

    stream: int
    payload: bytes


Event = Reply | Item


class Connection:
    """The state of one connection. Not safe for threads: a front has the lock."""

    def __init__(self) -> None:
        self._next_stream = 1
        # What a stream is owed: True for a stream of messages, False for one answer. What nobody
        # waits for any more stays here until the broker has answered it, and is dropped then.
        self._open: dict[int, bool] = {}
        self._abandoned: set[int] = set()
        self._received = bytearray()

    @property
    def is_idle(self) -> bool:
        """Whether the broker owes no answer, not even one that nobody waits for any more."""
        return not self._open

    def request(self, method: Method, payload: bytes) -> tuple[int, bytes]:
        """Begins a call: its stream, and the frame that is to be sent before that of any later
        call."""
        stream = self._next_stream
        if stream > _MAXIMUM_STREAM:
            raise ProtocolViolationError("the connection has no stream left")
        data = ttrpc_pb2.Request(
            service=method.service, method=method.name, payload=payload
        ).SerializeToString()
        if len(data) > MAXIMUM_OUTBOUND_BYTES:
            raise InvalidRequestError(f"a request of {len(data)} bytes is more than a broker takes")
        self._next_stream = stream + 2
        self._open[stream] = method.streams
        flags = _REMOTE_CLOSED if method.streams else 0
        return stream, _header.pack(len(data), stream, _REQUEST, flags) + data

    def abandon(self, stream: int) -> None:
        """Nobody waits for this answer any more; it is dropped when it comes."""
        if stream in self._open:
            self._abandoned.add(stream)

    def receive(self, data: bytes) -> Iterator[Event]:
        """Takes bytes as they came and gives what they complete, to its end; what stands before a
        violation is given before it is raised."""
        received = self._received
        if received:
            received += data
            view: bytes | bytearray = received
        else:
            view = data
        place = 0
        end = len(view)
        while end - place >= HEADER_BYTES:
            length, stream, kind, flags = _header.unpack_from(view, place)
            if length > MAXIMUM_INBOUND_BYTES:
                raise ProtocolViolationError(f"a frame of {length} bytes is over the limit")
            self._check(stream, kind, flags)
            start = place + HEADER_BYTES
            if end - start < length:
                break
            place = start + length
            event = self._frame(stream, kind, bytes(view[start:place]))
            if event is not None:
                yield event
        if received:
            del received[:place]
        elif place < end:
            received += data[place:]

    def end_of_input(self) -> str:
        """What to say of a connection that the peer closed."""
        if self._received:
            return "the connection ended inside a frame"
        return "the broker closed the connection"

    def _check(self, stream: int, kind: int, flags: int) -> None:
        """A header's fault shows before the data is there."""
        streams = self._open.get(stream)
        if streams is None:
            raise ProtocolViolationError(f"an answer on stream {stream}, which is owed none")
        if kind == _RESPONSE:
            return
        if kind != _DATA:
            raise ProtocolViolationError(f"a frame of type {kind}")
        if not streams:
            raise ProtocolViolationError("stream data for a call that has one answer")

    def _frame(self, stream: int, kind: int, data: bytes) -> Event | None:
        if kind == _DATA:
            return None if stream in self._abandoned else Item(stream, data)
        del self._open[stream]
        if stream in self._abandoned:
            self._abandoned.discard(stream)
            return None
        try:
            response = ttrpc_pb2.Response.FromString(data)
        except DecodeError as error:
            raise ProtocolViolationError("an answer that is no ttrpc.Response") from error
        if response.HasField("status") and response.status.code != 0:
            return Reply(stream, b"", _refusal(response.status))
        return Reply(stream, response.payload, None)


def _refusal(status: status_pb2.Status) -> RefusedError:
    for detail in status.details:
        if detail.type_url.rpartition("/")[2] != _ERROR_INFO:
            continue
        try:
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
        except DecodeError as error:
            raise ProtocolViolationError("a refusal whose reason cannot be read") from error
        # A reason of another domain means something else.
        if info.domain == _DOMAIN:
            return refusal(status.code, info.reason, status.message, dict(info.metadata))
    return refusal(status.code, "", status.message)
