"""What the checks of the frameworks have in common: a support desk, and what a model tries there.

A check gives a scripted model's calls to the real framework, and looks at what reached the tools
and at what the model was told.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from mayfly import App, Verifier, current_authority

SCOPE = ("read:data:customer-12345", "read:data:customer-12346")

POLICY: dict[str, Any] = {
    "lookup_billing": "read:data:customer-{customer_id}",
    "edit_account": ["read:data:customer-{customer_id}", "write:data:accounts"],
}


@dataclass
class Desk:
    """The tools, and which calls reached their code, by whom."""

    reached: list[tuple[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def lookup_billing(self, customer_id: str) -> str:
        """What a customer owes."""
        return self._reach("lookup_billing", customer_id)

    def edit_account(self, customer_id: str) -> str:
        """Closes a customer's account."""
        return self._reach("edit_account", customer_id)

    def wipe_everything(self, customer_id: str) -> str:
        """Is in no policy."""
        return self._reach("wipe_everything", customer_id)

    def _reach(self, tool: str, customer_id: str) -> str:
        self.reached.append((tool, customer_id))
        self.agents.add(current_authority().agent_id)
        return f"{tool} of {customer_id}"


@dataclass(frozen=True)
class Call:
    """A call that the model makes, and the reason why it is refused; None where it is not."""

    tool: str
    customer_id: str
    reason: str | None


SCRIPT = (
    Call("lookup_billing", "12345", None),
    Call("lookup_billing", "67890", "SCOPE_VIOLATION"),
    Call("lookup_billing", "*", "SCOPE_VIOLATION"),
    Call("lookup_billing", "1 or 2", "INVALID_SCOPE"),
    Call("edit_account", "12345", "SCOPE_VIOLATION"),
    Call("wipe_everything", "12345", "TOOL_NOT_LISTED"),
    Call("lookup_billing", "12346", None),
)


def refused(reason: str) -> tuple[Call, ...]:
    """What was allowed before, and is no more."""
    return (Call("lookup_billing", "12345", reason),)


def expect(desk: Desk, told: Sequence[str], calls: Sequence[Call]) -> None:
    """Compares what happened with what the calls say should."""
    allowed = [(call.tool, call.customer_id) for call in calls if call.reason is None]
    assert desk.reached == allowed
    assert len(told) == len(calls)
    for text, call in zip(told, calls, strict=True):
        if call.reason is None:
            assert text == f"{call.tool} of {call.customer_id}"
        else:
            assert text.startswith(f"Refused ({call.reason}): "), text
            assert text.endswith(" The tool was not run.")
            assert not any(secret in text for secret in ("eyJ", "spiffe", "read:"))


@pytest.fixture
def asking() -> Iterator[Verifier]:
    """A verifier that asks the broker every time, and so sees an end at once."""
    broker = App()
    with Verifier(broker.keys(), None, broker=broker) as verifier:
        yield verifier


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A framework that calls home, or for a model, fails."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            raise PermissionError(f"a check wanted to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
