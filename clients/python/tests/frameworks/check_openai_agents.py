"""Tool guardrails, with the OpenAI Agents SDK."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import agents
from desk import POLICY, SCOPE, SCRIPT, Call, Desk, expect, refused
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from mayfly import App, Verifier, acting_as
from mayfly.integrations import ToolPolicy
from mayfly.integrations.openai_agents import guarded
from mayfly.testing import Operator


class ScriptedModel(agents.Model):
    """Makes its calls one after the other, and remembers what it is told."""

    def __init__(self, calls: Sequence[tuple[str, str]]) -> None:
        self.calls = list(calls)
        self.told: list[str] = []

    async def get_response(self, *_: Any, **request: Any) -> Any:
        outputs = [item for item in request["input"] if item.get("type") == "function_call_output"]
        self.told = [item["output"] for item in outputs]
        return agents.ModelResponse(
            output=[self.item(len(outputs))], usage=agents.Usage(), response_id=None
        )

    def item(self, index: int) -> Any:
        if index < len(self.calls):
            name, arguments = self.calls[index]
            return ResponseFunctionToolCall(
                call_id=f"call-{index}", name=name, arguments=arguments, type="function_call"
            )
        text = ResponseOutputText(annotations=[], text="done", type="output_text")
        return ResponseOutputMessage(
            id="message", content=[text], role="assistant", status="completed", type="message"
        )

    def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        raise NotImplementedError


def run_raw(
    desk: Desk, policy: ToolPolicy, calls: Sequence[tuple[str, str]], **options: Any
) -> list[str]:
    model = ScriptedModel(calls)
    tools = [
        agents.function_tool(tool)
        for tool in (desk.lookup_billing, desk.edit_account, desk.wipe_everything)
    ]
    agent = agents.Agent(name="support", model=model, tools=guarded(tools, policy, **options))
    settings = agents.RunConfig(tracing_disabled=True)
    result = asyncio.run(agents.Runner.run(agent, "the bill", run_config=settings, max_turns=20))
    assert result.final_output == "done"
    assert not any(tool.tool_input_guardrails for tool in tools)
    return model.told


def run(desk: Desk, policy: ToolPolicy, calls: Sequence[Call], **options: Any) -> list[str]:
    texts = [(call.tool, json.dumps({"customer_id": call.customer_id})) for call in calls]
    return run_raw(desk, policy, texts, **options)


def test_a_call_needs_its_scope(app: App, asking: Verifier) -> None:
    for policy in (ToolPolicy(POLICY), ToolPolicy(POLICY, verifier=asking)):
        desk = Desk()
        with app.agent(task="t", scope=SCOPE) as agent:
            expect(desk, run(desk, policy, SCRIPT), SCRIPT)
        assert desk.agents == {agent.agent_id}


def test_after_its_release_an_agent_may_nothing(app: App) -> None:
    desk, agent = Desk(), app.spawn(task="t", scope=SCOPE)
    agent.release()
    with acting_as(agent):
        expect(desk, run(desk, ToolPolicy(POLICY), refused("RELEASED")), refused("RELEASED"))
    nobody = refused("NO_AUTHORITY")
    expect(desk, run(desk, ToolPolicy(POLICY), nobody), nobody)


def test_what_somebody_else_revoked(app: App, asking: Verifier, operator: Operator) -> None:
    desk, calls = Desk(), refused("TOKEN_NOT_VALID")
    with app.agent(task="t", scope=SCOPE) as agent:
        operator.revoke("agent", agent.agent_id)
        expect(desk, run(desk, ToolPolicy(POLICY, verifier=asking), calls), calls)


def test_arguments_that_are_no_object(app: App) -> None:
    desk = Desk()
    texts = ["[]", "{", "", '{"customer_id": ["12345"]}', '{"customer_id": true}']
    with app.agent(task="t", scope=SCOPE):
        told = run_raw(desk, ToolPolicy(POLICY), [("lookup_billing", text) for text in texts])
    expect(desk, told, refused("INVALID_ARGUMENTS") * len(texts))


def test_whose_call_it_is_may_be_said(app: App) -> None:
    desk, support = Desk(), app.spawn(task="t", scope=SCOPE)
    held = {"support": support}
    with app.agent(task="other", scope="read:data:customer-1"):
        told = run(desk, ToolPolicy(POLICY), SCRIPT, acting=lambda data: held[data.agent.name])
    expect(desk, told, SCRIPT)

    def confused(data: Any) -> Any:
        raise KeyError(data.agent.name)

    desk, calls = Desk(), refused("CHECK_FAILED")
    expect(desk, run(desk, ToolPolicy(POLICY), calls, acting=confused), calls)
