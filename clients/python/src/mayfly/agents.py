"""What a blocking and an asyncio agent have in common."""

from __future__ import annotations

from mayfly._core.requests import AgentFacts
from mayfly.keys import AgentKey
from mayfly.scopes import covers


class AgentBase:
    """One running agent as its orchestrator, or itself, holds it: an identity, a token, and the key
    behind both. Printing it shows neither token nor key.
    """

    __slots__ = ("_facts",)

    def __init__(self, facts: AgentFacts) -> None:
        self._facts = facts

    @property
    def agent_id(self) -> str:
        """The SPIFFE ID ``spiffe://{trust domain}/agent/{orch}/{task}/{instance}``, whose instance
        is never given again."""
        return self._facts.agent_id

    @property
    def token(self) -> str:
        """The token that states its grant: a compact JWS, at most 16 KiB. Whoever has it may use
        it: keep it out of logs and argument lists. A renewal replaces it."""
        return self._facts.token

    @property
    def grant_id(self) -> str:
        """Its grant, 32 hexadecimal characters; stable over renewals."""
        return self._facts.grant_id

    @property
    def expires_at(self) -> int:
        """When the token ends if nothing ends it before, seconds since the Unix epoch."""
        return self._facts.expires_at

    @property
    def scope(self) -> tuple[str, ...]:
        """What it may do, scopes ``action:resource:identifier``."""
        return self._facts.scope

    @property
    def orch(self) -> str:
        """The orchestration that it was spawned under."""
        return self._facts.orch

    @property
    def task(self) -> str:
        """The task that it was spawned for."""
        return self._facts.task

    @property
    def key(self) -> AgentKey:
        """The agent's own key, which its token names in ``cnf.jkt``."""
        return self._facts.key

    @property
    def is_released(self) -> bool:
        """Whether it was released through this object."""
        return self._facts.released

    @property
    def bearer_header(self) -> dict[str, str]:
        """The header that presents the token (RFC 6750): ``get(url,
        headers=agent.bearer_header)``."""
        return {"Authorization": f"Bearer {self._facts.token}"}

    def allows(self, scope: str) -> bool:
        """Whether its own scope covers one, as far as this side knows."""
        return not self._facts.released and any(covers(held, scope) for held in self._facts.scope)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._facts.agent_id} scope={list(self._facts.scope)}>"
