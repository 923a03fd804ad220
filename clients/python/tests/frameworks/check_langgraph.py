"""Wrapped tool calls, with LangGraph."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from desk import POLICY, SCOPE, SCRIPT, Call, Desk, expect, refused
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import StructuredTool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from mayfly import App, Verifier, acting_as
from mayfly.integrations import ToolPolicy
from mayfly.integrations.langgraph import tool_call_wrappers
from mayfly.testing import Operator

Run = Callable[..., list[str]]


def graph(desk: Desk, policy: ToolPolicy, calls: Sequence[Call], options: Any) -> Any:
    """A model that makes its calls one after the other, and the tools, in turns."""

    def model(state: MessagesState) -> Any:
        told = [each for each in state["messages"] if isinstance(each, ToolMessage)]
        if len(told) == len(calls):
            return {"messages": [AIMessage("done")]}
        call = calls[len(told)]
        tool_call = {
            "name": call.tool,
            "args": {"customer_id": call.customer_id},
            "id": f"call-{len(told)}",
        }
        return {"messages": [AIMessage("", tool_calls=[tool_call])]}

    tools = [
        StructuredTool.from_function(tool)
        for tool in (desk.lookup_billing, desk.edit_account, desk.wipe_everything)
    ]
    built = StateGraph(MessagesState)
    built.add_node("model", model)
    built.add_node("tools", ToolNode(tools, **tool_call_wrappers(policy, **options)))
    built.add_edge(START, "model")
    built.add_conditional_edges("model", tools_condition)
    built.add_edge("tools", "model")
    return built.compile()


def blocking(desk: Desk, policy: ToolPolicy, calls: Sequence[Call], **options: Any) -> list[str]:
    question = {"messages": [("user", "the bill")]}
    return told(graph(desk, policy, calls, options).invoke(question, {"recursion_limit": 50}))


def asynchronous(
    desk: Desk, policy: ToolPolicy, calls: Sequence[Call], **options: Any
) -> list[str]:
    question = {"messages": [("user", "the bill")]}
    running = graph(desk, policy, calls, options).ainvoke(question, {"recursion_limit": 50})
    return told(asyncio.run(running))


def told(state: Any) -> list[str]:
    assert state["messages"][-1].content == "done"
    messages = [each for each in state["messages"] if isinstance(each, ToolMessage)]
    for message in messages:
        is_refused = str(message.content).startswith("Refused (")
        assert message.status == ("error" if is_refused else "success")
    return [str(message.content) for message in messages]


@pytest.fixture(params=[blocking, asynchronous])
def run(request: pytest.FixtureRequest) -> Run:
    chosen: Run = request.param
    return chosen


def test_a_call_needs_its_scope(run: Run, app: App, asking: Verifier) -> None:
    for policy in (ToolPolicy(POLICY), ToolPolicy(POLICY, verifier=asking)):
        desk = Desk()
        with app.agent(task="t", scope=SCOPE) as agent:
            expect(desk, run(desk, policy, SCRIPT), SCRIPT)
        assert desk.agents == {agent.agent_id}


def test_after_its_release_an_agent_may_nothing(run: Run, app: App) -> None:
    desk, agent = Desk(), app.spawn(task="t", scope=SCOPE)
    agent.release()
    with acting_as(agent):
        expect(desk, run(desk, ToolPolicy(POLICY), refused("RELEASED")), refused("RELEASED"))
    nobody = refused("NO_AUTHORITY")
    expect(desk, run(desk, ToolPolicy(POLICY), nobody), nobody)


def test_what_somebody_else_revoked(
    run: Run, app: App, asking: Verifier, operator: Operator
) -> None:
    desk, calls = Desk(), refused("TOKEN_NOT_VALID")
    with app.agent(task="t", scope=SCOPE) as agent:
        operator.revoke("agent", agent.agent_id)
        expect(desk, run(desk, ToolPolicy(POLICY, verifier=asking), calls), calls)


def test_whose_call_it_is_may_be_said(run: Run, app: App) -> None:
    desk, support = Desk(), app.spawn(task="t", scope=SCOPE)
    told = run(desk, ToolPolicy(POLICY), SCRIPT, acting=lambda request: support)
    expect(desk, told, SCRIPT)
    # It acts in the tool too.
    assert desk.agents == {support.agent_id}

    def confused(request: Any) -> Any:
        raise KeyError(request.tool_call["name"])

    desk, calls = Desk(), refused("CHECK_FAILED")
    expect(desk, run(desk, ToolPolicy(POLICY), calls, acting=confused), calls)
