"""Where the broker's sockets are."""

from __future__ import annotations

import os
from pathlib import Path

_SYSTEM = "/run/mayfly"


def agent_socket(address: str | os.PathLike[str] | None) -> str:
    """A path, or a URL ``unix:///path``; None takes ``MAYFLY_SOCKET``, else
    ``$XDG_RUNTIME_DIR/mayfly/agent.sock`` where that exists, else ``/run/mayfly/agent.sock``."""
    return _socket(address, "MAYFLY_SOCKET", "agent.sock")


def operator_socket(address: str | os.PathLike[str] | None) -> str:
    """The same for the operator's, with ``MAYFLY_OPERATOR_SOCKET``."""
    return _socket(address, "MAYFLY_OPERATOR_SOCKET", "operator/operator.sock")


def _socket(address: str | os.PathLike[str] | None, variable: str, name: str) -> str:
    text = os.fspath(address) if address is not None else os.environ.get(variable, "")
    if text:
        return text.removeprefix("unix://")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        own = Path(runtime, "mayfly", name)
        if own.exists():
            return str(own)
    return f"{_SYSTEM}/{name}"
