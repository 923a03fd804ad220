"""proofs.json: what is signed, and the small computations that every client has to get right."""

import base64
import json

import ed25519
import frames
import samples
from samples import base64url, sha256


def proof_cases():
    cases = []
    for name in frames.bodies():
        _, fields, body, signed, seed, proof = frames.proven(name)
        cases.append({
            "name": name, "purpose": frames.purpose_of(name), "seed": seed.hex(),
            "public_key": ed25519.public_key(seed).hex(), "issuer": samples.ISSUER,
            "challenge": samples.CHALLENGE.hex(), "proof_seq": fields["proof_seq"],
            "body": body.hex(), "message": signed.hex(), "proof": proof.hex(),
        })
    return cases


def root_statement():
    members = {
        "agent": samples.PLANNER, "key": base64url(samples.PLANNER_KEY),
        "scope": ["read:data:*", "write:reports:q3"], "aud": ["data-service"],
        "not_after": samples.NOW + 3600, "grant": samples.GRANT,
    }
    return base64url(json.dumps(members, separators=(",", ":")).encode())


def sign_hop(seed, members):
    header = base64url(b'{"alg":"EdDSA","typ":"mayfly-hop+jwt"}')
    text = f"{header}.{base64url(json.dumps(members, separators=(',', ':')).encode())}"
    return f"{text}.{base64url(ed25519.sign(seed, text.encode()))}"


def hop_members(sequence, delegator, delegate, held, scope, parent, depth, prev, **more):
    """In the order of the hop, which is that of the table in PROTOCOL.md."""
    members = {
        "iss": samples.ISSUER, "challenge": base64url(samples.CHALLENGE), "proof_seq": sequence,
        "delegator": delegator[0], "delegator_key": base64url(delegator[1]),
        "delegate": delegate[0], "delegate_key": base64url(delegate[1]),
        "held": held, "scope": scope,
    }
    members |= more
    return members | {
        "iat": samples.NOW, "exp": samples.NOW + 600, "parent": parent, "depth": depth,
        "prev": base64url(prev),
    }


def hop_cases():
    planner = (samples.PLANNER, samples.PLANNER_KEY)
    helper = (samples.HELPER, samples.HELPER_KEY)
    writer = (samples.WRITER, samples.WRITER_KEY)
    root = root_statement()
    narrow = ["read:data:customer-12345"]
    first = hop_members(
        9, planner, helper, ["read:data:*", "write:reports:q3"], ["read:data:*"],
        samples.GRANT, 1, sha256(root.encode()))
    hop = sign_hop(samples.PLANNER_SEED, first)
    digest = sha256(hop.encode())
    second = hop_members(
        1024, helper, writer, ["read:data:*"], narrow, digest[:16].hex(), 2, digest,
        aud=["data-service"], max_uses=3)
    cases = []
    for name, seed, members in [
        ("the first, from the root", samples.PLANNER_SEED, first),
        ("the second, with an audience and uses", samples.HELPER_SEED, second),
    ]:
        text = sign_hop(seed, members)
        cases.append({
            "name": name, "seed": seed.hex(), "members": members, "hop": text,
            "sha256": sha256(text.encode()).hex(), "grant": sha256(text.encode())[:16].hex(),
        })
    return root, cases


def key_cases():
    cases = []
    for seed in (samples.PLANNER_SEED, samples.HELPER_SEED):
        der = bytes.fromhex("302e020100300506032b657004220420") + seed
        text = base64.b64encode(der).decode()
        cases.append({
            "seed": seed.hex(), "public_key": ed25519.public_key(seed).hex(),
            "thumbprint": samples.thumbprint(ed25519.public_key(seed)),
            "pem": f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n",
        })
    return cases


def digest_cases():
    targets = [("token", "0c7d2e91ab34f5560d1e2f3a4b5c6d7e"), ("grant", samples.GRANT),
               ("agent", samples.PLANNER), ("task", "plan"), ("task", "nightly/plan"),
               ("chain", samples.GRANT)]
    return [{"level": level, "target": target,
             "digest": sha256(level.encode() + b"\0" + target.encode()).hex()}
            for level, target in targets]


def scope_cases():
    rows = [
        ("read:data:customer-12345", "read:data:customer-12345", True),
        ("read:data:*", "read:data:customer-12345", True),
        ("read:data:*", "read:data:*", True),
        ("read:data:*", "read:data:a:b", True),
        ("read:data:customer-12345", "read:data:*", False),
        ("read:data:customer-12345", "read:data:customer-1234", False),
        ("read:data:customer-1234", "read:data:customer-12345", False),
        ("read:data:*", "write:data:x", False),
        ("read:data:*", "read:database:x", False),
        ("read:data:x*", "read:data:xy", False),
        ("read:data:X", "read:data:x", False),
    ]
    return [{"held": held, "wanted": wanted, "covers": covers} for held, wanted, covers in rows]


def proofs():
    root, hops = hop_cases()
    return {"version": 1, "proofs": proof_cases(), "root": root, "hops": hops,
            "keys": key_cases(), "digests": digest_cases(), "scopes": scope_cases()}
