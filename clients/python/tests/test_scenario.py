"""The scenario that every language's client runs against a live broker."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any

import pytest
from conftest import vectors

from mayfly import AccessDeniedError, RefusedError, RevocationFeed, Verifier
from mayfly.testing import Operator
from mayfly.values import AgentState
from mayfly.verification.cache import KnownToken
from mayfly.verification.chain import ChainRefusedError, ChainVerifier

FILE = vectors("scenario")

_CODES = {
    "INVALID_ARGUMENT": 3,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "UNAUTHENTICATED": 16,
}


class Runner:
    def __init__(self, client: Any, operator: Operator) -> None:
        self.run = secrets.token_hex(4)
        self.client = client
        self.operator = operator
        self.apps: dict[str, Any] = {}
        # What bears a name: an agent, a delegated token's agent, a launch token.
        self.made: dict[str, Any] = {}
        self.verifier: Verifier | None = None

    def app(self, name: str = "testing") -> Any:
        if name not in self.apps:
            variable = FILE["apps"].get(name)
            self.apps[name] = self.client(os.environ[variable] if variable else name)
        return self.apps[name]

    def text(self, step: dict[str, Any]) -> str:
        if "text" in step:
            return str(step["text"])
        token: str = self.made[step["token"]].token
        if step.get("change") == "signature":
            token = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
        return token

    def terms(self, step: dict[str, Any]) -> dict[str, Any]:
        orch = step.get("orchestration", FILE["orchestration"]).replace("{run}", self.run)
        terms = {"orch": orch, "task": step["task"], "scope": step["scope"]}
        names = {"lifetime_seconds": "ttl", "renewable_for_seconds": "renewable_for"}
        for name in (
            "audience",
            "lifetime_seconds",
            "renewable_for_seconds",
            "max_uses",
            "by_reference",
        ):
            if name in step:
                terms[names.get(name, name)] = step[name]
        if "key_of" in step:
            terms["key"] = self.made[step["key_of"]].key
        return terms

    def spawn(self, step: dict[str, Any]) -> Any:
        return self.app(step["app"]).spawn(**self.terms(step))

    def launch_token(self, step: dict[str, Any]) -> Any:
        return self.app(step["app"]).create_launch_token(scope=step["ceiling"])

    def register(self, step: dict[str, Any]) -> Any:
        return self.client().register(self.made[step["with"]].token, **self.terms(step))

    def renew(self, step: dict[str, Any]) -> Any:
        agent = self.made[step["token"]]
        # A renewal changes the agent in place, and the scenario goes on with the old token, too.
        renewed = self.app().adopt(token=agent.token, key=agent.key)
        renewed.renew()
        return renewed

    def heartbeat(self, step: dict[str, Any]) -> Any:
        return self.made[step["token"]].heartbeat(AgentState[step["state"].upper()])

    def delegate(self, step: dict[str, Any]) -> Any:
        holder = self.made[step["token"]]
        assert holder.key.public_key == self.made[step["key_of"]].key.public_key
        delegate = self.made[step["to"]]
        part = holder.delegate(to=delegate.agent_id, scope=step["scope"])
        return delegate.accept(part)

    def validate(self, step: dict[str, Any]) -> None:
        validation = self.app().validate(
            self.text(step),
            scope=step.get("required_scope", ()),
            audience=step.get("required_audience"),
            consume_use=step.get("consume_use", False),
        )
        expected = step["expect"]
        assert validation.valid is expected["valid"]
        assert expected.get("claims", {}).items() <= validation.claims.items()
        if "uses_left" in expected:
            assert validation.uses_left == expected["uses_left"]

    def compare(self, found: Any, expected: dict[str, Any]) -> None:
        if "refusal" in expected:
            assert found == expected["refusal"]
            return
        assert not isinstance(found, str), found
        wanted = expected["verified"]
        mine = {
            "subject": found.agent_id,
            "scope": list(found.scope),
            "audience": list(found.audience),
            "online": found.is_online,
            "by_reference": found.is_reference,
            "lineage": [link.agent_id for link in found.lineage],
        }
        for name, value in wanted.items():
            if name == "subject":
                value = self.made[value].agent_id
            if name == "lineage":
                value = [self.made[each].agent_id for each in value]
            assert mine[name] == value

    def verify(self, step: dict[str, Any]) -> None:
        """By the broker's keys alone."""
        try:
            found: Any = ChainVerifier(self.app().keys()).verify(
                self.text(step), time.time(), 30, step.get("audience")
            )
            for scope in step.get("required_scope", ()):
                if not KnownToken("", found, 30).allows(scope):
                    found = "SCOPE_VIOLATION"
        except ChainRefusedError as error:
            found = error.code
        self.compare(found, step["expect"])

    def watch(self, step: dict[str, Any]) -> None:
        feed = RevocationFeed()
        assert feed.wait_until_current(15)
        # Without a broker to ask: only what the stream said counts.
        self.verifier = Verifier(self.app().keys(), feed)

    def accept(self, step: dict[str, Any]) -> None:
        assert self.verifier is not None
        deadline = time.monotonic() + step.get("within_seconds", 0)
        while True:
            try:
                found: Any = self.verifier.verify(self.text(step))
            except AccessDeniedError as error:
                found = error.reason
            is_over = time.monotonic() > deadline
            if is_over or (isinstance(found, str) and found == step["expect"].get("refusal")):
                break
            time.sleep(0.005)
        self.compare(found, step["expect"])

    def revoke(self, step: dict[str, Any]) -> None:
        count = self.operator.revoke(step["level"], self.made[step["target"]].agent_id)
        assert count == step["expect"]["count"]

    def release(self, step: dict[str, Any]) -> None:
        assert self.app().release(self.text(step)) is step["expect"]["ended"]

    def step(self, step: dict[str, Any]) -> None:
        refused = step.get("expect", {}).get("refused")
        if refused is None:
            made = getattr(self, step["do"])(step)
            if "as" in step:
                self.made[step["as"]] = made
            return
        with pytest.raises(RefusedError) as caught:
            getattr(self, step["do"])(step)
        assert caught.value.reason == refused["reason"]
        assert _CODES[caught.value.status] == refused["code"]


def test_the_scenario(client: Any, operator: Operator) -> None:
    runner = Runner(client, operator)
    try:
        for number, step in enumerate(FILE["steps"], 1):
            try:
                runner.step(step)
            except BaseException as error:
                error.add_note(f"step {number}: {step}") if hasattr(error, "add_note") else None
                raise
    finally:
        if runner.verifier is not None:
            runner.verifier.close()
