"""The token verifier with version 1 of MCP: a FastMCP server over HTTP, and MCP's own client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from desk import SCOPE
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from mcp.server.auth.settings import AuthSettings
from mcp.server.fastmcp import FastMCP
from served import free_port, initialize, served

from mayfly import Agent, App, Verifier
from mayfly.integrations.mcp import MayflyTokenVerifier


@contextmanager
def running(verifier: Verifier) -> Iterator[str]:
    """The URL of a server with one tool."""
    with free_port() as listener:
        url: Any = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        server = FastMCP(
            "billing",
            token_verifier=MayflyTokenVerifier(verifier, resource=url),
            auth=AuthSettings(issuer_url=url, resource_server_url=url),
        )

        @server.tool()
        def lookup_billing(customer_id: str) -> str:
            return f"lookup_billing of {customer_id}"

        with served(server.streamable_http_app(), listener):
            yield url


async def call(url: str, agent: Agent) -> str:
    async with (
        streamablehttp_client(url, headers=agent.bearer_header) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        result: Any = await session.call_tool("lookup_billing", {"customer_id": "12345"})
        return str(result.content[0].text)


def test_a_request_needs_a_good_token_for_this_server(app: App, asking: Verifier) -> None:
    with running(asking) as url:
        assert initialize(url, {}) == 401
        with app.agent(task="t", scope=SCOPE) as agent:
            assert initialize(url, agent.bearer_header) == 401
        with app.agent(task="t", scope=SCOPE, audience=[url]) as agent:
            assert initialize(url, agent.bearer_header) == 200
            assert asyncio.run(call(url, agent)) == "lookup_billing of 12345"
        assert initialize(url, agent.bearer_header) == 401
        with pytest.raises(Exception, match="TaskGroup"):
            asyncio.run(call(url, agent))
