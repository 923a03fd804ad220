"""Which scope a tool needs, checked against whoever acts when a model calls it.

This is the outer line: it sees the arguments as the model wrote them, and keeps what is not allowed
from reaching any code of the tool. ``@requires`` on the tool's function is the inner one: it sees
what the function sees, after the framework has read, converted and completed the arguments.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mayfly.agents import AgentBase
from mayfly.context import Authority, acting_as, current_authority
from mayfly.errors import AccessDeniedError
from mayfly.guard import ScopeTemplate, check
from mayfly.scopes import scope_list
from mayfly.verification.verifier import Verifier

_log = logging.getLogger("mayfly.integrations")

_SENTENCES = {
    "SCOPE_VIOLATION": "the agent's scope does not cover this call",
    "TOOL_NOT_LISTED": "no agent may call this tool",
    "INVALID_ARGUMENTS": "the arguments do not say what the call is for",
    "INVALID_SCOPE": "the arguments do not say what the call is for",
    "NO_AUTHORITY": "no agent acts here",
    "RELEASED": "the agent was released",
    "CHECK_FAILED": "the call could not be checked",
}


@dataclass(frozen=True)
class ToolRefusal:
    """Why a tool was not run; ``reason`` is a stable code, as of ``AccessDeniedError``.

    A ``ToolPolicy`` adds three of its own: ``TOOL_NOT_LISTED``, ``INVALID_ARGUMENTS`` where a call
    lacks what its scope is made of, and ``CHECK_FAILED`` where the check itself went wrong.
    """

    reason: str

    @property
    def message(self) -> str:
        """A sentence for the model. It names no agent, no token, no scope and no argument."""
        sentence = _SENTENCES.get(self.reason, "the agent's token is not good")
        return f"Refused ({self.reason}): {sentence}. The tool was not run."


class ToolPolicy:
    """The scopes that each tool needs; a tool that is not listed is refused.

        policy = ToolPolicy(
            {
                "lookup_billing": "read:data:customer-{customer_id}",
                "edit_account": ["read:data:customer-{customer_id}", "write:data:accounts"],
                "current_time": [],
            },
            verifier=Verifier.connect(),
        )

    Names in braces are arguments of the call: texts or whole numbers, which fill their own part of
    a scope and no other. A tool with no scopes is for every agent that lives. Safe for threads.
    """

    def __init__(
        self,
        tools: Mapping[str, str | Iterable[str]],
        *,
        verifier: Verifier | None = None,
    ) -> None:
        """With a ``verifier`` the acting agent's token is verified at each call, which takes
        microseconds, and sees that it expired or was revoked by somebody else. Without, an agent
        ends for this policy when it is released through the object that acts.

        Raises ``InvalidRequestError`` for what becomes no scope whatever the arguments are.
        """
        self._tools = {
            name: tuple(ScopeTemplate.parse(scope) for scope in scope_list(scopes))
            for name, scopes in tools.items()
        }
        self._verifier = verifier

    def refusal(
        self,
        tool: str,
        arguments: Mapping[str, object],
        acting: Callable[[], Authority] = current_authority,
    ) -> ToolRefusal | None:
        """Why a call is refused, or None where it may go on; ``acting`` gives whose call it is.

        Raises nothing, because there are frameworks that take an error in a hook for a Yes.
        """
        try:
            token, scopes = self._check_here(tool, arguments, acting)
            if self._verifier is not None and token is not None:
                for scope in scopes or (None,):
                    self._verifier.check(token, scope).unwrap()
        except Exception as error:
            return _refused(tool, error)
        return None

    async def refusal_async(
        self,
        tool: str,
        arguments: Mapping[str, object],
        acting: Callable[[], Authority] = current_authority,
    ) -> ToolRefusal | None:
        """The same in a task, which is not held up where the broker has to be asked."""
        try:
            token, scopes = self._check_here(tool, arguments, acting)
            if self._verifier is not None and token is not None:
                for scope in scopes or (None,):
                    (await self._verifier.check_async(token, scope)).unwrap()
        except Exception as error:
            return _refused(tool, error)
        return None

    def _check_here(
        self, tool: str, arguments: Mapping[str, object], acting: Callable[[], Authority]
    ) -> tuple[str | None, list[str]]:
        """The token that a verifier has to see, and for which scopes; raises where the call is
        refused without one. Whoever acts with a verified token has none left to show."""
        templates = self._tools.get(tool)
        if templates is None:
            raise AccessDeniedError("TOOL_NOT_LISTED", "the policy does not name it")
        authority = acting()
        if getattr(authority, "is_released", False):
            raise AccessDeniedError("RELEASED", f"{authority.agent_id} was released")
        scopes = [_filled(template, arguments) for template in templates]
        with acting_as(authority):
            check(*scopes)
        return (authority.token if isinstance(authority, AgentBase) else None), scopes


def _filled(template: ScopeTemplate, arguments: Mapping[str, object]) -> str:
    for name in template.names:
        value = arguments.get(name)
        # What else a model may write (true, 1e5, a list) has more than one text.
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise AccessDeniedError(
                "INVALID_ARGUMENTS", f"{name} is neither a text nor a whole number", template.text
            )
    return template.fill(arguments)


def _refused(tool: str, error: Exception) -> ToolRefusal:
    if isinstance(error, AccessDeniedError):
        # %r, because a model may have made up the name.
        _log.info("refused a call of %r: %s", tool, error)
        return ToolRefusal(error.reason)
    _log.error("a call of %r could not be checked", tool, exc_info=error)
    return ToolRefusal("CHECK_FAILED")
