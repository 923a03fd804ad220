"""What is asked for an agent, checked and in the form of the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mayfly._core.session import Session
from mayfly._generated import agents_pb2
from mayfly.errors import InvalidRequestError
from mayfly.keys import AgentKey
from mayfly.scopes import scope_list
from mayfly.values import Bond, Duration, Longest, use_limit, whole_seconds


@dataclass(frozen=True)
class AgentRequest:
    """One agent that is to be spawned or registered.

    ``orch`` and ``task`` are identifiers, 1 to 128 characters of ``[A-Za-z0-9._-]``; ``scope`` is 1
    to 32 scopes inside the app's ceiling, ``audience`` at most 8 audiences. ``ttl`` is the life of
    the token, None the app's default; ``renewable_for`` how long the grant can be renewed, None as
    long as the token lives, ``"longest"`` as long as the app's agents may live. ``max_uses`` limits
    what the grant and all that is delegated from it may consume. ``by_reference`` asks for a short
    token that the broker resolves. ``key`` is the agent's own, None makes a fresh one.
    """

    orch: str
    task: str
    scope: str | Iterable[str]
    audience: Iterable[str] = ()
    ttl: Duration | None = None
    renewable_for: Duration | Longest | None = None
    max_uses: int | None = None
    by_reference: bool = False
    bound_to: Bond | None = None
    key: AgentKey = field(default_factory=AgentKey)


def spec(request: AgentRequest) -> agents_pb2.AgentSpec:
    """As the wire has it. What is left for the broker to refuse is what only it knows."""
    if isinstance(request.audience, str):
        raise InvalidRequestError("audience is a list of audiences")
    message = agents_pb2.AgentSpec(
        orch_id=request.orch,
        task_id=request.task,
        scope=scope_list(request.scope),
        public_key=request.key.public_key,
    )
    # What is left out most of the time is not paid for each time.
    if request.audience:
        message.audience.extend(request.audience)
    if request.ttl is not None:
        message.ttl_seconds = whole_seconds(request.ttl, "a ttl")
    if request.renewable_for is not None and request.renewable_for != "longest":
        message.lifetime_seconds = whole_seconds(request.renewable_for, "renewable_for")
    if request.max_uses is not None:
        message.max_uses = use_limit(request.max_uses)
    if request.by_reference:
        message.by_reference = True
    if request.bound_to is not None:
        _bind(message, request.bound_to)
    return message


def _bind(message: agents_pb2.AgentSpec, bond: Bond) -> None:
    if bond == "connection":
        message.binding = agents_pb2.BINDING_CONNECTION
        return
    message.binding = agents_pb2.BINDING_PROCESS
    if bond == "self":
        return
    if not isinstance(bond, int) or not 0 < bond < 2**32:
        raise InvalidRequestError(f"bound_to is a pid, 'self' or 'connection', not {bond!r}")
    message.pid = bond


def set_longest(message: agents_pb2.AgentSpec, request: AgentRequest, session: Session) -> None:
    """Says how long the longest is, which the broker told the connection."""
    if request.renewable_for != "longest":
        return
    if not session.max_ttl_seconds:
        raise InvalidRequestError("only an app's connection knows how long the longest is")
    message.lifetime_seconds = session.max_ttl_seconds


class AgentFacts:
    """What is known of an agent on this side; a renewal changes the token and its end."""

    __slots__ = (
        "agent_id",
        "expires_at",
        "grant_id",
        "key",
        "orch",
        "released",
        "root",
        "scope",
        "task",
        "token",
    )

    def __init__(
        self,
        agent_id: str,
        token: str,
        grant_id: str,
        expires_at: int,
        scope: tuple[str, ...],
        key: AgentKey,
    ) -> None:
        self.agent_id = agent_id
        self.token = token
        self.grant_id = grant_id
        self.expires_at = expires_at
        self.scope = scope
        self.key = key
        # spiffe://{trust domain}/agent/{orch}/{task}/{instance}
        parts = agent_id.split("/")
        self.orch, self.task = (parts[4], parts[5]) if len(parts) == 7 else ("", "")
        self.released = False
        # The root statement of the agent's own grant, once somebody asked for it.
        self.root: str | None = None
