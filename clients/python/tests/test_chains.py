"""Tokens and chains, good ones and one for each fault; the same for every language's client."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import vectors

from mayfly import BrokerKeys
from mayfly.verification import claims, statement
from mayfly.verification.chain import ChainRefusedError, ChainVerifier

FILE = vectors("chains")
KEYS = BrokerKeys.from_jwks(
    FILE["issuer"],
    {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": key["x"]} for key in FILE["keys"]]},
)


def found(case: dict[str, Any]) -> Any:
    try:
        token = ChainVerifier(KEYS).verify(
            case["token"], FILE["now"], FILE["leeway"], case.get("audience")
        )
    except ChainRefusedError as error:
        return error.code
    verified = {
        "grant": token.grant_id,
        "jti": token.token_id,
        "expires_at": token.expires_at,
        "online": token.is_online,
        "by_reference": token.is_reference,
    }
    if token.is_reference:
        return verified
    lineage = [{"agent": link.agent_id, "grant": link.grant_id} for link in token.lineage]
    return verified | {
        "subject": token.agent_id,
        "scope": list(token.scope),
        "audience": list(token.audience),
        "jkt": token.key_thumbprint,
        "lineage": lineage,
    }


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_a_token_is_verified_or_refused(case: dict[str, Any]) -> None:
    assert found(case) == (case.get("refusal") or case["verified"])


def test_the_thumbprints_are_the_key_ids() -> None:
    assert [key.kid for key in KEYS.keys] == [key["kid"] for key in FILE["keys"]]


@pytest.mark.parametrize("depth", range(6))
def test_each_signature_is_verified_once(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    real = statement.crypto_sign_open

    def counted(signed: bytes, key: bytes) -> bytes:
        nonlocal calls
        calls += 1
        return real(signed, key)

    monkeypatch.setattr(statement, "crypto_sign_open", counted)
    found(FILE["cases"][depth])
    assert calls == 1 + depth


def test_every_character_counts() -> None:
    """No text beside the one that was signed is good: a changed character anywhere is refused."""
    token = FILE["cases"][1]["token"]
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert isinstance(found({"token": changed}), str)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_both_ways_of_reading_find_the_same(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = found(case)
    monkeypatch.setattr(claims, "_AS_WRITTEN", re.compile("x"))
    assert found(case) == expected
