"""Measures the client beside a broker of its own.

    MAYFLY_BIN=<folder of mayflyd> python bench/bench.py [pairs|calls|verifier|revocation ...]

``pairs``: spawn and release through the socket, one process with 8 tasks. ``calls``: one
create_agent and one validate, as AgentWrit's own client has them, in 9.5 ms and 31 ms on such a
machine. ``verifier``: a token that is known, and one that is met for the first time, beside the
bare signature verifications that it takes. ``revocation``: from an acknowledged revoke to the
refusal by 8 verifiers that follow the stream. Medians of several runs; one JSON object a line.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable

from nacl.bindings import crypto_sign_open

from mayfly import App, AsyncApp, BrokerKeys, RevocationFeed, VerifiedToken, Verifier, encoding
from mayfly.compat import AgentWritApp
from mayfly.testing import EmbeddedBroker
from mayfly.verification.chain import ChainVerifier
from mayfly.verification.statement import parse_hop

APP = "bench"
TASKS = 8
PAIRS = 20_000
CALLS = 2_000
VERIFICATIONS = 2_000
REPEATS = 200_000
REVOCATIONS = 500
VERIFIERS = 8
RUNS = 5


def show(name: str, **figures: float | int | str) -> None:
    rounded = {
        key: round(value, 2) if isinstance(value, float) else value
        for key, value in figures.items()
    }
    print(json.dumps({"figure": name, **rounded}), flush=True)


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def pairs(broker: EmbeddedBroker) -> None:
    async def run() -> tuple[float, float]:
        app = AsyncApp(APP, socket=broker.socket, orch="bench")
        left = PAIRS

        async def work() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                agent = await app.spawn(task="t", scope="read:data:customer-12345")
                await agent.release()

        await app.keys()
        began, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work() for _ in range(TASKS)))
        taken, used = time.perf_counter() - began, time.process_time() - used
        app.close()
        return PAIRS / taken, used / PAIRS * 1e6

    runs = [asyncio.run(run()) for _ in range(RUNS)]
    show(
        "spawn and release",
        tasks=TASKS,
        pairs_per_second=statistics.median(rate for rate, _ in runs),
        client_cpu_us_per_pair=statistics.median(used for _, used in runs),
    )


def calls(broker: EmbeddedBroker) -> None:
    secret = broker.operator.create_app("bench-compat", "read:data:*", issue_secret=True)
    app = AgentWritApp(f"unix://{broker.socket}", secret.client_id, secret.client_secret)
    app.health()
    created: list[float] = []
    validated: list[float] = []
    for _ in range(CALLS):
        began = time.perf_counter()
        agent = app.create_agent("bench-compat", "t", ["read:data:customer-12345"])
        created.append(time.perf_counter() - began)
        began = time.perf_counter()
        app.validate(agent.access_token)
        validated.append(time.perf_counter() - began)
        agent.release()
    for name, values, theirs in (
        ("create_agent", created, 9.5),
        ("validate", validated, 31.0),
    ):
        show(
            name,
            p50_ms=percentile(values, 0.5) * 1e3,
            p99_ms=percentile(values, 0.99) * 1e3,
            agentwrit_ms=theirs,
        )
    app.close()


def best_us(call: Callable[[], object], number: int) -> float:
    """The processor's time of one call, the best of some runs: the rest is the machine's."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        for _ in range(number):
            call()
        times.append((time.process_time() - began) / number)
    return min(times) * 1e6


def chain(app: App, depth: int) -> str:
    holder = app.spawn(task="depth-0", scope="read:data:customer-12345")
    for hop in range(depth):
        delegate = app.spawn(task=f"depth-{hop + 1}", scope="read:data:none")
        holder = delegate.accept(holder.delegate(to=delegate, scope="read:data:customer-12345"))
    return holder.token


def verifier(broker: EmbeddedBroker) -> None:
    app = App(APP, socket=broker.socket, orch="bench")
    with RevocationFeed(broker.socket) as feed:
        feed.wait_until_current(10)
        local = Verifier(app.keys(), feed)
        text = chain(app, 0)
        # Not the same object each time, as a server has it.
        copy = text[:10] + text[10:]
        local.check(text)
        repeat = best_us(lambda: local.check(copy, "read:data:customer-12345"), REPEATS)
        show("a token that is known", microseconds=repeat)

    keys = app.keys()
    offline = ChainVerifier(keys)
    for depth in range(6):
        text = chain(app, depth)
        now = time.time()
        signed = signatures(offline.verify(text, now, 30), text, keys)

        def first(text: str = text, now: float = now) -> None:
            offline.verify(text, now, 30)

        def bare(signed: list[tuple[bytes, bytes]] = signed) -> None:
            for message, key in signed:
                crypto_sign_open(message, key)

        taken, least = best_us(first, VERIFICATIONS), best_us(bare, VERIFICATIONS)
        show(
            "a token that is new",
            hops=depth,
            signatures=len(signed),
            microseconds=taken,
            verifications_us=least,
            ratio=taken / least,
        )
    app.close()


def signatures(token: VerifiedToken, text: str, keys: BrokerKeys) -> list[tuple[bytes, bytes]]:
    """What a token's verification has to verify, as the library takes it."""
    signed, _, signature = text.rpartition(".")
    [broker_key] = [key.public_key for key in keys.keys if key.kid == token.kid]
    found = [(decoded(signature) + signed.encode(), broker_key)]
    for each in token.claims.get("delegation_chain", []):
        hop = parse_hop(each)
        assert hop is not None
        found.append((hop.signed, decoded(hop.delegator_key)))
    return found


def decoded(text: str) -> bytes:
    data = encoding.decode(text.encode())
    assert data is not None
    return data


def revocation(broker: EmbeddedBroker) -> None:
    app = App(APP, socket=broker.socket, orch="bench")
    keys = app.keys()
    feeds = [RevocationFeed(broker.socket) for _ in range(VERIFIERS)]
    for feed in feeds:
        feed.wait_until_current(10)
    verifiers = [Verifier(keys, feed) for feed in feeds]
    delays: list[float] = []
    for _ in range(REVOCATIONS):
        agent = app.spawn(task="t", scope="read:data:x")
        token = agent.token
        waiting = [local for local in verifiers if local.check(token)]
        assert len(waiting) == VERIFIERS
        broker.operator.revoke("agent", agent.agent_id)
        acknowledged = time.perf_counter()
        while waiting:
            waiting = [local for local in waiting if local.check(token)]
            # The threads that follow the streams need the interpreter, too.
            time.sleep(0)
        delays.append(time.perf_counter() - acknowledged)
    show(
        "revoked to refused by all",
        verifiers=VERIFIERS,
        p50_ms=percentile(delays, 0.5) * 1e3,
        p99_ms=percentile(delays, 0.99) * 1e3,
    )
    for feed in feeds:
        feed.close()
    app.close()


FIGURES: dict[str, Callable[[EmbeddedBroker], None]] = {
    "pairs": pairs,
    "calls": calls,
    "verifier": verifier,
    "revocation": revocation,
}


def main() -> None:
    wanted = sys.argv[1:] or list(FIGURES)
    with EmbeddedBroker() as broker:
        broker.operator.create_app(APP, "read:data:*")
        for name in wanted:
            FIGURES[name](broker)


if __name__ == "__main__":
    main()
