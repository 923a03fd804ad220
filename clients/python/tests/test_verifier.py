"""The verifier: what it knows by itself, what it asks about, and when it does not know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import vectors

from mayfly import AccessDeniedError, App, BrokerKeys, InvalidRequestError, RevocationFeed, Verifier
from mayfly.testing import EmbeddedBroker, Operator
from mayfly.verification import strictjson
from mayfly.verification import verifier as verifier_module
from mayfly.verification.cache import KnownToken, TokenCache
from mayfly.verification.chain import VerifiedToken
from mayfly.verification.revocations import RevocationSet, digest

CHAINS = vectors("chains")


@pytest.fixture(scope="module")
def feed() -> Iterator[RevocationFeed]:
    with RevocationFeed() as feed:
        assert feed.wait_until_current(15)
        yield feed


@pytest.fixture
def alone(app: App, feed: RevocationFeed) -> Verifier:
    """A verifier that cannot ask the broker."""
    return Verifier(app.keys(), feed)


def soon(found: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + 5
    while found() != wanted:
        assert time.monotonic() < deadline, found()
        time.sleep(0.002)


def test_it_says_yes_and_why_not(app: App, alone: Verifier) -> None:
    with app.agent(task="t", scope="read:data:1", audience=["here"]) as agent:
        for _ in range(2):
            verdict = alone.check(agent.token, "read:data:1", audience="here")
            assert verdict.valid
            assert verdict.token is not None
            assert verdict.token.agent_id == agent.agent_id
        assert alone.check(agent.token, "read:data:2").reason == "SCOPE_VIOLATION"
        assert alone.check(agent.token, audience="there").reason == "AUDIENCE_MISMATCH"
        assert alone.check("x").reason == "MALFORMED"
        with pytest.raises(AccessDeniedError) as caught:
            alone.verify(agent.token, "read:data:2")
        assert caught.value.reason == "SCOPE_VIOLATION"
        token = asyncio.run(alone.verify_async(agent.token, "read:data:1"))
        assert token.allows("read:data:1")
    soon(lambda: alone.check(agent.token).reason, "REVOKED")


@pytest.mark.parametrize("level", ["token", "agent", "task", "chain"])
def test_it_sees_every_kind_of_end(
    level: str, app: App, operator: Operator, alone: Verifier
) -> None:
    planner = app.spawn(task=f"plan-{level}", scope="read:data:*")
    helper = app.spawn(task=f"help-{level}", scope="read:data:none")
    part = helper.accept(planner.delegate(to=helper, scope="read:data:x"))
    assert alone.check(part.token)
    token = alone.verify(planner.token)
    target = {
        "token": token.token_id,
        "agent": planner.agent_id,
        "task": planner.task,
        "chain": planner.grant_id,
    }[level]
    operator.revoke(level, target)
    for dead in (planner, part):
        soon(lambda dead=dead: alone.check(dead.token).reason, "REVOKED")
    assert alone.check(helper.token).valid
    helper.release()


def test_a_renewal_ends_the_old_token(app: App, alone: Verifier) -> None:
    with app.agent(task="t", scope="read:data:1", renewable_for=600) as agent:
        before = agent.token
        assert alone.check(before)
        agent.renew()
        soon(lambda: alone.check(before).reason, "REVOKED")
        assert alone.check(agent.token)


def test_times_have_a_leeway(app: App, feed: RevocationFeed) -> None:
    now = time.time()

    def clock() -> float:
        return now

    verifier = Verifier(app.keys(), feed, clock=clock, leeway_seconds=10)
    with app.agent(task="t", scope="read:data:1", ttl=100) as agent:
        issued_at = verifier.verify(agent.token).issued_at
        for moment, reason in (
            (issued_at - 10, None),
            (issued_at - 11, "NOT_YET_VALID"),
            (issued_at + 109.9, None),
            (issued_at + 110, "EXPIRED"),
        ):
            now = moment
            # Known already, and met for the first time.
            assert verifier.check(agent.token).reason == reason
            fresh = Verifier(app.keys(), feed, clock=clock, leeway_seconds=10)
            assert fresh.check(agent.token).reason == reason


def test_what_is_stale_is_not_good(app: App, feed: RevocationFeed) -> None:
    with app.agent(task="t", scope="read:data:1") as agent:
        stale = Verifier(app.keys(), feed, staleness_seconds=-1)
        assert stale.check(agent.token).reason == "REVOCATIONS_STALE"
        asking = Verifier(app.keys(), feed, staleness_seconds=-1, broker=app)
        assert asking.check(agent.token, "read:data:1")
        assert asyncio.run(asking.check_async(agent.token, "read:data:1"))
    assert asking.check(agent.token).reason in ("TOKEN_NOT_VALID", "REVOKED")


def test_online_asks_each_time(app: App) -> None:
    verifier = Verifier(app.keys(), None, broker=app, online=True)
    with app.agent(task="t", scope="read:data:1") as agent:
        assert verifier.check(agent.token, "read:data:1")
    assert verifier.check(agent.token).reason == "TOKEN_NOT_VALID"
    with pytest.raises(InvalidRequestError):
        Verifier(app.keys(), None)


def test_tokens_that_only_the_broker_knows(app: App, feed: RevocationFeed, alone: Verifier) -> None:
    asking = Verifier(app.keys(), feed, broker=app)
    reference = app.spawn(task="t", scope="read:data:1", by_reference=True, audience=["here"])
    assert alone.check(reference.token).reason == "BROKER_UNREACHABLE"
    token = asking.verify(reference.token, "read:data:1", audience="here")
    assert token.agent_id == reference.agent_id
    assert token.scope == ("read:data:1",)
    assert not asking.check(reference.token, "read:data:2")
    assert not asking.check(reference.token, audience="there")
    assert asking.check(reference.token, "no scope").reason == "INVALID_SCOPE"
    limited = app.spawn(task="t", scope="read:data:1", max_uses=2)
    with App() as nobody:
        verdict = Verifier(app.keys(), feed, broker=nobody).check(limited.token, consume_use=True)
        assert verdict.reason == "AUTHENTICATION_REQUIRED"
    assert asking.check(limited.token)
    answers = [asking.check(limited.token, consume_use=True).reason for _ in range(3)]
    assert answers == [None, None, "TOKEN_NOT_VALID"]
    reference.release()
    limited.release()


def test_an_unreachable_broker_is_no(app: App, feed: RevocationFeed) -> None:
    gone = App(socket="/nowhere/agent.sock")
    verifier = Verifier(app.keys(), feed, broker=gone, online=True)
    with app.agent(task="t", scope="read:data:1") as agent:
        assert verifier.check(agent.token).reason == "BROKER_UNREACHABLE"


def test_a_key_that_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are fetched anew for a token of an unknown key, and not for every such token."""
    with EmbeddedBroker() as broker:
        broker.operator.create_app("rotating", "read:data:*")
        app = broker.app("rotating", orch="o")
        with Verifier.connect(broker.socket) as verifier:
            old = app.spawn(task="t", scope="read:data:x")
            assert verifier.check(old.token)
            broker.operator.rotate_key()
            new = app.spawn(task="t", scope="read:data:x")
            assert verifier.check(new.token)
            assert verifier.check(old.token)
            fetched = 0
            real = verifier._broker.keys  # type: ignore[union-attr]

            def counted() -> BrokerKeys:
                nonlocal fetched
                fetched += 1
                return real()

            monkeypatch.setattr(verifier._broker, "keys", counted)
            foreign = CHAINS["cases"][0]["token"]
            for _ in range(5):
                assert verifier.check(foreign).reason == "FOREIGN_HEADER"
            assert fetched == 0
            monkeypatch.setattr(verifier_module, "_KEY_REFRESH_SECONDS", 0.0)
            assert verifier.check(foreign).reason == "FOREIGN_HEADER"
            assert fetched == 1


