"""What has ended before its time: the broker's stream of ends, and the set that is kept of it."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from types import TracebackType

from mayfly._core.address import agent_socket
from mayfly._core.blocking import BlockingLink
from mayfly._core.calls import read
from mayfly._core.connection import Item
from mayfly._core.methods import WATCH_REVOCATIONS
from mayfly._generated import trust_pb2
from mayfly.errors import MayflyError, ProtocolViolationError
from mayfly.verification.chain import VerifiedToken

DIGEST_BYTES = 32
DEFAULT_CAPACITY = 1_000_000
DEFAULT_RETENTION_SECONDS = 86_400 + 60

# The broker sends a heartbeat every 5 s without an end.
_SILENCE_SECONDS = 20.0
_CONNECT_SECONDS = 5.0
_PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)


def digest(level: str, target: str) -> bytes:
    """How an end is announced: ``level`` is ``token``, ``grant``, ``agent``, ``task`` or ``chain``
    (proto/PROTOCOL.md, "The stream of ends")."""
    return sha256(level.encode() + b"\x00" + target.encode()).digest()


def digests_of(token: VerifiedToken) -> tuple[bytes, ...]:
    """Every end that would be the end of a token. Of a token by reference only the broker knows the
    lineage: then these are the token's own and its grant's."""
    ends = [digest("token", token.token_id), digest("grant", token.grant_id)]
    if token.lineage:
        ends.append(digest("chain", token.lineage[0].grant_id))
    for agent_id, grant_id in token.lineage:
        # spiffe://{trust domain}/agent/{orch}/{task}/{instance}
        parts = agent_id.split("/")
        ends.append(digest("grant", grant_id))
        ends.append(digest("agent", agent_id))
        ends.append(digest("task", parts[5]))
        ends.append(digest("task", f"{parts[4]}/{parts[5]}"))
    return tuple(dict.fromkeys(ends))


class RevocationSet:
    """The ends that were told so far, of bounded size.

    What had to be forgotten, because there were too many or because it is long ago, is remembered
    as a time: of tokens that were issued before it nothing is known. One thread inserts, any look
    up.
    """

    def __init__(
        self,
        capacity: int = DEFAULT_CAPACITY,
        retention_seconds: float = DEFAULT_RETENTION_SECONDS,
    ) -> None:
        self._capacity = capacity
        self._retention_seconds = retention_seconds
        # Each with when it came, seconds since the Unix epoch; the oldest first.
        self._ended: dict[bytes, float] = {}
        self.first_issue_at = 0
        self.forgotten_before = 0.0
        # Until when every end is in here, by the monotonic clock.
        self.known_until = -math.inf

    def __len__(self) -> int:
        return len(self._ended)

    def insert(self, digests: Iterable[bytes], first_issue_at: int, now: float) -> None:
        """Takes in what was told at a time."""
        self.first_issue_at = max(self.first_issue_at, first_issue_at)
        ended = self._ended
        for each in digests:
            # To the end where it was told before: the oldest are forgotten first.
            ended.pop(each, None)
            ended[each] = now
        horizon = now - self._retention_seconds
        while ended:
            oldest = next(iter(ended))
            told_at = ended[oldest]
            if len(ended) <= self._capacity and told_at >= horizon:
                break
            # In this order: who looks up meanwhile finds one or the other.
            self.forgotten_before = max(self.forgotten_before, told_at)
            del ended[oldest]

    def is_current(self, staleness_seconds: float) -> bool:
        """Whether every end up to ``staleness_seconds`` ago is in here. To be asked before the ends
        are looked up, and ``forgotten_before`` read after that: another thread goes on
        meanwhile."""
        return time.monotonic() - self.known_until <= staleness_seconds

    def has_any(self, digests: Iterable[bytes]) -> bool:
        """Whether one of these was told."""
        return not self._ended.keys().isdisjoint(digests)


class EndStream:
    """The stream of ends on a connection of its own, message by message."""

    def __init__(self, path: str, after: int) -> None:
        deadline = time.monotonic() + _CONNECT_SECONDS
        self._link = BlockingLink(path, deadline)
        request = trust_pb2.WatchRevocationsRequest(after_position=after)
        try:
            self._stream = self._link.begin(
                WATCH_REVOCATIONS, request.SerializeToString(), deadline
            )
        except BaseException:
            self._link.close()
            raise

    def next(self, timeout: float) -> trust_pb2.WatchRevocationsResponse | None:
        """The next message within ``timeout`` seconds; None where the stream is over. A stream that
        ends with a refusal raises it."""
        event = self._link.next_event(self._stream, time.monotonic() + timeout)
        if isinstance(event, Item):
            message = read(trust_pb2.WatchRevocationsResponse, event.payload)
            if any(len(each) != DIGEST_BYTES for each in message.digests):
                raise ProtocolViolationError(f"an end that is not {DIGEST_BYTES} bytes")
            return message
        if event.refusal is not None:
            raise event.refusal
        return None

    def close(self) -> None:
        """Ends the connection."""
        self._link.close()

    def forget(self) -> None:
        """Lets go of the parent process's connection in a child."""
        self._link.forget()


