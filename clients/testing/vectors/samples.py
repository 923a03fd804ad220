"""What the vectors have in common: keys, names and times that never change."""

import base64
import hashlib

import ed25519

ISSUER = "https://broker.example"
CHALLENGE = bytes(range(0x40, 0x60))
NOW = 1790000000

# Secret keys of nobody: RFC 8032's first test, and bytes anyone can type.
PLANNER_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
HELPER_SEED = bytes([0x11]) * 32
WRITER_SEED = bytes([0x22]) * 32

PLANNER_KEY = ed25519.public_key(PLANNER_SEED)
HELPER_KEY = ed25519.public_key(HELPER_SEED)
WRITER_KEY = ed25519.public_key(WRITER_SEED)

PLANNER = "spiffe://mayfly.local/agent/nightly/plan/5b1f3c0e9d2a47c6"
HELPER = "spiffe://mayfly.local/agent/nightly/help/00f1e2d3c4b5a697"
WRITER = "spiffe://mayfly.local/agent/nightly/write/8897a6b5c4d3e2f1"
GRANT = "5b1f3c0e9d2a47c61f0e8d3b6a795c24"

# What stands for a token, a secret and a statement where only its bytes matter.
TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJncmFudCI6IiJ9.AAAA"
SECRET = "00112233445566778899aabbccddeeff" * 2
ROOT = "eyJhZ2VudCI6IiJ9"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def thumbprint(public_key):
    """The RFC 7638 thumbprint of an Ed25519 key."""
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{base64url(public_key)}"}}'
    return base64url(sha256(jwk.encode()))