def test_an_emergency_ends_what_the_old_key_signed() -> None:
    with EmbeddedBroker() as broker:
        broker.operator.create_app("emergency", "read:data:*")
        app = broker.app("emergency", orch="o")
        with Verifier.connect(broker.socket) as verifier:
            agents = [app.spawn(task="t", scope="read:data:x") for _ in range(20)]
            assert all(verifier.check(agent.token) for agent in agents)
            broker.operator.rotate_key(emergency=True)
            for agent in agents:
                soon(lambda agent=agent: verifier.check(agent.token).reason, "REVOKED")
            assert verifier.check(app.spawn(task="t", scope="read:data:x").token)


def test_it_follows_a_broker_that_restarts() -> None:
    with EmbeddedBroker() as broker:
        broker.operator.create_app("restarted", "read:data:*")
        app = broker.app("restarted", orch="o")
        with RevocationFeed(broker.socket) as feed:
            verifier = Verifier(app.keys(), feed)
            impatient = Verifier(app.keys(), feed, staleness_seconds=0.2)
            assert feed.wait_until_current(15)
            agent = app.spawn(task="t", scope="read:data:x")
            other = app.spawn(task="t", scope="read:data:x")
            broker.stop()
            # What was known a moment ago is known for the staleness, and no longer.
            assert verifier.check(agent.token)
            soon(lambda: impatient.check(agent.token).reason, "REVOCATIONS_STALE")
            broker.start()
            agent.release()
            soon(lambda: verifier.check(agent.token).reason, "REVOKED")
            soon(lambda: impatient.check(other.token).reason, None)
            assert verifier.check(other.token)