class RevocationFeed:
    """Follows the stream of ends on a thread of its own, from its start to ``close``.

    It is current from when it has caught up with what had ended before, and until a staleness after
    the broker was last heard of. It reconnects by itself and goes on where it was; where ends were
    lost it begins anew.
    """

    def __init__(
        self,
        socket: str | os.PathLike[str] | None = None,
        *,
        capacity: int = DEFAULT_CAPACITY,
        retention_seconds: float = DEFAULT_RETENTION_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Starts following. ``capacity`` bounds the ends that are remembered, of about 150 bytes
        each; ``retention_seconds`` is how long they are."""
        self._path = agent_socket(socket)
        self._capacity = capacity
        self._retention_seconds = retention_seconds
        self._clock = clock
        self._ends = RevocationSet(capacity, retention_seconds)
        self._position = 0
        # The stream that is followed now has told all that there was when it was asked for.
        self._has_caught_up = False
        self._is_closed = False
        self._stream: EndStream | None = None
        self._changed = threading.Condition()
        self._start()

    @property
    def ends(self) -> RevocationSet:
        """What is known now. Where ends were lost another set takes its place."""
        if self._process != os.getpid():
            self._start_in_child()
        return self._ends

    def is_current(self, staleness_seconds: float) -> bool:
        """Whether every end up to ``staleness_seconds`` ago is known here."""
        return self.ends.is_current(staleness_seconds)

    def wait_until_current(self, timeout: float) -> bool:
        """Waits until it has caught up; whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ends.known_until > -math.inf, timeout)

    def close(self) -> None:
        """Stops following."""
        self._is_closed = True
        stream = self._stream
        if stream is not None:
            stream.close()
        with self._changed:
            self._changed.notify_all()
        if self._process == os.getpid() and self._thread is not threading.current_thread():
            self._thread.join(_CONNECT_SECONDS)

    def __enter__(self) -> RevocationFeed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # MARK: The thread

    def _start(self) -> None:
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="mayfly-revocations", daemon=True)
        self._thread.start()

    def _start_in_child(self) -> None:
        """After fork() the thread is the parent's alone; where it was is known."""
        self._changed = threading.Condition()
        if self._stream is not None:
            self._stream.forget()
            self._stream = None
        self._start()

    def _run(self) -> None:
        failures = 0
        while not self._is_closed:
            position = self._position
            try:
                self._follow()
            except MayflyError:
                # What a verifier looks at is until when the ends are known.
                failures = 0 if self._position != position else failures + 1
            pause = _PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS) - 1)]
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed, pause)

    def _follow(self) -> None:
        self._has_caught_up = False
        stream = EndStream(self._path, self._position)
        self._stream = stream
        try:
            while not self._is_closed:
                message = stream.next(_SILENCE_SECONDS)
                # The broker ends a stream where it shuts down; then it is asked again.
                if message is None or not self._take(message):
                    return
        finally:
            self._stream = None
            stream.close()

    def _take(self, message: trust_pb2.WatchRevocationsResponse) -> bool:
        """False where the stream has to begin anew."""
        if message.gap:
            self._ends = RevocationSet(self._capacity, self._retention_seconds)
            self._position = 0
            return False
        self._ends.insert(message.digests, message.first_issue_at, self._clock())
        self._position = message.position
        self._has_caught_up = self._has_caught_up or message.current
        if self._has_caught_up:
            with self._changed:
                self._ends.known_until = time.monotonic()
                self._changed.notify_all()
        return True
