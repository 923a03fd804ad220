"""Code that was written for AgentWrit's client, on a Mayfly broker."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mayfly import ScopeViolationError, compat
from mayfly.compat import AgentWritApp, AuthorizationError

URL = "unix://" + os.environ.get("MAYFLY_SOCKET", "")
ORCH = f"compat-{os.getpid()}"


@pytest.fixture
def writ() -> Iterator[AgentWritApp]:
    app = AgentWritApp(
        URL, os.environ["MAYFLY_TEST_CLIENT_ID"], os.environ["MAYFLY_TEST_CLIENT_SECRET"]
    )
    yield app
    app.close()


def test_an_agent_lives_and_is_released(writ: AgentWritApp) -> None:
    agent = writ.create_agent(ORCH, "task-1", ["read:data:customer-12345"], max_ttl=120)
    assert agent.agent_id.startswith("spiffe://")
    assert agent.expires_in in (119, 120)
    assert agent.scope == ["read:data:customer-12345"]
    assert (agent.orch_id, agent.task_id) == (ORCH, "task-1")
    assert agent.bearer_header == {"Authorization": f"Bearer {agent.access_token}"}

    result = writ.validate(agent.access_token)
    assert result.valid
    assert result.claims is not None
    assert result.claims.sub == agent.agent_id
    assert result.claims.scope == agent.scope
    assert result.claims.delegation_chain is None

    before = agent.access_token
    agent.renew()
    assert agent.access_token != before
    assert not writ.validate(before).valid
    # Again and again, as there.
    agent.renew()
    assert agent.expires_in in (119, 120)

    assert agent.release() is None
    agent.release()
    result = compat.validate(URL, agent.access_token)
    assert (result.valid, result.error) == (False, "token is invalid or expired")
    with pytest.raises(compat.AgentWritError):
        agent.renew()
    with pytest.raises(compat.AgentWritError):
        agent.delegate(agent.agent_id, ["read:data:customer-12345"])


def test_a_delegation_narrows(writ: AgentWritApp) -> None:
    lead = writ.create_agent(ORCH, "lead", ["read:data:*"])
    helper = writ.create_agent(ORCH, "help", ["read:data:none"])
    part = lead.delegate(helper.agent_id, ["read:data:customer-12345"])
    assert part.expires_in in (59, 60)
    [record] = part.delegation_chain
    assert record.agent == lead.agent_id
    assert record.scope == ["read:data:*"]
    assert record.delegated_at.endswith("Z")
    claims = writ.validate(part.access_token).claims
    assert claims is not None
    assert claims.sub == helper.agent_id
    assert claims.delegation_chain == part.delegation_chain
    # Longer than the delegator's own is as long as that.
    assert lead.delegate(helper.agent_id, ["read:data:x"], ttl=10_000).expires_in <= 300
    with pytest.raises(AuthorizationError) as caught:
        lead.delegate(helper.agent_id, ["write:data:customer-12345"])
    assert caught.value.problem.error_code == "scope_violation"
    lead.release()
    assert not writ.validate(part.access_token).valid


def test_a_refusal_has_a_problem(writ: AgentWritApp) -> None:
    with pytest.raises(AuthorizationError) as caught:
        writ.create_agent(ORCH, "t", ["delete:data:*"])
    problem = caught.value.problem
    assert caught.value.status_code == problem.status == 403
    assert problem.error_code == "scope_violation"
    assert problem.type == "urn:agentwrit:error:scope_violation"
    assert problem.detail
    assert str(caught.value) == f"{problem.title}: {problem.detail}"
    assert isinstance(caught.value.__cause__, ScopeViolationError)


def test_wrong_credentials_are_an_authentication_error() -> None:
    app = AgentWritApp(URL, os.environ["MAYFLY_TEST_CLIENT_ID"], "0" * 64)
    with pytest.raises(compat.AuthenticationError):
        app.create_agent(ORCH, "t", ["read:data:x"])


def test_no_broker_is_a_transport_error() -> None:
    app = AgentWritApp("unix:///nowhere/agent.sock", "a", "b")
    with pytest.raises(compat.TransportError):
        app.health()


def test_health(writ: AgentWritApp) -> None:
    assert writ.health().status == "ok"


def test_a_key_of_the_callers_own(writ: AgentWritApp) -> None:
    class Key:
        def private_bytes_raw(self) -> bytes:
            return os.urandom(32)

    agent = writ.create_agent(ORCH, "t", ["read:data:x"], private_key=Key())
    assert writ.validate(agent.access_token).valid
    with pytest.raises(compat.CryptoError):
        writ.create_agent(ORCH, "t", ["read:data:x"], private_key=b"short")


@pytest.mark.parametrize(
    ("requested", "allowed", "is_subset"),
    [
        ([], [], True),
        (["read:data:x"], [], False),
        (["read:data:x"], ["read:data:*"], True),
        (["read:data:x", "write:data:x"], ["read:data:*"], False),
        (["read:data:*"], ["read:data:x"], False),
    ],
)
def test_scope_is_subset(requested: list[str], allowed: list[str], is_subset: bool) -> None:
    assert compat.scope_is_subset(requested, allowed) is is_subset
