"""Who acts: an agent on the orchestrator's side, the holder of a verified token on the resource's.

A context variable, so that tools that are called in between need not be handed it: it follows
``await``, tasks and ``asyncio.to_thread``, and a plain thread through ``contextvars.copy_context``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

from mayfly.errors import AccessDeniedError


class Authority(Protocol):
    """Somebody with a scope: an agent, or a token that was verified."""

    @property
    def agent_id(self) -> str:
        """The SPIFFE ID of whose authority it is."""
        ...

    @property
    def scope(self) -> Sequence[str]:
        """The scopes that are held."""
        ...

    def allows(self, scope: str) -> bool:
        """Whether what is held covers a scope."""
        ...


_current: ContextVar[Authority | None] = ContextVar("mayfly_authority", default=None)

Acting = TypeVar("Acting", bound=Authority)


def current_authority() -> Authority:
    """Who acts here; raises ``AccessDeniedError`` with ``NO_AUTHORITY`` where nobody does."""
    authority = _current.get()
    if authority is None:
        raise AccessDeniedError("NO_AUTHORITY", "no agent acts here")
    return authority


@contextmanager
def acting_as(authority: Acting) -> Iterator[Acting]:
    """Lets an agent act in a block: ``current_authority()`` and ``@requires`` see it there."""
    token = _current.set(authority)
    try:
        yield authority
    finally:
        _current.reset(token)


def set_authority(authority: Authority) -> None:
    """Lets somebody act from here on to the end of the context, which must be one's own."""
    _current.set(authority)
