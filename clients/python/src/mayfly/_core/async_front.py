"""Runs steps in tasks."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from mayfly._core.asynchronous import AsyncLink
from mayfly._core.calls import Connect, Effect, Exchange, Identity, Steps, introduce
from mayfly.errors import CallTimeoutError, ClientClosedError, MayflyError

Result = TypeVar("Result")


class AsyncFront:
    """Runs steps in the calling task; all tasks of a loop share one connection."""

    def __init__(self, path: str, identity: Identity) -> None:
        self._path = path
        self._identity = identity
        self._is_closed = False
        self._link: AsyncLink | None = None
        self._connecting: asyncio.Task[AsyncLink] | None = None

    async def run(self, steps: Steps[Result]) -> Result:
        """Carries out the steps."""
        try:
            effect: Effect = next(steps)
            while True:
                try:
                    if isinstance(effect, Exchange):
                        link = effect.link
                        assert isinstance(link, AsyncLink)
                        outcome: Any = await link.call(
                            effect.method, effect.payload, effect.deadline
                        )
                    else:
                        outcome = self._usable() or await self._connect(effect)
                except MayflyError as error:
                    effect = steps.throw(error)
                else:
                    effect = steps.send(outcome)
        except StopIteration as end:
            result: Result = end.value
            return result

    def close(self) -> None:
        """Ends the connection; calls under way and calls to come fail."""
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._link is not None:
            self._link.close()
            self._link = None

    def _usable(self) -> AsyncLink | None:
        link = self._link
        if link is not None and link.is_usable(asyncio.get_running_loop()):
            return link
        return None

    async def _connect(self, effect: Connect) -> AsyncLink:
        """One task connects for all; that one of them is cancelled does not end it."""
        if self._is_closed:
            raise ClientClosedError
        connecting = self._connecting
        if connecting is None or connecting.get_loop() is not asyncio.get_running_loop():
            connecting = asyncio.ensure_future(self._open(effect.deadline))
            connecting.add_done_callback(self._connected)
            self._connecting = connecting
        rest = effect.deadline - asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(asyncio.shield(connecting), max(rest, 0))
        except asyncio.TimeoutError:
            raise CallTimeoutError("still connecting") from None
        except asyncio.CancelledError:
            if self._is_closed:
                raise ClientClosedError from None
            raise

    def _connected(self, connecting: asyncio.Task[AsyncLink]) -> None:
        if self._connecting is connecting:
            self._connecting = None
        # Who waited has the error; where nobody did, nobody misses it.
        if not connecting.cancelled() and connecting.exception() is None:
            self._link = connecting.result()
            if self._is_closed:
                self._link.close()

    async def _open(self, deadline: float) -> AsyncLink:
        link = await AsyncLink.open(self._path, deadline)
        try:
            steps = introduce(self._identity, link, deadline)
            outcome: bytes | None = None
            while True:
                effect = steps.send(outcome)
                assert isinstance(effect, Exchange)
                outcome = await link.call(effect.method, effect.payload, effect.deadline)
        except StopIteration:
            return link
        except BaseException:
            link.close()
            raise
