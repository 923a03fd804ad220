"""An ASGI application on a port of its own, for the checks of both versions of MCP."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn

_START_SECONDS = 20.0

_INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "check", "version": "1"},
        },
    }
).encode()


@contextmanager
def free_port() -> Iterator[socket.socket]:
    """A socket that listens where nobody else does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@contextmanager
def served(application: Any, listener: socket.socket) -> Iterator[None]:
    """Serves in a thread, for a block."""
    is_up = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            is_up.set()

    server = Server(uvicorn.Config(application, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert is_up.wait(_START_SECONDS), "the server did not start"
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_START_SECONDS)


def initialize(url: str, headers: Mapping[str, str]) -> int:
    """The status of the first request of a session; 0 for a 401 without a challenge."""
    request = urllib.request.Request(
        url,
        data=_INITIALIZE,
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            **headers,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        is_challenged = error.headers["WWW-Authenticate"] is not None
        return error.code if is_challenged == (error.code == 401) else 0
