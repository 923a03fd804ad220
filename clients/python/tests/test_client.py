"""The client, blocking and asyncio, where the scenario does not go."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import mayfly
from mayfly import (
    AccessDeniedError,
    AgentKey,
    AgentRequest,
    App,
    AsyncApp,
    CallTimeoutError,
    ClientClosedError,
    ConnectionFailedError,
    InvalidRequestError,
    OutcomeUnknownError,
    ProtocolViolationError,
    RefusedError,
    ScopeViolationError,
    TokenNotValidError,
)
from mayfly.testing import EmbeddedBroker

ORCH = f"client-{os.getpid()}"


def test_a_block_releases_on_the_way_out(app: App) -> None:
    with app.agent(task="t", scope="read:data:x") as agent:
        assert app.validate(agent.token)
        assert mayfly.current_authority() is agent
    assert agent.is_released
    assert not app.validate(agent.token)
    with pytest.raises(RuntimeError), app.agent(task="t", scope="read:data:x") as agent:
        raise RuntimeError
    assert not app.validate(agent.token)


def test_an_asyncio_block_releases_on_the_way_out(testing_app: str) -> None:
    async def main() -> None:
        app = AsyncApp(testing_app, orch=ORCH)
        async with app.agent(task="t", scope="read:data:x") as agent:
            assert (await app.validate(agent.token)).valid
            assert mayfly.current_authority() is agent
        assert not (await app.validate(agent.token)).valid
        # Also of a task that is cancelled.
        held: list[Any] = []

        async def work() -> None:
            async with app.agent(task="t", scope="read:data:x") as agent:
                held.append(agent)
                await asyncio.sleep(60)

        task = asyncio.create_task(work())
        while not held:
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not (await app.validate(held[0].token)).valid
        app.close()

    asyncio.run(main())


def test_printing_shows_no_secret(client: Any, testing_app: str) -> None:
    agent = client(testing_app).spawn(orch=ORCH, task="t", scope="read:data:x")
    inner = getattr(agent, "inner", agent)
    assert agent.token not in repr(inner)
    assert agent.key.seed.hex() not in repr(inner.key)
    assert agent.agent_id in repr(inner)
    agent.release()


def test_a_released_agent_asks_for_nothing(client: Any, testing_app: str) -> None:
    agent = client(testing_app).spawn(orch=ORCH, task="t", scope="read:data:x", renewable_for=600)
    assert agent.release() is True
    for call in (agent.renew, lambda: agent.delegate(to=agent.agent_id, scope="read:data:x")):
        with pytest.raises(AccessDeniedError) as caught:
            call()
        assert caught.value.reason == "RELEASED"


def test_a_batch_is_all_or_nothing(client: Any, testing_app: str) -> None:
    app = client(testing_app)
    key = AgentKey.from_file(os.environ["MAYFLY_TEST_ATTESTATION_KEY"])
    agents = app.spawn_batch(
        [AgentRequest(ORCH, f"t{number}", "read:data:x") for number in range(5)], key
    )
    tokens = [agent.token for agent in agents]
    assert [bool(each) for each in app.validate_batch(tokens)] == [True] * 5
    assert app.release_batch([*tokens, tokens[0]]) == [True] * 5 + [False]
    with pytest.raises(ScopeViolationError):
        app.spawn_batch(
            [AgentRequest(ORCH, "a", "read:data:x"), AgentRequest(ORCH, "b", "no:data:x")], key
        )
    with pytest.raises(InvalidRequestError):
        app.spawn_batch([], key)


def test_the_app_lists_and_ends_its_grants(client: Any, testing_app: str) -> None:
    app = client(testing_app)
    agent = app.spawn(orch=ORCH, task="listed", scope="read:data:x", audience=["a"], max_uses=3)

    def grants() -> list[Any]:
        if hasattr(app, "inner"):

            async def collect() -> list[Any]:
                return [grant async for grant in app.inner.grants(orch=ORCH, task="listed")]

            return app.loop.run_until_complete(collect())
        return list(app.grants(orch=ORCH, task="listed"))

    [grant] = grants()
    assert grant.agent_id == agent.agent_id
    assert (grant.scope, grant.audience, grant.uses_left) == (("read:data:x",), ("a",), 3)
    assert app.release_grant(grant.grant_id) is True
    assert grants() == []
    assert app.release_grant(grant.grant_id) is False


def test_renewable_for_the_longest(client: Any, testing_app: str) -> None:
    agent = client(testing_app).spawn(
        orch=ORCH, task="t", scope="read:data:x", ttl=60, renewable_for="longest"
    )
    agent.renew(ttl=3600)
    assert agent.expires_at - time.time() > 3500
    agent.release()
    with pytest.raises(InvalidRequestError):
        client().register("0" * 64, orch=ORCH, task="t", scope="x:y:z", renewable_for="longest")


def test_what_cannot_be_sent_is_not(client: Any, testing_app: str) -> None:
    app = client(testing_app)
    for terms in (
        {"ttl": 0},
        {"ttl": -1},
        {"ttl": 2**40},
        {"max_uses": 0},
        {"audience": "one"},
        {"orch": None},
    ):
        with pytest.raises(InvalidRequestError):
            app.spawn(**{"orch": ORCH, "task": "t", "scope": "read:data:x"} | terms)
    with pytest.raises(InvalidRequestError):
        app.validate("x" * 2_000_000)
    with pytest.raises(InvalidRequestError):
        App("a", client_id="b", client_secret="c")
    with pytest.raises(InvalidRequestError):
        App(client_id="b")


def test_many_threads_share_a_connection(app: App) -> None:
    def pair(number: int) -> bool:
        with app.agent(task=f"t{number}", scope=f"read:data:{number}") as agent:
            claims = app.validate(agent.token).claims
            return bool(claims["scope"] == [f"read:data:{number}"])

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(pair, range(300)))


def test_many_tasks_share_a_connection(testing_app: str) -> None:
    async def main() -> None:
        app = AsyncApp(testing_app, orch=ORCH)

        async def pair(number: int) -> None:
            async with app.agent(task=f"t{number}", scope=f"read:data:{number}") as agent:
                claims = (await app.validate(agent.token)).claims
                assert claims["scope"] == [f"read:data:{number}"]

        await asyncio.gather(*(pair(number) for number in range(300)))
        app.close()

    asyncio.run(main())


def test_a_closed_client_says_so(client: Any, testing_app: str) -> None:
    app = client(testing_app)
    app.keys()
    app.close()
    with pytest.raises(ClientClosedError):
        app.keys()


def test_no_broker(client: Any) -> None:
    with pytest.raises(ConnectionFailedError):
        client("x", socket="/nowhere/agent.sock").keys()


def test_a_stopped_broker_times_out(client: Any, testing_app: str) -> None:
    app = client(testing_app, timeout=0.5)
    agent = app.spawn(orch=ORCH, task="t", scope="read:data:x")
    broker = int(os.environ["MAYFLY_TEST_BROKER_PID"])
    os.kill(broker, signal.SIGSTOP)
    while Path(f"/proc/{broker}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.001)
    try:
        with pytest.raises(CallTimeoutError):
            app.validate(agent.token)
        with pytest.raises(OutcomeUnknownError) as caught:
            app.spawn(orch=ORCH, task="t", scope="read:data:x")
        assert isinstance(caught.value.__cause__, CallTimeoutError)
    finally:
        os.kill(broker, signal.SIGCONT)
    # What was late is dropped, and the connection goes on.
    time.sleep(0.1)
    assert app.release(agent.token) is True


def soon_dead(app: App, token: str) -> bool:
    deadline = time.monotonic() + 5
    while app.validate(token):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def test_an_agent_dies_with_its_process(client: Any, testing_app: str, app: App) -> None:
    process = subprocess.Popen(["sleep", "60"])
    try:
        agent = client(testing_app).spawn(
            orch=ORCH, task="bound", scope="read:data:x", bound_to=process.pid
        )
        assert app.validate(agent.token).claims["binding"].startswith("process")
    finally:
        process.kill()
        process.wait()
    assert soon_dead(app, agent.token)
    with pytest.raises(InvalidRequestError):
        app.spawn(task="t", scope="read:data:x", bound_to=0)


def test_an_agent_dies_with_its_connection(client: Any, testing_app: str, app: App) -> None:
    other = client(testing_app)
    agent = other.spawn(orch=ORCH, task="bound", scope="read:data:x", bound_to="connection")
    assert app.validate(agent.token).claims["binding"] == "connection"
    other.close()
    if hasattr(other, "loop"):
        other.loop.run_until_complete(asyncio.sleep(0.01))
    assert soon_dead(app, agent.token)


def test_an_agent_that_registers_dies_with_its_process(app: App) -> None:
    launch_token = app.create_launch_token(scope="read:data:*").token
    code = (
        "import sys\n"
        "from mayfly import App\n"
        f"agent = App().register(sys.stdin.read(), orch={ORCH!r}, task='bound', "
        "scope='read:data:x', bound_to='self')\n"
        "print(agent.token)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        input=launch_token,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.stdout, run.stderr
    assert soon_dead(app, run.stdout.strip())


def test_an_interrupted_call_leaves_nothing_behind(testing_app: str) -> None:
    code = (
        "import os, signal, threading\n"
        "from mayfly import App\n"
        # A script's background process, such as with-broker.sh's, is started with it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"app = App({testing_app!r}, orch={ORCH!r})\n"
        "broker = int(os.environ['MAYFLY_TEST_BROKER_PID'])\n"
        "app.keys()\n"
        "link = app._front._link\n"
        "os.kill(broker, signal.SIGSTOP)\n"
        # Whoever is started in the background has no SIGINT.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    app.keys()\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
        "finally:\n"
        "    os.kill(broker, signal.SIGCONT)\n"
        "app.keys()\n"
        "assert app._front._link is link\n"
        "print(len(link._answers), len(link._core._open))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert run.stdout == "interrupted\n0 0\n", run.stderr


@pytest.fixture
def own_broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        broker.operator.create_app("restarted", "read:data:*")
        yield broker


def test_a_lost_connection_is_made_again(own_broker: EmbeddedBroker, client: Any) -> None:
    app = client("restarted", socket=own_broker.socket)
    agent = app.spawn(orch="o", task="t", scope="read:data:x")
    own_broker.restart()
    # The connection was lost while nothing was under way: nobody has to hear of it.
    again = app.spawn(orch="o", task="t", scope="read:data:y")
    # What was granted before is granted still.
    assert app.validate(agent.token)
    assert app.validate(again.token)
    own_broker.kill()
    with pytest.raises(ConnectionFailedError):
        app.validate(again.token)
    own_broker.start()
    assert app.validate(again.token)


def test_a_child_process_has_a_connection_of_its_own(app: App) -> None:
    agent = app.spawn(task="t", scope="read:data:x")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()

    def child() -> None:
        queue.put([bool(app.validate(agent.token)) for _ in range(20)])

    children = [context.Process(target=child) for _ in range(3)]
    for each in children:
        each.start()
    mine = [bool(app.validate(agent.token)) for _ in range(20)]
    theirs = [queue.get(timeout=20) for _ in children]
    for each in children:
        each.join(20)
    assert [*theirs, mine] == [[True] * 20] * 4
    agent.release()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_two_event_loops_have_a_connection_each(testing_app: str) -> None:
    async def once(app: AsyncApp) -> None:
        await app.keys()

    app = AsyncApp(testing_app, orch=ORCH)
    asyncio.run(once(app))
    asyncio.run(once(app))
    # Whoever leaves an event loop without closing the client leaves the connection to Python.
    del app
    gc.collect()


def test_an_agent_from_the_environment(app: App) -> None:
    agent = app.spawn(task="wrapped", scope="read:data:*", renewable_for=600)
    handover = {
        "socket": app.socket,
        "token": agent.token,
        "private_key": agent.key.pem,
        "agent_id": agent.agent_id,
        "expires_at": agent.expires_at,
    }
    reader, writer = os.pipe()
    os.write(writer, json.dumps(handover).encode())
    os.close(writer)
    code = (
        "import os, mayfly\n"
        "agent = mayfly.agent_from_environment()\n"
        "assert 'MAYFLY_AGENT_FD' not in os.environ\n"
        "agent.renew(); print(agent.agent_id, agent.scope); print(agent.release())\n"
    )
    environment = {**os.environ, "MAYFLY_AGENT_FD": str(reader)}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        pass_fds=[reader],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    os.close(reader)
    assert run.stdout == f"{agent.agent_id} ('read:data:*',)\nTrue\n", run.stderr
    assert not app.validate(agent.token)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"socket": 1}', "x" * 100_000])
def test_what_is_no_agent_in_the_environment(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    thread = threading.Thread(target=lambda: (os.write(writer, text.encode()), os.close(writer)))
    thread.start()
    monkeypatch.setenv("MAYFLY_AGENT_FD", str(reader))
    with pytest.raises(InvalidRequestError):
        mayfly.agent_from_environment()
    thread.join(5)
    with pytest.raises(InvalidRequestError):
        mayfly.agent_from_environment()


def test_a_delegate_accepts_only_its_own(app: App) -> None:
    planner = app.spawn(task="plan", scope="read:data:*")
    helper = app.spawn(task="help", scope="read:data:none")
    part = planner.delegate(to=helper, scope="read:data:x", max_uses=5, by_reference=True)
    assert part.token not in repr(part)
    assert helper.accept(part).scope == ("read:data:x",)
    with pytest.raises(InvalidRequestError):
        planner.accept(part)
    planner.release()
    with pytest.raises(TokenNotValidError):
        helper.accept(part)
    helper.release()


@pytest.mark.parametrize(
    "error",
    [
        RefusedError("PERMISSION_DENIED", "X", "why", {"a": "b"}),
        ScopeViolationError("PERMISSION_DENIED", "SCOPE_VIOLATION", "why"),
        ConnectionFailedError("a"),
        CallTimeoutError(),
        ProtocolViolationError("a"),
        OutcomeUnknownError("a"),
        InvalidRequestError("a"),
        ClientClosedError(),
        AccessDeniedError("REVOKED", "a", "b:c:d"),
    ],
)
def test_errors_travel(error: mayfly.MayflyError) -> None:
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is type(error)
    assert vars(copied) == vars(error)
    assert str(copied) == str(error)
