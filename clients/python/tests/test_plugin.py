"""The pytest plugin, as a project that installed the package has it."""

from __future__ import annotations

import pytest

from mayfly import App, ScopeViolationError
from mayfly.testing import EmbeddedBroker


def test_an_app_for_the_test(mayfly_app: App) -> None:
    with mayfly_app.agent(task="t", scope="read:data:x") as agent:
        assert mayfly_app.validate(agent.token)
        assert agent.orch.startswith("test-")
    with pytest.raises(ScopeViolationError):
        mayfly_app.spawn(task="t", scope="delete:data:x")


@pytest.fixture
def mayfly_ceiling() -> tuple[str, ...]:
    return ("read:data:*", "write:data:*", "send:mail:*")


def test_a_ceiling_of_the_tests_own(mayfly_app: App, mayfly_broker: EmbeddedBroker) -> None:
    agent = mayfly_app.spawn(task="t", scope="send:mail:x")
    assert mayfly_broker.operator.revoke("agent", agent.agent_id) == 1
    assert not mayfly_app.validate(agent.token)


def test_a_broker_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAYFLY_BIN", "/nowhere")
    with pytest.raises(RuntimeError, match="set MAYFLY_BIN"):
        EmbeddedBroker()
