"""For the OpenAI Agents SDK (PyPI openai-agents).

agent = agents.Agent(name="support", tools=guarded([lookup_billing, edit_account], policy))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from mayfly.context import Authority, current_authority
from mayfly.integrations.policy import ToolPolicy, ToolRefusal

if TYPE_CHECKING:
    from agents import FunctionTool, Tool
    from agents.tool_guardrails import (
        ToolGuardrailFunctionOutput,
        ToolInputGuardrail,
        ToolInputGuardrailData,
    )

Acting = Callable[["ToolInputGuardrailData"], Authority]


def tool_guardrail(policy: ToolPolicy, acting: Acting | None = None) -> ToolInputGuardrail[Any]:
    """An input guardrail for ``FunctionTool.tool_input_guardrails``: the model reads the refusal in
    place of the tool's result, and the run goes on.

    ``acting`` gives whose call it is, for example by ``data.agent.name`` after a handoff, or from
    the run's own ``data.context.context``; None takes the agent of the surrounding block.
    """
    from agents.tool_guardrails import ToolGuardrailFunctionOutput, ToolInputGuardrail

    async def guard(data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        arguments = _arguments(data.context.tool_arguments)
        if arguments is None:
            refusal: ToolRefusal | None = ToolRefusal("INVALID_ARGUMENTS")
        else:
            who = current_authority if acting is None else partial(acting, data)
            refusal = await policy.refusal_async(data.context.tool_name, arguments, who)
        if refusal is None:
            return ToolGuardrailFunctionOutput.allow()
        return ToolGuardrailFunctionOutput.reject_content(
            refusal.message, output_info={"reason": refusal.reason}
        )

    return ToolInputGuardrail(guardrail_function=guard, name="mayfly")


def guarded(
    tools: Iterable[FunctionTool], policy: ToolPolicy, acting: Acting | None = None
) -> list[Tool]:
    """The same function tools, each behind the guardrail, before those that it has already. The
    tools given are left as they are.

    Hosted tools and MCP servers run elsewhere and take no guardrails: those are guarded where they
    are.
    """
    from dataclasses import replace

    guardrail = tool_guardrail(policy, acting)
    return [
        replace(tool, tool_input_guardrails=[guardrail, *(tool.tool_input_guardrails or [])])
        for tool in tools
    ]


def _arguments(text: str) -> dict[str, object] | None:
    """The object that a model wrote, as the SDK reads it; no text at all is none."""
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
