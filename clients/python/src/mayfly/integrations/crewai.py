"""For CrewAI (PyPI crewai).

with ToolCallHooks(policy):
    crew.kickoff()
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

from mayfly.context import Authority, current_authority
from mayfly.integrations.policy import ToolPolicy

if TYPE_CHECKING:
    from crewai.hooks import ToolCallHookContext

Acting = Callable[["ToolCallHookContext"], Authority]


class ToolCallHooks:
    """The hooks before and after each tool call of every crew in this process, from ``install`` to
    ``remove``, or for a ``with`` block.

    CrewAI gives hooks and the model a tool's name in lower case with underscores, and so must the
    policy. A hook that was registered later can still change the arguments: install this one last.
    CrewAI keeps results of earlier calls; what is refused does not get those either.
    """

    def __init__(self, policy: ToolPolicy, acting: Acting | None = None) -> None:
        """``acting`` gives whose call it is, for example by ``context.agent.role`` in a crew of
        several; None takes the agent of the surrounding block."""
        self._policy = policy
        self._acting = acting
        # The arguments of the call that was just refused, and what its model is told. CrewAI calls
        # both hooks in one context, with the same dictionary.
        self._refused: ContextVar[tuple[dict[str, object], str] | None] = ContextVar(
            "mayfly_refused_tool_call", default=None
        )

    def install(self) -> None:
        """Registers the hooks."""
        from crewai.hooks import register_after_tool_call_hook, register_before_tool_call_hook

        register_before_tool_call_hook(self._before)
        register_after_tool_call_hook(self._after)

    def remove(self) -> None:
        """Takes them back."""
        from crewai.hooks import unregister_after_tool_call_hook, unregister_before_tool_call_hook

        unregister_before_tool_call_hook(self._before)
        unregister_after_tool_call_hook(self._after)

    def __enter__(self) -> ToolCallHooks:
        self.install()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def _before(self, context: ToolCallHookContext) -> bool | None:
        """False keeps the tool from being run."""
        who = current_authority if self._acting is None else partial(self._acting, context)
        refusal = self._policy.refusal(context.tool_name, context.tool_input, who)
        if refusal is None:
            self._refused.set(None)
            return None
        self._refused.set((context.tool_input, refusal.message))
        return False

    def _after(self, context: ToolCallHookContext) -> str | None:
        """Tells the model why, where CrewAI only says that a hook blocked the tool."""
        refused = self._refused.get()
        if refused is None or refused[0] is not context.tool_input:
            return None
        self._refused.set(None)
        return refused[1]
