"""What the tests have in common: the vectors, and the broker that with-broker.sh started."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mayfly import App, AsyncApp
from mayfly.testing import Operator

VECTORS = Path(__file__).resolve().parents[3] / "proto" / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


class Driven:
    """An asyncio client that a test calls as if it blocked."""

    def __init__(self, inner: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.inner = inner
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            result = value(*args, **kwargs)
            if inspect.isawaitable(result):
                result = self.loop.run_until_complete(result)
            return self.wrapped(result)

        return call

    def wrapped(self, result: Any) -> Any:
        if isinstance(result, list):
            return [self.wrapped(each) for each in result]
        if type(result).__module__ == "mayfly.aio":
            return Driven(result, self.loop)
        return result


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.fixture(params=["blocking", "asyncio"])
def client(request: pytest.FixtureRequest, loop: asyncio.AbstractEventLoop) -> Any:
    """Makes a client, of either kind: takes what ``App`` takes."""
    made: list[Any] = []

    def make(*args: Any, **kwargs: Any) -> Any:
        app: Any = (
            App(*args, **kwargs)
            if request.param == "blocking"
            else Driven(AsyncApp(*args, **kwargs), loop)
        )
        made.append(app)
        return app

    yield make
    for app in made:
        app.close()
    # The loop hears of the ends.
    loop.run_until_complete(asyncio.sleep(0))


@pytest.fixture(scope="session")
def testing_app() -> str:
    """The name of the app with read:data:*, write:data:* and read:reports:*."""
    return os.environ["MAYFLY_TEST_APP"]


@pytest.fixture
def app(testing_app: str, request: pytest.FixtureRequest) -> Iterator[App]:
    orch = f"python-{os.getpid()}"
    with App(testing_app, orch=orch) as app:
        yield app


@pytest.fixture
def operator() -> Iterator[Operator]:
    operator = Operator()
    yield operator
    operator.close()
