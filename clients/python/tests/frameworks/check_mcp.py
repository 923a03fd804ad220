"""The token verifier and the middleware, with an MCP server over HTTP and MCP's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import pytest
from desk import POLICY, SCOPE, SCRIPT, Call, Desk, expect, refused
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from served import free_port, initialize, served

from mayfly import Agent, App, Verifier, acting_as, requires
from mayfly.integrations import ToolPolicy
from mayfly.integrations.mcp import MayflyTokenVerifier, authority_middleware


class Overtaken(MayflyTokenVerifier):
    """Once armed, the agent is released between the look at its token and what comes next."""

    ends: Agent | None = None

    async def verify_token(self, token: str) -> AccessToken | None:
        access = await super().verify_token(token)
        if self.ends is not None:
            self.ends.release()
        return access


@contextmanager
def running(
    desk: Desk,
    verifier: Verifier,
    policy: ToolPolicy | None,
    kind: type[MayflyTokenVerifier] = MayflyTokenVerifier,
) -> Iterator[str]:
    """The URL of a server with the desk's tools."""
    with free_port() as listener:
        url: Any = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        server = MCPServer(
            "billing",
            token_verifier=kind(verifier, resource=url),
            auth=AuthSettings(
                issuer_url=url, resource_server_url=url, validate_token_resource=True
            ),
        )
        server.middleware.append(authority_middleware(verifier, policy))
        install(server, desk, is_open=policy is not None)
        with served(server.streamable_http_app(), listener):
            yield url


def install(server: MCPServer, desk: Desk, is_open: bool) -> None:
    """The tools, for whom the policy lets through, or each with its own guard."""
    if is_open:
        server.tool()(desk.lookup_billing)
        server.tool()(desk.edit_account)
        server.tool()(desk.wipe_everything)
        return

    @server.tool()
    @requires("read:data:customer-{customer_id}")
    async def lookup_billing(customer_id: str) -> str:
        return desk.lookup_billing(customer_id)


class Connection:
    """A client, and whose token it shows with each request."""

    def __init__(self, http: httpx2.AsyncClient, client: Client) -> None:
        self.http = http
        self.client = client
        self.statuses: list[int] = []
        http.event_hooks["response"].append(self.note)

    async def note(self, response: httpx2.Response) -> None:
        self.statuses.append(response.status_code)

    def show(self, agent: Agent) -> None:
        self.http.headers.update(agent.bearer_header)

    async def call(self, tool: str, customer_id: str) -> str:
        result: Any = await self.client.call_tool(tool, {"customer_id": customer_id})
        (content,) = result.content
        assert result.is_error == (not content.text.startswith(f"{tool} of "))
        return str(content.text)

    async def make(self, calls: Sequence[Call]) -> list[str]:
        return [await self.call(each.tool, each.customer_id) for each in calls]


