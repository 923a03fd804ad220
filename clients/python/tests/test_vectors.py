"""The vectors that every language's client runs, but the chains."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import vectors
from google.protobuf import json_format

from mayfly import AgentKey, RefusedError, covers, encoding
from mayfly._core.connection import Connection, Item, Method, Reply
from mayfly._core.hop import Holding, HopDraft
from mayfly._core.session import Session
from mayfly._generated import agents_pb2, apps_pb2, operator_pb2, trust_pb2
from mayfly.verification import revocations, statement

FRAMES = vectors("frames")
PROOFS = vectors("proofs")


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def message_of(name: str) -> Any:
    word = name.rpartition(".")[2]
    for module in (agents_pb2, apps_pb2, trust_pb2, operator_pb2):
        if hasattr(module, word):
            return getattr(module, word)
    raise LookupError(name)


@named(FRAMES["requests"])
def test_a_request_is_this_frame(case: dict[str, Any]) -> None:
    message = message_of(case["message"])()
    if "fields" in case:
        json_format.ParseDict(case["fields"], message)
    if "body" in case:
        body = message_of(case["body"]["message"])()
        json_format.ParseDict(case["body"]["fields"], body)
        message.body = body.SerializeToString()
    elif case["payload"] == "":
        assert message.SerializeToString() == b""
    payload = message.SerializeToString()
    if "body" in case:
        assert bytes.fromhex(case["payload"]).startswith(payload)
        payload = bytes.fromhex(case["payload"])
    assert payload.hex() == case["payload"]
    connection = Connection()
    connection._next_stream = case["stream"]
    method = Method(case["service"], case["method"], streams=case["flags"] == 1)
    stream, frame = connection.request(method, payload)
    assert stream == case["stream"]
    assert frame.hex() == case["frame"]


def connection_that_called(stream: int, *, streams: bool = False) -> Connection:
    connection = Connection()
    connection._next_stream = stream
    connection.request(Method("mayfly.v1.Agents", "Validate", streams=streams), b"")
    return connection


@named(FRAMES["responses"])
def test_a_response_says_this(case: dict[str, Any]) -> None:
    frame = bytes.fromhex(case["frame"])
    [event] = connection_that_called(case["stream"]).receive(frame)
    assert isinstance(event, Reply)
    assert event.refusal is None
    kind = message_of(case["message"])
    expected = json_format.ParseDict(case["fields"], kind())
    answer = kind.FromString(event.payload)
    answer.DiscardUnknownFields()
    assert answer == expected


@named(FRAMES["responses"])
def test_a_response_may_come_byte_by_byte(case: dict[str, Any]) -> None:
    connection = connection_that_called(case["stream"])
    frame = bytes.fromhex(case["frame"])
    events = [event for byte in frame for event in connection.receive(bytes([byte]))]
    assert events == list(connection_that_called(case["stream"]).receive(frame))


@named(FRAMES["stream"])
def test_a_message_of_the_stream_says_this(case: dict[str, Any]) -> None:
    connection = connection_that_called(case["stream"], streams=True)
    [event] = connection.receive(bytes.fromhex(case["frame"]))
    assert isinstance(event, Item)
    kind = trust_pb2.WatchRevocationsResponse
    assert kind.FromString(event.payload) == json_format.ParseDict(case["fields"], kind())


@named(vectors("refusals")["cases"])
def test_a_refusal_is_this_error(case: dict[str, Any]) -> None:
    frame = bytes.fromhex(case["frame"])
    [event] = connection_that_called(case["stream"]).receive(frame)
    assert isinstance(event, Reply)
    error = event.refusal
    assert isinstance(error, RefusedError)
    expected = case["expect"]
    assert error.status == expected["code_name"]
    assert error.reason == error.code == expected["reason"]
    assert error.message == expected["message"]
    assert error.metadata == expected["metadata"]


@named(PROOFS["proofs"])
def test_a_proof_is_this_signature(case: dict[str, Any]) -> None:
    key = AgentKey(bytes.fromhex(case["seed"]))
    assert key.public_key.hex() == case["public_key"]
    session = Session(bytes.fromhex(case["challenge"]), case["issuer"], 0)
    proof = session.proof(
        case["purpose"].encode(), case["proof_seq"], bytes.fromhex(case["body"]), key
    )
    assert proof.hex() == case["proof"]


@named(PROOFS["hops"])
def test_a_hop_is_this_text(case: dict[str, Any]) -> None:
    members = case["members"]
    session = Session(encoding.decode(members["challenge"].encode()) or b"", members["iss"], 0)
    for _ in range(members["proof_seq"] - 1):
        session.next_number()
    # The clock stands where the hop was signed.
    session.set_clock(members["iat"] * 1000 + 500)
    hops = [hop["hop"] for hop in PROOFS["hops"]]
    before = hops[: members["depth"] - 1]
    delegate_key = encoding.decode(members["delegate_key"].encode())
    assert delegate_key is not None
    draft = HopDraft(
        holding=Holding(
            members["delegator"], members["parent"], members["held"], members["exp"], before
        ),
        root=PROOFS["root"],
        key=AgentKey(bytes.fromhex(case["seed"])),
        delegate_id=members["delegate"],
        delegate_key=delegate_key,
        scope=members["scope"],
        audience=members.get("aud"),
        lifetime_seconds=members["exp"] - members["iat"],
        max_uses=members.get("max_uses"),
    )
    assert draft.sign(session) == case["hop"]
    hop = statement.parse_hop(case["hop"])
    assert hop is not None
    assert hop.digest.hex() == case["sha256"]
    assert hop.grant == case["grant"]
    assert hop.is_signed()


@pytest.mark.parametrize("case", PROOFS["keys"], ids=lambda case: case["thumbprint"])
def test_a_key_has_this_text(case: dict[str, Any]) -> None:
    key = AgentKey.from_pem(case["pem"])
    assert key.seed.hex() == case["seed"]
    assert key.public_key.hex() == case["public_key"]
    assert key.thumbprint == case["thumbprint"]
    assert key.pem == case["pem"]


@pytest.mark.parametrize("case", PROOFS["digests"], ids=lambda case: case["level"])
def test_an_end_has_this_digest(case: dict[str, Any]) -> None:
    assert revocations.digest(case["level"], case["target"]).hex() == case["digest"]


@pytest.mark.parametrize("case", PROOFS["scopes"], ids=lambda case: str(sorted(case.items())))
def test_a_scope_covers(case: dict[str, Any]) -> None:
    assert covers(case["held"], case["wanted"]) is case["covers"]
