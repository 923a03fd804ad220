"""Tool call hooks, with CrewAI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.hooks import get_after_tool_call_hooks, get_before_tool_call_hooks
from crewai.llms.base_llm import BaseLLM
from crewai.tools import BaseTool, tool
from desk import POLICY, SCOPE, SCRIPT, Call, Desk, expect, refused
from pydantic import PrivateAttr

from mayfly import App, Verifier, acting_as
from mayfly.integrations import ToolPolicy
from mayfly.integrations.crewai import ToolCallHooks
from mayfly.testing import Operator


class NativeModel(BaseLLM):
    """Calls tools as the APIs of model vendors do, one after the other."""

    _calls: list[Call] = PrivateAttr(default_factory=list)
    _told: list[str] = PrivateAttr(default_factory=list)

    def supports_function_calling(self) -> bool:
        return True

    def call(self, messages: Any, *_: Any, **__: Any) -> Any:
        self._told = [each["content"] for each in messages if each.get("role") == "tool"]
        index = len(self._told)
        if index == len(self._calls):
            return "done"
        call = self._calls[index]
        arguments = json.dumps({"customer_id": call.customer_id})
        function = {"name": call.tool, "arguments": arguments}
        return [{"id": f"call-{index}", "type": "function", "function": function}]


class WritingModel(BaseLLM):
    """Calls tools by writing so (ReAct)."""

    _calls: list[Call] = PrivateAttr(default_factory=list)
    _told: list[str] = PrivateAttr(default_factory=list)

    def supports_function_calling(self) -> bool:
        return False

    def call(self, messages: Any, *_: Any, **__: Any) -> Any:
        written = [each["content"] for each in messages if each["role"] == "assistant"]
        parts = [text.partition("\nObservation: ")[2] for text in written]
        self._told = [part.split("\n")[0] for part in parts]
        index = len(self._told)
        if index == len(self._calls):
            return "Thought: I know enough\nFinal Answer: done"
        call = self._calls[index]
        arguments = json.dumps({"customer_id": call.customer_id})
        return f"Thought: look\nAction: {call.tool}\nAction Input: {arguments}"


def run(
    kind: type[NativeModel | WritingModel],
    desk: Desk,
    policy: ToolPolicy,
    calls: Sequence[Call],
    **options: Any,
) -> list[str]:
    model = kind(model="scripted")
    model._calls = list(calls)

    @tool("lookup_billing")
    def lookup_billing(customer_id: str) -> str:
        """What a customer owes."""
        return desk.lookup_billing(customer_id)

    @tool("edit_account")
    def edit_account(customer_id: str) -> str:
        """Closes a customer's account."""
        return desk.edit_account(customer_id)

    @tool("wipe_everything")
    def wipe_everything(customer_id: str) -> str:
        """Is in no policy."""
        return desk.wipe_everything(customer_id)

    tools: list[BaseTool] = [lookup_billing, edit_account, wipe_everything]
    agent = Agent(role="support", goal="help", backstory="a desk", llm=model, tools=tools)
    task = Task(description="the bill", expected_output="the bill", agent=agent)
    with ToolCallHooks(policy, **options):
        result: Any = Crew(agents=[agent], tasks=[task], cache=False).kickoff()
    assert result.raw == "done"
    return model._told


@pytest.fixture(params=[NativeModel, WritingModel])
def kind(request: pytest.FixtureRequest) -> type[NativeModel | WritingModel]:
    chosen: type[NativeModel | WritingModel] = request.param
    return chosen


def test_a_call_needs_its_scope(kind: Any, app: App, asking: Verifier) -> None:
    for policy in (ToolPolicy(POLICY), ToolPolicy(POLICY, verifier=asking)):
        desk = Desk()
        with app.agent(task="t", scope=SCOPE) as agent:
            expect(desk, run(kind, desk, policy, SCRIPT), SCRIPT)
        assert desk.agents == {agent.agent_id}


def test_after_its_release_an_agent_may_nothing(kind: Any, app: App) -> None:
    desk, agent = Desk(), app.spawn(task="t", scope=SCOPE)
    agent.release()
    with acting_as(agent):
        expect(desk, run(kind, desk, ToolPolicy(POLICY), refused("RELEASED")), refused("RELEASED"))
    nobody = refused("NO_AUTHORITY")
    expect(desk, run(kind, desk, ToolPolicy(POLICY), nobody), nobody)


def test_what_somebody_else_revoked(
    kind: Any, app: App, asking: Verifier, operator: Operator
) -> None:
    desk, calls = Desk(), refused("TOKEN_NOT_VALID")
    with app.agent(task="t", scope=SCOPE) as agent:
        operator.revoke("agent", agent.agent_id)
        expect(desk, run(kind, desk, ToolPolicy(POLICY, verifier=asking), calls), calls)


def test_whose_call_it_is_may_be_said(kind: Any, app: App) -> None:
    desk, support = Desk(), app.spawn(task="t", scope=SCOPE)
    held = {"support": support}
    with app.agent(task="other", scope="read:data:customer-1"):
        told = run(
            kind,
            desk,
            ToolPolicy(POLICY),
            SCRIPT,
            acting=lambda context: held[context.agent.role],
        )
    expect(desk, told, SCRIPT)

    def confused(context: Any) -> Any:
        raise KeyError(context.tool_name)

    # CrewAI goes on after an error in a hook; this hook has none.
    desk, calls = Desk(), refused("CHECK_FAILED")
    expect(desk, run(kind, desk, ToolPolicy(POLICY), calls, acting=confused), calls)


def test_the_hooks_are_gone_after_the_block() -> None:
    with ToolCallHooks(ToolPolicy(POLICY)):
        assert (len(get_before_tool_call_hooks()), len(get_after_tool_call_hooks())) == (1, 1)
    assert get_before_tool_call_hooks() == get_after_tool_call_hooks() == []
