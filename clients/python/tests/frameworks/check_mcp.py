"""The token verifier and the middleware, with an MCP server over HTTP and MCP's own client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import uvicorn
from desk import POLICY, SCOPE, SCRIPT, Desk, expect, refused
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

from mayfly import App, Verifier, requires
from mayfly.integrations import ToolPolicy
from mayfly.integrations.mcp import MayflyTokenVerifier, authority_middleware

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "check", "version": "1"},
    },
}
HEADERS = {"Accept": "application/json, text/event-stream"}
