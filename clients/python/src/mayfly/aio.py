"""The client of asyncio programs: an app, and its agents."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType

from mayfly._core import delegation, operations
from mayfly._core.address import agent_socket
from mayfly._core.async_front import AsyncFront
from mayfly._core.calls import Identity
from mayfly._core.requests import AgentFacts, AgentRequest
from mayfly.agents import AgentBase
from mayfly.app import DEFAULT_TIMEOUT_SECONDS, live, named_orch, token_of
from mayfly.brokerkeys import BrokerKeys
from mayfly.context import acting_as
from mayfly.errors import MayflyError
from mayfly.keys import AgentKey
from mayfly.values import (
    AgentDescription,
    AgentState,
    Bond,
    Delegation,
    Duration,
    Grant,
    LaunchToken,
    Longest,
    Validation,
)


class AsyncApp:
    """A broker, as one of its apps sees it, for tasks of an event loop.

    All tasks share one connection, made at the first call, and made again when it is lost. A call
    that may be repeated is repeated once when the connection is lost under it; a spawn is not,
    because it would spawn twice, and ends with ``OutcomeUnknownError``. A call whose task is
    cancelled may have been carried out.

        app = AsyncApp("support-desk")
        async with app.agent(orch="support", task="ticket-4711",
                             scope=["read:data:customer-12345"]) as agent:
            await client.get(url, headers=agent.bearer_header)
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        socket: str | os.PathLike[str] | None = None,
        client_id: str = "",
        client_secret: str = "",
        orch: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Nothing is connected yet.

        ``name`` is the app's, as the operator registered it for this process's uid; or
        ``client_id`` and ``client_secret`` prove one; with none of them the client speaks for no
        app, which is enough to validate, verify, register, renew, delegate and release. ``socket``
        is the path of the broker's agent socket or ``unix:///path``; None takes ``MAYFLY_SOCKET``,
        else ``$XDG_RUNTIME_DIR/mayfly/agent.sock`` where that exists, else
        ``/run/mayfly/agent.sock``. ``orch`` is the orchestration where a call names none,
        ``timeout`` the seconds that each call may take.
        """
        self.socket = agent_socket(socket)
        self.orch = orch
        self.timeout = timeout
        self._front = AsyncFront(
            self.socket,
            Identity(app=name or "", client_id=client_id, client_secret=client_secret),
        )

    # MARK: Agents

    @asynccontextmanager
    async def agent(
        self,
        *,
        task: str,
        scope: str | Iterable[str],
        orch: str | None = None,
        audience: Iterable[str] = (),
        ttl: Duration | None = None,
        renewable_for: Duration | Longest | None = None,
        max_uses: int | None = None,
        by_reference: bool = False,
        bound_to: Bond | None = None,
        key: AgentKey | None = None,
    ) -> AsyncIterator[AsyncAgent]:
        """An agent for a block: spawned at its beginning, acting in it, released at its end.

        Parameters are those of ``spawn``.
        """
        agent = await self.spawn(
            task=task,
            scope=scope,
            orch=orch,
            audience=audience,
            ttl=ttl,
            renewable_for=renewable_for,
            max_uses=max_uses,
            by_reference=by_reference,
            bound_to=bound_to,
            key=key,
        )
        async with agent:
            with acting_as(agent):
                yield agent

    async def spawn(
        self,
        *,
        task: str,
        scope: str | Iterable[str],
        orch: str | None = None,
        audience: Iterable[str] = (),
        ttl: Duration | None = None,
        renewable_for: Duration | Longest | None = None,
        max_uses: int | None = None,
        by_reference: bool = False,
        bound_to: Bond | None = None,
        key: AgentKey | None = None,
    ) -> AsyncAgent:
        """Spawns an agent, which lives until it is released or its token expires.

        ``orch`` and ``task`` are identifiers, 1 to 128 characters of ``[A-Za-z0-9._-]``. ``scope``
        is 1 to 32 scopes ``action:resource:identifier`` inside the app's ceiling, ``audience`` at
        most 8 audiences. ``ttl`` is the life of the token in seconds, None the app's default;
        ``renewable_for`` how long the grant can be renewed, None as long as the token lives,
        ``"longest"`` as long as the app's agents may live.
        ``max_uses`` limits what the grant and all that is delegated from it may consume.
        ``by_reference`` asks for a short token that the broker resolves. ``bound_to`` ends the
        grant also with a process that this one started, by its pid, or with ``"connection"``, the
        client's, which it does not outlive. ``key`` is the agent's own; None makes a fresh one.

        Raises ``RefusedError``, for example ``ScopeViolationError``; ``OutcomeUnknownError`` where
        the answer was lost.
        """
        request = AgentRequest(
            orch=named_orch(orch, self.orch),
            task=task,
            scope=scope,
            audience=audience,
            ttl=ttl,
            renewable_for=renewable_for,
            max_uses=max_uses,
            by_reference=by_reference,
            bound_to=bound_to,
            key=key or AgentKey(),
        )
        return AsyncAgent(self, await self._front.run(operations.spawn(request, self.timeout)))

    async def spawn_batch(
        self, requests: Sequence[AgentRequest], attestation_key: AgentKey
    ) -> list[AsyncAgent]:
        """Spawns 1 to 1,024 agents, all of them or none, vouched for by a key that the operator
        registered for the app: one signature for all, where ``spawn`` takes one for each."""
        facts = await self._front.run(
            operations.spawn_batch(requests, attestation_key, self.timeout)
        )
        return [AsyncAgent(self, each) for each in facts]

    async def register(
        self,
        launch_token: str,
        *,
        task: str,
        scope: str | Iterable[str],
        orch: str | None = None,
        audience: Iterable[str] = (),
        ttl: Duration | None = None,
        renewable_for: Duration | Longest | None = None,
        max_uses: int | None = None,
        by_reference: bool = False,
        bound_to: Bond | None = None,
        key: AgentKey | None = None,
        supersede: bool = False,
    ) -> AsyncAgent:
        """Registers this process as an agent, with a launch token that somebody gave it; needs no
        app. The launch token is used up where it succeeds, and only there.

        ``supersede`` ends what was granted before under the same orchestration and task: a crashed
        instance's. ``bound_to="self"`` ends the grant with this process. The other parameters are
        those of ``spawn``; ``scope`` is inside the launch token's.
        """
        request = AgentRequest(
            orch=named_orch(orch, self.orch),
            task=task,
            scope=scope,
            audience=audience,
            ttl=ttl,
            renewable_for=renewable_for,
            max_uses=max_uses,
            by_reference=by_reference,
            bound_to=bound_to,
            key=key or AgentKey(),
        )
        steps = operations.register(launch_token, request, supersede, self.timeout)
        return AsyncAgent(self, await self._front.run(steps))

    async def create_launch_token(
        self,
        *,
        scope: str | Iterable[str],
        label: str = "",
        ttl: Duration | None = None,
        max_agent_ttl: Duration | None = None,
    ) -> LaunchToken:
        """A secret with which one agent registers itself, once.

        ``scope`` is the most that it may ask for, ``ttl`` the life of the secret (30 s where None,
        at most an hour), ``max_agent_ttl`` the longest life of its grant, ``label`` what the audit
        calls it.
        """
        return await self._front.run(
            operations.create_launch_token(scope, label, ttl, max_agent_ttl, self.timeout)
        )

    async def adopt(self, *, token: str, key: AgentKey) -> AsyncAgent:
        """An agent that was spawned elsewhere, out of its token and its key."""
        return AsyncAgent(self, await self._front.run(delegation.adopt(token, key, self.timeout)))

    # MARK: Tokens

    async def validate(
        self,
        token: str,
        *,
        scope: str | Iterable[str] = (),
        audience: str | None = None,
        consume_use: bool = False,
        claims: bool = True,
    ) -> Validation:
        """Whether a token is valid at this moment, and covers a scope and names an audience.

        Not why: only the audit says that. ``consume_use`` takes one use, durably, for connections
        of an app. With ``claims=False`` the answer has none.
        """
        return await self._front.run(
            operations.validate(token, scope, audience, consume_use, claims, self.timeout)
        )

    async def validate_batch(
        self, tokens: Sequence[str], *, claims: bool = True
    ) -> list[Validation]:
        """The same for 1 to 1,024 tokens, each judged alone."""
        return await self._front.run(operations.validate_batch(tokens, claims, self.timeout))

    async def release(self, token: str) -> bool:
        """Ends the grant of a token and all that was delegated from it; False where it was not
        live, so a lost answer is answered by asking again."""
        return await self._front.run(operations.release(token, self.timeout))

    async def release_grant(self, grant_id: str) -> bool:
        """The same by the id of one of the app's own grants."""
        return await self._front.run(operations.release_grant(grant_id, self.timeout))

    async def release_batch(self, tokens: Sequence[str]) -> list[bool]:
        """The same for 1 to 1,024 tokens, each judged alone."""
        return await self._front.run(operations.release_batch(tokens, self.timeout))

    async def describe(self, agent_id: str) -> AgentDescription:
        """The public face of a live agent; raises ``NotFoundError`` where there is none."""
        return await self._front.run(operations.describe(agent_id, self.timeout))

    async def grants(self, *, orch: str = "", task: str = "") -> AsyncIterator[Grant]:
        """The app's own live grants. One that comes or goes meanwhile may be missed."""
        cursor = ""
        while True:
            page, cursor = await self._front.run(
                operations.list_grants(orch, task, cursor, self.timeout)
            )
            for grant in page:
                yield grant
            if not cursor:
                return

    # MARK: The broker

    async def keys(self) -> BrokerKeys:
        """The broker's public keys for tokens, current and retired."""
        return await self._front.run(operations.get_keys(self.timeout))

    def close(self) -> None:
        """Ends the connection. Agents live on until they expire."""
        self._front.close()

    async def __aenter__(self) -> AsyncApp:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncAgent(AgentBase):
    """An agent of one ``AsyncApp``. As a context manager it is released at the end."""

    __slots__ = ("_app",)

    def __init__(self, app: AsyncApp, facts: AgentFacts) -> None:
        super().__init__(facts)
        self._app = app

    async def renew(
        self, *, scope: str | Iterable[str] | None = None, ttl: Duration | None = None
    ) -> None:
        """Gives the grant a new token, in place; the old one is dead first.

        ``scope`` narrows it, where nothing was delegated from it; ``ttl`` is the life of the new
        token, None as long as the old one's; neither passes what the grant can ever reach.
        """
        live(self)
        await self._app._front.run(operations.renew(self._facts, scope, ttl, self._app.timeout))

    async def delegate(
        self,
        *,
        to: str | AgentBase,
        scope: str | Iterable[str],
        audience: Iterable[str] | None = None,
        lifetime: Duration | None = None,
        max_uses: int | None = None,
        by_reference: bool = False,
    ) -> Delegation:
        """Gives another live agent a part of what this one holds; for the delegate to ``accept``.

        ``audience`` None keeps this token's; ``lifetime`` is how long the new grant may live, None
        what is left of this token; ``max_uses`` is needed where this grant's uses are limited.

        Raises ``RefusedError``, for example ``ScopeViolationError``.
        """
        live(self)
        return await self._app._front.run(
            delegation.delegate(
                self._facts,
                to if isinstance(to, str) else to.agent_id,
                scope,
                audience,
                lifetime,
                max_uses,
                by_reference,
                self._app.timeout,
            )
        )

    async def accept(self, delegation_or_token: Delegation | str) -> AsyncAgent:
        """This agent as the holder of what was delegated to it: with the same key and another
        token, which it can use, renew, delegate from and release."""
        token = token_of(delegation_or_token)
        facts = await self._app._front.run(delegation.accept(self._facts, token, self._app.timeout))
        return AsyncAgent(self._app, facts)

    async def heartbeat(self, state: AgentState = AgentState.ACTIVE) -> int:
        """Says that the agent is alive; when its token ends, seconds since the Unix epoch."""
        return await self._app._front.run(
            operations.heartbeat(self.token, state, self._app.timeout)
        )

    async def release(self) -> bool:
        """Ends the grant and all that was delegated from it; False where it was not live any
        more."""
        self._facts.released = True
        return await self._app._front.run(operations.release(self.token, self._app.timeout))

    async def __aenter__(self) -> AsyncAgent:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not self.is_released:
                await self.release()
        except MayflyError:
            # What ended the block says more; the grant ends by itself when its token expires.
            if error is None:
                raise
