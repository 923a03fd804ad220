"""How an agent that a wrapper started finds its token and its key.

The wrapper leaves an open descriptor and its number in ``MAYFLY_AGENT_FD``. From it one JSON object
is read to its end: ``socket``, ``token``, ``private_key`` (PEM of PKCS #8), ``agent_id`` and
``expires_at``. Nothing of it is in the environment, in an argument list or on disk.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from mayfly.aio import AsyncAgent, AsyncApp
from mayfly.app import Agent, App
from mayfly.errors import InvalidRequestError
from mayfly.keys import AgentKey

VARIABLE = "MAYFLY_AGENT_FD"
# More than the longest token and key.
_MAXIMUM_BYTES = 64 * 1024


@dataclass(frozen=True)
class _Handover:
    socket: str
    token: str
    key: AgentKey


def agent_from_environment() -> Agent:
    """The agent that this process is: it can renew, delegate and release itself.

    The descriptor is read to its end and closed, so this answers once; raises
    ``InvalidRequestError`` where there is none.
    """
    handover = _read()
    return App(socket=handover.socket).adopt(token=handover.token, key=handover.key)


async def async_agent_from_environment() -> AsyncAgent:
    """The same for asyncio."""
    handover = _read()
    return await AsyncApp(socket=handover.socket).adopt(token=handover.token, key=handover.key)


def _read() -> _Handover:
    number = os.environ.pop(VARIABLE, "")
    if not number.isascii() or not number.isdigit():
        raise InvalidRequestError(f"{VARIABLE} names no descriptor")
    try:
        with open(int(number), "rb") as stream:
            text = stream.read(_MAXIMUM_BYTES + 1)
    except OSError as error:
        raise InvalidRequestError(f"the descriptor of {VARIABLE}: {error.strerror}") from None
    try:
        values: Any = json.loads(text) if len(text) <= _MAXIMUM_BYTES else None
        return _Handover(
            str(values["socket"]), str(values["token"]), AgentKey.from_pem(values["private_key"])
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        # Not what it was: there are secrets in it.
        raise InvalidRequestError(f"what {VARIABLE} gives is not an agent") from None