@asynccontextmanager
async def connected(url: str, agent: Agent, mode: str) -> AsyncIterator[Connection]:
    async with (
        httpx2.AsyncClient(headers=agent.bearer_header) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield Connection(http, client)


@pytest.fixture(params=["legacy", "auto"])
def mode(request: pytest.FixtureRequest) -> str:
    """With a session, and without one as from 2026-07-28."""
    chosen: str = request.param
    return chosen


def test_a_request_needs_a_good_token_for_this_server(app: App, asking: Verifier) -> None:
    with running(Desk(), asking, None) as url:
        assert initialize(url, {}) == 401
        assert initialize(url, {"Authorization": "Bearer a.b.c"}) == 401
        with app.agent(task="t", scope=SCOPE) as agent:
            assert initialize(url, agent.bearer_header) == 401
        with app.agent(task="t", scope=SCOPE, audience=[url]) as agent:
            assert initialize(url, agent.bearer_header) == 200
        assert initialize(url, agent.bearer_header) == 401


def test_a_verifier_that_follows_the_ends_sees_a_release(app: App) -> None:
    with Verifier.connect() as following, running(Desk(), following, None) as url:
        with app.agent(task="t", scope=SCOPE, audience=[url]) as agent:
            assert initialize(url, agent.bearer_header) == 200
        statuses = {initialize(url, agent.bearer_header) for _ in range(50)}
        assert 401 in statuses
        assert initialize(url, agent.bearer_header) == 401


def test_a_call_needs_its_scope(mode: str, app: App, asking: Verifier) -> None:
    desk = Desk()

    async def check(url: str, agent: Agent) -> None:
        async with connected(url, agent, mode) as connection:
            expect(desk, await connection.make(SCRIPT), SCRIPT)

    with running(desk, asking, ToolPolicy(POLICY)) as url:
        with app.agent(task="t", scope=SCOPE, audience=[url]) as agent:
            asyncio.run(check(url, agent))
        assert desk.agents == {agent.agent_id}


def test_a_guarded_function(mode: str, app: App, asking: Verifier) -> None:
    desk = Desk()

    async def check(url: str, agent: Agent) -> None:
        async with connected(url, agent, mode) as connection:
            assert await connection.call("lookup_billing", "12345") == "lookup_billing of 12345"
            assert agent.token not in await connection.call("lookup_billing", "67890")
        assert desk.reached == [("lookup_billing", "12345")]

    with (
        running(desk, asking, None) as url,
        app.agent(task="t", scope=SCOPE, audience=[url]) as agent,
    ):
        asyncio.run(check(url, agent))


def test_each_request_of_a_session_is_its_own_tokens(mode: str, app: App, asking: Verifier) -> None:
    desk = Desk()
    calls = (
        Call("lookup_billing", "12345", None),
        Call("lookup_billing", "12346", "SCOPE_VIOLATION"),
    )

    async def check(url: str, agent: Agent) -> None:
        async with connected(url, agent, mode) as connection:
            agent.renew(scope="read:data:customer-12345")
            connection.show(agent)
            expect(desk, await connection.make(calls), calls)

    with (
        running(desk, asking, ToolPolicy(POLICY)) as url,
        app.agent(task="t", scope=SCOPE, audience=[url]) as agent,
    ):
        asyncio.run(check(url, agent))


def test_a_session_is_of_the_agent_that_opened_it(app: App, asking: Verifier) -> None:
    desk = Desk()

    async def check(url: str, agent: Agent, other: Agent) -> None:
        async with connected(url, agent, "legacy") as connection:
            connection.show(other)
            with pytest.raises(MCPError):
                await connection.call("lookup_billing", "12345")
            assert connection.statuses[-1] == 404
            connection.show(agent)
            assert await connection.call("lookup_billing", "12346") == "lookup_billing of 12346"

    with (
        running(desk, asking, ToolPolicy(POLICY)) as url,
        app.agent(task="t", scope=SCOPE, audience=[url]) as agent,
        app.agent(task="t", scope=SCOPE, audience=[url]) as other,
    ):
        asyncio.run(check(url, agent, other))
    assert desk.agents == {agent.agent_id}


def test_after_its_release_an_agent_may_nothing(mode: str, app: App, asking: Verifier) -> None:
    desk = Desk()

    async def check(url: str, agent: Agent) -> None:
        async with connected(url, agent, mode) as connection:
            await connection.call("lookup_billing", "12345")
            agent.release()
            with pytest.raises(MCPError):
                await connection.call("lookup_billing", "12346")
            assert connection.statuses[-1] == 401

    with running(desk, asking, ToolPolicy(POLICY)) as url:
        agent = app.spawn(task="t", scope=SCOPE, audience=[url])
        asyncio.run(check(url, agent))
    assert desk.reached == [("lookup_billing", "12345")]


def test_what_ends_on_the_way(
    mode: str, app: App, asking: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, policy = Desk(), ToolPolicy(POLICY)

    async def check(url: str) -> None:
        agent = app.spawn(task="t", scope=SCOPE, audience=[url])
        async with connected(url, agent, mode) as connection:
            await connection.call("lookup_billing", "12346")
            desk.reached.clear()
            monkeypatch.setattr(Overtaken, "ends", agent)
            ended = refused("TOKEN_NOT_VALID")
            expect(desk, await connection.make(ended), ended)
            monkeypatch.undo()

    with running(desk, asking, policy, Overtaken) as url:
        asyncio.run(check(url))


def test_without_tokens_the_agent_around_the_server_acts(app: App, asking: Verifier) -> None:
    desk = Desk()
    server = MCPServer("billing")
    server.middleware.append(authority_middleware(asking, ToolPolicy(POLICY)))
    install(server, desk, is_open=True)

    async def check(calls: Sequence[Call]) -> None:
        async with Client(server) as client:
            connection = Connection(httpx2.AsyncClient(), client)
            expect(desk, await connection.make(calls), calls)

    with app.agent(task="t", scope=SCOPE) as agent:
        asyncio.run(check(SCRIPT))
    desk.reached.clear()
    with acting_as(agent):
        asyncio.run(check(refused("RELEASED")))
    asyncio.run(check(refused("NO_AUTHORITY")))
