"""The samples run, and say what their language's readers are told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("quickstart", ["valid for customer 67890: False", "valid after the block: False"]),
        ("delegation", ["SCOPE_VIOLATION", "planner valid: True", "third valid: False"]),
        ("resource_server", ["read:data:customer-67890 → SCOPE_VIOLATION", "REVOKED"]),
        ("registration", ["LAUNCH_TOKEN_INVALID", "the old token is valid: False"]),
        ("customer_support", ["data was read 1 time", "after the release: 401"]),
    ],
)
def test_a_sample_runs(name: str, lines: list[str]) -> None:
    environment = dict(os.environ, MAYFLY_APP=os.environ["MAYFLY_TEST_APP"], PYTHONUTF8="1")
    run = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    for line in lines:
        assert line in run.stdout, run.stdout