def test_a_stream_that_lost_ends_begins_anew(app: App) -> None:
    with RevocationFeed() as feed:
        assert feed.wait_until_current(15)
        agent = app.spawn(task="t", scope="read:data:x")
        verifier = Verifier(app.keys(), feed)
        assert verifier.check(agent.token)
        before = feed.ends
        # As after a stream from a log that this broker does not have.
        feed._position = 2**60
        stream = feed._stream
        assert stream is not None
        stream.close()
        soon(lambda: feed.ends is not before, True)
        assert feed.wait_until_current(15)
        assert verifier.check(agent.token)
        agent.release()
        soon(lambda: verifier.check(agent.token).reason, "REVOKED")


# MARK: Of bounded size


def test_the_set_forgets_the_oldest_and_says_so() -> None:
    ends = RevocationSet(capacity=3, retention_seconds=100)
    names = [digest("grant", str(number)) for number in range(5)]
    for moment, name in enumerate(names[:4]):
        ends.insert([name], 0, 1000 + moment)
    assert len(ends) == 3
    assert not ends.has_any([names[0]])
    assert ends.has_any([names[0], names[3]])
    # Of what was issued before, an end may have been forgotten.
    assert ends.forgotten_before == 1000
    ends.insert([], 7, 1101.5)
    assert len(ends) == 2
    assert ends.forgotten_before == 1001
    ends.insert([names[2]], 5, 1102)
    ends.insert([], 0, 1150)
    assert ends.has_any([names[2]])
    assert ends.first_issue_at == 7


def test_what_was_forgotten_is_asked_about(app: App) -> None:
    with RevocationFeed(capacity=1) as feed:
        assert feed.wait_until_current(15)
        verifier = Verifier(app.keys(), feed)
        with app.agent(task="t", scope="read:data:1") as agent:
            feed.ends.forgotten_before = time.time() + 5
            assert verifier.check(agent.token).reason == "REVOCATIONS_STALE"
            assert Verifier(app.keys(), feed, broker=app).check(agent.token)


def known(text: str) -> KnownToken:
    return KnownToken(text, VerifiedToken("", "", "", 0, False, ""), 0)


def test_the_cache_is_bounded_in_tokens_and_characters() -> None:
    cache = TokenCache(maximum_tokens=3, maximum_characters=1000)
    texts = [f"{number}." + str(number) * 86 for number in range(5)]
    for text in texts:
        cache.insert(known(text))
    assert len(cache) == 3
    assert cache.find(texts[0]) is None
    assert cache.find(texts[4]) is not None
    long = "x" * 800 + "." + "y" * 86
    cache.insert(known(long))
    assert len(cache) == 2
    cache.insert(known("z" * 2000))
    assert cache.find("z" * 2000) is None
    cache.insert(known(long))
    assert cache._characters <= 1000
    # The signature finds it, the whole token is compared.
    assert cache.find("w" + long[1:]) is None
    cache.clear()
    assert len(cache) == 0


# MARK: Strict JSON


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b'{"a":1}x', b'{"a":1,}', b'{"a":1,"a":2}', b'{"a":{"b":1,"b":2}}',
        b'{"a": 1}', b'{"a":1}\n', b'\t{"a":1}', b'{"a":"\\u0061"}', b'{"a":"\x01"}',
        b'{"a":NaN}', b'{"a":Infinity}', b'{"a":"\xff"}', b'\xef\xbb\xbf{"a":1}', b'{"a":01}',
        b"[[[[[[[[[1]]]]]]]]]", b'{"a":"\xed\xa0\x80"}', b"[" * 100_000,
        b"{" + b",".join(b'"%d":1' % number for number in range(65)) + b"}",
    ],
)  # fmt: skip
def test_json_that_is_refused(text: bytes) -> None:
    with pytest.raises(strictjson.MalformedJSONError):
        strictjson.read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a":1,"b":"x y"}', {"a": 1, "b": "x y"}),
        (b'{"a":["1",{"b":true}]}', {"a": ["1", {"b": True}]}),
        ('{"a":"é"}'.encode(), {"a": "é"}),
        (b"[[[[[[[[1]]]]]]]]", [[[[[[[[1]]]]]]]]),
        (b'{"a":"x","b":{"c":"x","d":null}}', {"a": "x", "b": {"c": "x", "d": None}}),
    ],
)
def test_json_that_is_read(text: bytes, value: Any) -> None:
    assert strictjson.read(text) == value


@pytest.mark.parametrize("number", [b"-0", b"-1", b"1.0", b"1e3", b"123456789012345678901"])
def test_numbers_that_no_claim_takes(number: bytes) -> None:
    value = strictjson.read(b'{"a":' + number + b"}")["a"]
    assert type(value) is float or not 0 <= value < 2**64
