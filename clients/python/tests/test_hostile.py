"""A broker that does what a broker never does: an error of ours, never a wait without end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import vectors

from mayfly import (
    CallTimeoutError,
    ConnectionFailedError,
    MayflyError,
    OutcomeUnknownError,
    ProtocolViolationError,
    RefusedError,
)
from mayfly.verification.revocations import EndStream

FILE = vectors("hostile")
SERVER = Path(__file__).resolve().parents[2] / "testing" / "hostile_server.py"
TIMEOUT = float(FILE["timeout_seconds"])


@pytest.fixture(scope="module")
def directory() -> Iterator[str]:
    server = subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield server.stdout.readline().strip()
    server.terminate()
    server.wait(10)
    server.stdout.close()


def kind_of(error: MayflyError) -> str:
    for kind, name in (
        (OutcomeUnknownError, "outcome_unknown"),
        (ProtocolViolationError, "protocol"),
        (ConnectionFailedError, "connection_lost"),
        (CallTimeoutError, "timeout"),
        (RefusedError, "refused"),
    ):
        if isinstance(error, kind):
            return name
    return repr(error)


def outcome(call: Callable[[], str]) -> str:
    try:
        return call()
    except MayflyError as error:
        return kind_of(error)


def allowed(case: dict[str, Any], first: str, again: Callable[[], str]) -> bool:
    if first in case["expect"]:
        return True
    then = [each for each in case["expect"] if each.startswith(f"{first}_then_")]
    if not then:
        return False
    second = outcome(again)
    if f"{first}_then_{second}" in then:
        return True
    # On the old connection or a new one.
    return then == ["ok_then_protocol"] and second in ("ok", "connection_lost", "protocol")


@pytest.mark.parametrize(
    "case", [case for case in FILE["cases"] if case["call"] != "watch"], ids=lambda c: c["name"]
)
def test_a_call_ends(case: dict[str, Any], directory: str, client: Any) -> None:
    app = client("testing", socket=f"{directory}/{case['name']}.sock", timeout=TIMEOUT)

    def validate() -> str:
        return "ok" if app.validate("a.b.c").valid else "invalid"

    def spawn() -> str:
        app.spawn(orch="hostile", task="t", scope="read:data:x")
        return "ok"

    call = validate if case["call"] == "validate" else spawn
    began = time.monotonic()
    first = outcome(call)
    assert allowed(case, first, call), first
    assert time.monotonic() - began < 5 * TIMEOUT


@pytest.mark.parametrize(
    "case", [case for case in FILE["cases"] if case["call"] == "watch"], ids=lambda c: c["name"]
)
def test_the_stream_of_ends_ends(case: dict[str, Any], directory: str) -> None:
    began = time.monotonic()
    messages = 0
    try:
        stream = EndStream(f"{directory}/{case['name']}.sock", 0)
        try:
            while stream.next(TIMEOUT) is not None:
                messages += 1
            end = "ended"
        finally:
            stream.close()
    except MayflyError as error:
        end = kind_of(error)
    assert f"message_then_{end}" in case["expect"] if messages else end in case["expect"], end
    assert messages <= 1
    assert time.monotonic() - began < 5 * TIMEOUT
