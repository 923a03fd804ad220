"""Runs steps: where the shared core meets blocking and asynchronous input and output."""

from __future__ import annotations

import os
import threading
import time
from typing import Any, TypeVar

from mayfly._core.blocking import BlockingLink
from mayfly._core.calls import Connect, Effect, Exchange, Identity, Steps, introduce
from mayfly.errors import CallTimeoutError, ClientClosedError, MayflyError

Result = TypeVar("Result")


class BlockingFront:
    """Runs steps on the calling thread; all threads share one connection."""

    def __init__(self, path: str, identity: Identity) -> None:
        self._path = path
        self._identity = identity
        self._is_closed = False
        self._link: BlockingLink | None = None
        # One thread connects; the others wait for it.
        self._connecting = threading.Lock()
        self._process = os.getpid()

    def run(self, steps: Steps[Result]) -> Result:
        """Carries out the steps."""
        try:
            effect: Effect = next(steps)
            while True:
                try:
                    outcome = self._carry_out(effect)
                except MayflyError as error:
                    effect = steps.throw(error)
                else:
                    effect = steps.send(outcome)
        except StopIteration as end:
            result: Result = end.value
            return result

    def connect(self, deadline: float) -> BlockingLink:
        """The connection, a new one where there is none that can be used."""
        if self._process != os.getpid():
            self._begin_anew_after_fork()
        if self._is_closed:
            raise ClientClosedError
        link = self._link
        if link is not None and link.is_usable():
            return link
        if not self._connecting.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise CallTimeoutError("another thread is still connecting")
        try:
            link = self._link
            if link is not None and link.is_usable():
                return link
            if link is not None:
                link.close()
                self._link = None
            link = BlockingLink(self._path, deadline)
            try:
                self._run_on(link, introduce(self._identity, link, deadline))
            except BaseException:
                link.close()
                raise
            self._link = link
        finally:
            self._connecting.release()
        if self._is_closed:
            link.close()
            raise ClientClosedError
        return link

    def close(self) -> None:
        """Ends the connection; calls under way and calls to come fail."""
        self._is_closed = True
        link = self._link
        self._link = None
        if link is not None:
            link.close()

    def _carry_out(self, effect: Effect) -> Any:
        if isinstance(effect, Exchange):
            link = effect.link
            assert isinstance(link, BlockingLink)
            return link.call(effect.method, effect.payload, effect.deadline)
        assert isinstance(effect, Connect)
        return self.connect(effect.deadline)

    def _run_on(self, link: BlockingLink, steps: Steps[None]) -> None:
        """Steps that need no more than the link that they have."""
        outcome: bytes | None = None
        try:
            while True:
                effect = steps.send(outcome)
                assert isinstance(effect, Exchange)
                outcome = link.call(effect.method, effect.payload, effect.deadline)
        except StopIteration:
            return

    def _begin_anew_after_fork(self) -> None:
        """In a child: the parent's lock may be held by a thread that the child does not have."""
        self._process = os.getpid()
        self._connecting = threading.Lock()
        if self._link is not None:
            self._link.forget()
            self._link = None
