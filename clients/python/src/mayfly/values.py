"""What calls answer with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from functools import cached_property
from math import ceil
from typing import Any, Literal

from mayfly.errors import InvalidRequestError

# Seconds, or a timedelta; rounded up to whole seconds.
Duration = int | float | timedelta
# As long as the app's agents may live at most, where a call takes that.
Longest = Literal["longest"]
# What an agent's life hangs on beyond its expiry: a process, by its pid; the process itself, in a
# registration; the client's connection.
Bond = int | Literal["self", "connection"]

_MAXIMUM_SECONDS = 2**32 - 1


class AgentState(IntEnum):
    """What an agent says it is doing."""

    ACTIVE = 1
    IDLE = 2
    COMPLETING = 3


@dataclass(frozen=True)
class Validation:
    """What the broker says of a token at this moment. True where it is valid.

    ``expires_at`` is in seconds since the Unix epoch; ``uses_left`` says something only where a use
    was consumed and the grant's uses are limited; ``claims_json`` is the token's payload exactly as
    signed, of a token by reference what it refers to, and empty where it was not asked for.
    """

    valid: bool
    expires_at: int
    uses_left: int
    claims_json: bytes = field(repr=False)

    def __bool__(self) -> bool:
        return self.valid

    @cached_property
    def claims(self) -> dict[str, Any]:
        """The claims; empty where the token is not valid or they were not asked for."""
        claims: dict[str, Any] = json.loads(self.claims_json) if self.claims_json else {}
        return claims


@dataclass(frozen=True)
class Delegation:
    """A token that a delegate gets: for the delegator to hand over. It is bound to the delegate's
    key, and ends with the delegator's grant and with the delegate's own."""

    agent_id: str
    token: str = field(repr=False)
    grant_id: str
    expires_at: int
    scope: tuple[str, ...]

    @property
    def bearer_header(self) -> dict[str, str]:
        """The header that presents the token (RFC 6750)."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class AgentDescription:
    """The public face of a live agent. ``not_after``, in seconds since the Unix epoch, no renewal
    of its own grant passes; ``root`` is what a chain from it begins with."""

    agent_id: str
    public_key: bytes
    grant_id: str
    expires_at: int
    root: str
    not_after: int


@dataclass(frozen=True)
class LaunchToken:
    """A secret with which one agent registers itself, once, until ``expires_at``."""

    token: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True)
class Grant:
    """A live grant, as its app sees it. Times are seconds since the Unix epoch; ``uses_left`` is
    None where there is no limit, ``parent_grant_id`` where nothing was delegated."""

    grant_id: str
    agent_id: str
    orch: str
    task: str
    scope: tuple[str, ...]
    audience: tuple[str, ...]
    issued_at: int
    expires_at: int
    not_after: int
    depth: int
    parent_grant_id: str | None
    holder_grant_id: str | None
    renewals: int
    uses_left: int | None
    is_flagged: bool


def whole_seconds(duration: Duration | None, what: str) -> int:
    """As the wire has a duration: whole seconds from 1, 0 for none."""
    if duration is None:
        return 0
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    if not 0 < seconds <= _MAXIMUM_SECONDS:
        raise InvalidRequestError(f"{what} is at least a second, not {duration}")
    return ceil(seconds)


def use_limit(uses: int | None) -> int:
    """As the wire has a limit of uses: from 1, 0 for none."""
    if uses is None:
        return 0
    if not 1 <= uses <= _MAXIMUM_SECONDS:
        raise InvalidRequestError("a limit of uses is at least one")
    return uses
