"""For LangGraph (PyPI langgraph).

ToolNode(tools, **tool_call_wrappers(policy))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from mayfly.context import Authority, acting_as, current_authority
from mayfly.integrations.policy import ToolPolicy, ToolRefusal

if TYPE_CHECKING:
    from langchain_core.messages import ToolMessage
    from langgraph.prebuilt.tool_node import ToolCallRequest
    from langgraph.types import Command

    Result: TypeAlias = ToolMessage | Command[Any]
    Execute = Callable[[ToolCallRequest], Result]
    ExecuteAsync = Callable[[ToolCallRequest], Awaitable[Result]]

Acting = Callable[["ToolCallRequest"], Authority]


class ToolCallWrappers(TypedDict):
    """The two arguments of a ``ToolNode``, for its blocking and its asynchronous calls."""

    wrap_tool_call: Callable[[ToolCallRequest, Execute], Result]
    awrap_tool_call: Callable[[ToolCallRequest, ExecuteAsync], Awaitable[Result]]


def tool_call_wrappers(policy: ToolPolicy, acting: Acting | None = None) -> ToolCallWrappers:
    """Wrappers for ``ToolNode``: a call that is refused becomes a ``ToolMessage`` with the status
    ``error``, and the graph goes on.

    ``acting`` gives whose call it is, for example from ``request.runtime.context``, and that agent
    acts in the tool; None takes the agent of the surrounding block.
    """

    def wrap(request: ToolCallRequest, execute: Execute) -> Result:
        who = current_authority if acting is None else partial(acting, request)
        call = request.tool_call
        refusal = policy.refusal(call["name"], call["args"], who)
        if refusal is not None:
            return _message(request, refusal)
        with acting_as(who()):
            return execute(request)

    async def wrap_async(request: ToolCallRequest, execute: ExecuteAsync) -> Result:
        who = current_authority if acting is None else partial(acting, request)
        call = request.tool_call
        refusal = await policy.refusal_async(call["name"], call["args"], who)
        if refusal is not None:
            return _message(request, refusal)
        with acting_as(who()):
            return await execute(request)

    return {"wrap_tool_call": wrap, "awrap_tool_call": wrap_async}


def _message(request: ToolCallRequest, refusal: ToolRefusal) -> ToolMessage:
    from langchain_core.messages import ToolMessage

    return ToolMessage(
        content=refusal.message,
        name=request.tool_call["name"],
        tool_call_id=request.tool_call["id"],
        status="error",
        artifact={"reason": refusal.reason},
    )
