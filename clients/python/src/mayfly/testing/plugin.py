"""The pytest plugin: a broker for the session, and an app of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from mayfly.app import App
from mayfly.testing.broker import EmbeddedBroker

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def mayfly_broker() -> Iterator[EmbeddedBroker]:
    """A broker for the whole session, started by the first test that wants one.

    ``mayfly_broker.operator`` registers apps and revokes; ``mayfly_broker.app(name)`` is a client.
    """
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def mayfly_ceiling() -> tuple[str, ...]:
    """What the agents of ``mayfly_app`` may have at most; override it where tests need other
    scopes."""
    return ("read:data:*", "write:data:*")


@pytest.fixture
def mayfly_app(mayfly_broker: EmbeddedBroker, mayfly_ceiling: tuple[str, ...]) -> Iterator[App]:
    """A fresh app, whose grants end with the test; its orchestration is ``test``-something."""
    name = f"test-{next(_numbers)}"
    mayfly_broker.operator.create_app(name, mayfly_ceiling)
    app = mayfly_broker.app(name, orch=name)
    yield app
    for grant in list(app.grants()):
        app.release_grant(grant.grant_id)
