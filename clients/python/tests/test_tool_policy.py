"""The policy in front of tools, without any framework."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mayfly import Agent, App, InvalidRequestError, Verifier, acting_as, current_authority
from mayfly.integrations import ToolPolicy, ToolRefusal

TOOLS: dict[str, Any] = {
    "lookup": "read:data:customer-{customer_id}",
    "edit": ["read:data:customer-{customer_id}", "write:data:accounts"],
    "time": [],
}

Judge = Callable[..., str | None]


def blocking(policy: ToolPolicy, *call: Any) -> str | None:
    return reason(policy.refusal(*call))


def asynchronous(policy: ToolPolicy, *call: Any) -> str | None:
    return reason(asyncio.run(policy.refusal_async(*call)))


def reason(refusal: ToolRefusal | None) -> str | None:
    return None if refusal is None else refusal.reason


@pytest.fixture(params=[blocking, asynchronous])
def judge(request: pytest.FixtureRequest) -> Judge:
    chosen: Judge = request.param
    return chosen


@pytest.mark.parametrize(
    ("tool", "arguments", "expected"),
    [
        ("lookup", {"customer_id": "1"}, None),
        ("lookup", {"customer_id": 1}, None),
        ("lookup", {"customer_id": "1", "more": [True]}, None),
        ("time", {}, None),
        ("lookup", {"customer_id": "2"}, "SCOPE_VIOLATION"),
        ("lookup", {"customer_id": "*"}, "SCOPE_VIOLATION"),
        ("edit", {"customer_id": "1"}, "SCOPE_VIOLATION"),
        ("lookup", {}, "INVALID_ARGUMENTS"),
        ("lookup", {"customer_id": None}, "INVALID_ARGUMENTS"),
        ("lookup", {"customer_id": True}, "INVALID_ARGUMENTS"),
        ("lookup", {"customer_id": 1.0}, "INVALID_ARGUMENTS"),
        ("lookup", {"customer_id": ["1"]}, "INVALID_ARGUMENTS"),
        ("lookup", {"customer_id": ""}, "SCOPE_VIOLATION"),
        ("lookup", {"customer_id": "1 "}, "INVALID_SCOPE"),
        ("lookup", {"customer_id": "1" * 300}, "INVALID_SCOPE"),
        ("lookup", {"customer_id": "\uff11"}, "INVALID_SCOPE"),
        ("Lookup", {"customer_id": "1"}, "TOOL_NOT_LISTED"),
        ("", {}, "TOOL_NOT_LISTED"),
    ],
)
def test_a_call(
    judge: Judge, app: App, tool: str, arguments: Mapping[str, object], expected: str | None
) -> None:
    with app.agent(task="t", scope="read:data:customer-1"):
        assert judge(ToolPolicy(TOOLS), tool, arguments) == expected


def test_an_agent_that_ended_may_not_even_know_the_time(judge: Judge, app: App) -> None:
    policy = ToolPolicy(TOOLS)
    assert judge(policy, "time", {}) == "NO_AUTHORITY"
    agent = app.spawn(task="t", scope="read:data:customer-1")
    with acting_as(agent):
        assert judge(policy, "time", {}) is None
        agent.release()
        assert judge(policy, "time", {}) == "RELEASED"
        assert judge(policy, "lookup", {"customer_id": "1"}) == "RELEASED"


def test_a_verifier_knows_what_this_side_does_not(judge: Judge, app: App) -> None:
    broker = App()
    with Verifier(broker.keys(), None, broker=broker) as verifier:
        policy = ToolPolicy(TOOLS, verifier=verifier)
        with app.agent(task="t", scope="read:data:customer-1") as agent:
            assert judge(policy, "lookup", {"customer_id": "1"}) is None
            assert judge(policy, "time", {}) is None
            app.release_grant(agent.grant_id)
            assert judge(policy, "lookup", {"customer_id": "1"}) == "TOKEN_NOT_VALID"
            assert judge(policy, "time", {}) == "TOKEN_NOT_VALID"


def test_who_acts_with_a_verified_token(judge: Judge, app: App) -> None:
    with Verifier.connect() as verifier:
        policy = ToolPolicy(TOOLS, verifier=verifier)
        with app.agent(task="t", scope="read:data:customer-1") as agent:
            token = verifier.verify(agent.token)
        with acting_as(token):
            assert judge(policy, "lookup", {"customer_id": "1"}) is None
            assert judge(policy, "lookup", {"customer_id": "2"}) == "SCOPE_VIOLATION"


def test_whose_call_it_is_may_be_said(judge: Judge, app: App) -> None:
    policy = ToolPolicy(TOOLS)
    agent = app.spawn(task="t", scope="read:data:customer-1")
    with app.agent(task="t", scope="read:data:customer-2") as outer:
        assert judge(policy, "lookup", {"customer_id": "1"}, lambda: agent) is None
        assert judge(policy, "lookup", {"customer_id": "2"}, lambda: agent) == "SCOPE_VIOLATION"
        assert current_authority() is outer


def test_an_error_in_a_check_is_no_yes(
    judge: Judge, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    def confused() -> Agent:
        raise KeyError("whose?")

    with app.agent(task="t", scope="read:data:customer-1"):
        assert judge(ToolPolicy(TOOLS), "time", {}, confused) == "CHECK_FAILED"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_what_a_model_is_told_names_nobody(app: App) -> None:
    with app.agent(task="t", scope="read:data:customer-1"):
        refusal = ToolPolicy(TOOLS).refusal("lookup", {"customer_id": "2"})
    assert refusal is not None
    assert refusal.message == (
        "Refused (SCOPE_VIOLATION): the agent's scope does not cover this call. "
        "The tool was not run."
    )
    assert ToolRefusal("EXPIRED").message == (
        "Refused (EXPIRED): the agent's token is not good. The tool was not run."
    )


def test_a_policy_of_what_is_no_scope() -> None:
    with pytest.raises(InvalidRequestError):
        ToolPolicy({"lookup": "read:{customer_id}"})
