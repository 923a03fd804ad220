"""frames.json and refusals.json: what goes over the wire, byte for byte."""

import struct

import ed25519
import samples
from protobuf import encode, in_json

REQUEST, RESPONSE, DATA = 1, 2, 3


def frame(stream, kind, flags, data):
    return struct.pack(">IIBB", len(data), stream, kind, flags) + data


def agent(task, key, **more):
    return {
        "orch_id": "nightly", "task_id": task, "scope": ["read:data:customer-12345"],
        "public_key": in_json(key), **more,
    }


def bodies():
    """The serialized messages that proofs are made over, by name."""
    return {
        "spawn": ("SpawnBody", {"proof_seq": 1, "agent": agent("plan", samples.PLANNER_KEY)}),
        "spawn with everything": ("SpawnBody", {
            "proof_seq": 300,
            "agent": agent(
                "plan", samples.PLANNER_KEY, scope=["read:data:*", "write:reports:q3"],
                audience=["data-service", "https://mail.example"], ttl_seconds=300,
                lifetime_seconds=3600, binding="BINDING_NONE", max_uses=5, by_reference=True),
        }),
        "spawn-batch": ("SpawnBatchBody", {
            "proof_seq": 2,
            "agents": [agent("help", samples.HELPER_KEY), agent("write", samples.WRITER_KEY)],
        }),
        "register": ("RegisterBody", {
            "proof_seq": 1, "launch_token": samples.SECRET,
            "agent": agent("help", samples.HELPER_KEY), "supersede": True,
        }),
        "renew": ("RenewBody", {
            "proof_seq": 7, "token": samples.TOKEN, "renewal_id": in_json(bytes(range(16))),
            "scope": ["read:data:customer-12345"], "ttl_seconds": 60,
        }),
    }


# Which key proves which body.
SEEDS = {"register": samples.HELPER_SEED, "spawn-batch": samples.WRITER_SEED}


def purpose_of(name):
    return "spawn" if name == "spawn with everything" else name


def proof_message(purpose, sequence, body):
    return (
        f"mayfly/v1/{purpose}".encode() + b"\0" + samples.sha256(samples.ISSUER.encode())
        + samples.CHALLENGE + struct.pack(">Q", sequence) + samples.sha256(body)
    )


def proven(name):
    """The body of that name, its bytes, the message that is signed and the signature."""
    message, fields = bodies()[name]
    body = encode(f"mayfly.v1.{message}", fields)
    signed = proof_message(purpose_of(name), fields["proof_seq"], body)
    seed = SEEDS.get(name, samples.PLANNER_SEED)
    return message, fields, body, signed, seed, ed25519.sign(seed, signed)


def requests():
    """Name, service, method, message, its fields, and the name of its body if it has one."""
    def with_body(name, method, **more):
        _, _, body, _, _, proof = proven(name)
        fields = {"body": in_json(body), "proof": in_json(proof), **more}
        return (name, "Agents", method, f"{method}Request", fields, name)

    token, app = samples.TOKEN, "support-desk"
    plain = [
        ("authenticate by uid", "Apps", "Authenticate", "AuthenticateRequest", {"app": app}),
        ("authenticate with a secret", "Apps", "Authenticate", "AuthenticateRequest", {
            "client_id": "sd-0123456789ab", "client_secret": samples.SECRET}),
        ("create a launch token", "Apps", "CreateLaunchToken", "CreateLaunchTokenRequest", {
            "label": "nightly", "ceiling": ["read:data:*", "write:reports:q3"],
            "ttl_seconds": 60, "max_agent_ttl_seconds": 3600}),
        ("list grants", "Apps", "ListGrants", "AppsListGrantsRequest", {
            "orch_id": "nightly", "task_id": "plan", "limit": 1000, "cursor": "next"}),
        ("challenge", "Agents", "Challenge", "ChallengeRequest", {}),
        ("describe", "Agents", "Describe", "DescribeRequest", {"agent_id": samples.HELPER}),
        ("validate", "Agents", "Validate", "ValidateRequest", {"token": token}),
        ("validate with everything", "Agents", "Validate", "ValidateRequest", {
            "token": token, "omit_claims": True, "required_scope": ["read:data:customer-12345"],
            "required_audience": "data-service", "consume_use": True}),
        ("validate two", "Agents", "ValidateBatch", "ValidateBatchRequest", {
            "items": [{"token": token}, {"token": token, "omit_claims": True}]}),
        ("release by token", "Agents", "Release", "ReleaseRequest", {"token": token}),
        ("release by grant", "Agents", "Release", "ReleaseRequest", {"grant_id": samples.GRANT}),
        ("release two", "Agents", "ReleaseBatch", "ReleaseBatchRequest", {
            "items": [{"token": token}, {"grant_id": samples.GRANT}]}),
        ("delegate", "Agents", "Delegate", "DelegateRequest", {
            "token": token, "hop": "e30.e30.AAAA", "by_reference": True}),
        ("heartbeat", "Agents", "Heartbeat", "HeartbeatRequest", {
            "token": token, "state": "AGENT_STATE_COMPLETING"}),
        ("keys", "Trust", "GetKeys", "GetKeysRequest", {}),
        ("watch from the beginning", "Trust", "WatchRevocations", "WatchRevocationsRequest", {}),
        ("watch from a position", "Trust", "WatchRevocations", "WatchRevocationsRequest", {
            "after_position": 4294967301}),
        ("revoke a task", "Operator", "Revoke", "RevokeRequest", {
            "level": "REVOCATION_LEVEL_TASK", "target": "plan", "orch_id": "nightly",
            "allow_new": True}),
        ("revoke an agent", "Operator", "Revoke", "RevokeRequest", {
            "level": "REVOCATION_LEVEL_AGENT", "target": samples.HELPER}),
        ("create an app", "Operator", "CreateApp", "CreateAppRequest", {
            "app": {"name": app, "ceiling": ["read:data:*"], "uids": [1000, 70000],
                    "max_ttl_seconds": 3600, "shared_uid": True}, "issue_secret": True}),
        ("status", "Operator", "Status", "StatusRequest", {}),
    ]
    return [(*each, None) for each in plain] + [
        with_body("spawn", "Spawn"),
        with_body("spawn with everything", "Spawn"),
        with_body("spawn-batch", "SpawnBatch", attestation_key=in_json(samples.WRITER_KEY)),
        with_body("register", "Register"),
        with_body("renew", "Renew"),
    ]


def request_cases():
    cases = []
    for name, service, method, message, fields, body in requests():
        payload = encode(f"mayfly.v1.{message}", fields)
        envelope = {"service": f"mayfly.v1.{service}", "method": method}
        if payload:
            envelope["payload"] = in_json(payload)
        case = {"name": name, "service": envelope["service"], "method": method,
                "message": f"mayfly.v1.{message}", "fields": fields}
        if body:
            body_message, body_fields, *_ = proven(body)
            case["body"] = {"message": f"mayfly.v1.{body_message}", "fields": body_fields}
        stream = 2 * len(cases) + 1
        flags = 1 if method == "WatchRevocations" else 0
        case |= {
            "payload": payload.hex(), "stream": stream, "flags": flags,
            "frame": frame(stream, REQUEST, flags, encode("ttrpc.Request", envelope)).hex(),
        }
        cases.append(case)
    return cases


def responses():
    spawned = {"agent_id": samples.PLANNER, "token": samples.TOKEN, "grant_id": samples.GRANT,
               "expires_at": samples.NOW + 300}
    challenge, key = in_json(samples.CHALLENGE), in_json(samples.PLANNER_KEY)
    return [
        ("authenticated", "AuthenticateResponse", {
            "challenge": challenge, "issuer": samples.ISSUER, "trust_domain": "mayfly.local",
            "app": "support-desk", "ceiling": ["read:data:*"], "default_ttl_seconds": 300,
            "max_ttl_seconds": 86400, "now_milliseconds": samples.NOW * 1000 + 123}),
        ("a challenge", "ChallengeResponse", {
            "challenge": challenge, "expires_in_seconds": 30, "issuer": samples.ISSUER,
            "trust_domain": "mayfly.local", "now_milliseconds": samples.NOW * 1000 + 123}),
        ("spawned", "SpawnResponse", {"agent": spawned}),
        ("two spawned", "SpawnBatchResponse", {"agents": [spawned, spawned]}),
        ("registered", "RegisterResponse", {"agent": spawned}),
        ("renewed", "RenewResponse", {"agent": spawned}),
        ("delegated", "DelegateResponse", {"agent": spawned}),
        ("a launch token", "CreateLaunchTokenResponse", {
            "launch_token": samples.SECRET, "expires_at": samples.NOW + 30}),
        ("described", "DescribeResponse", {
            "agent_id": samples.HELPER, "public_key": key, "grant_id": samples.GRANT,
            "expires_at": samples.NOW + 300, "root": samples.ROOT,
            "not_after": samples.NOW + 3600}),
        ("valid", "ValidateResponse", {
            "valid": True, "claims": in_json(b'{"grant":"5b1f"}'),
            "expires_at": samples.NOW + 300, "uses_left": 4}),
        ("not valid", "ValidateResponse", {}),
        ("one of two valid", "ValidateBatchResponse", {
            "items": [{"valid": True, "expires_at": samples.NOW + 300}, {}]}),
        ("released", "ReleaseResponse", {"ended": True}),
        ("was not live", "ReleaseResponse", {}),
        ("one of three released", "ReleaseBatchResponse", {"ended": [True, False, False]}),
        ("alive", "HeartbeatResponse", {"expires_at": samples.NOW + 300}),
        ("the keys", "GetKeysResponse", {
            "issuer": samples.ISSUER,
            "keys": [{"use": "KEY_USE_TOKEN", "kid": samples.thumbprint(samples.PLANNER_KEY),
                      "public_key": key, "not_before": samples.NOW},
                     {"use": "KEY_USE_CHECKPOINT", "kid": samples.thumbprint(samples.HELPER_KEY),
                      "public_key": in_json(samples.HELPER_KEY), "not_before": samples.NOW,
                      "verifier_key": "mayfly.example+00000000+AAAA"}]}),
        ("revoked", "RevokeResponse", {
            "count": 2, "record_id": 9, "lapses_at": samples.NOW + 86400}),
    ]


def response_cases():
    cases = []
    for name, message, fields in responses():
        payload = encode(f"mayfly.v1.{message}", fields)
        envelope = {"payload": in_json(payload)} if payload else {}
        stream = 2 * len(cases) + 1
        data = encode("ttrpc.Response", envelope)
        cases.append({
            "name": name, "message": f"mayfly.v1.{message}", "fields": fields,
            "payload": payload.hex(), "stream": stream,
            "frame": frame(stream, RESPONSE, 0, data).hex(),
        })
    known = {case["name"]: case for case in cases}
    # The same from a newer broker, or another encoder: what it holds does not change.
    variants = [
        ("released, and something new", "released", b"\x08\x01" + b"\x7a\x03new", b""),
        ("one of three released, not packed", "one of three released",
         b"\x08\x01\x08\x00\x08\x00", b""),
        ("alive, with a status that is OK", "alive",
         bytes.fromhex(known["alive"]["payload"]), b"\x0a\x00"),
    ]
    for name, like, payload, before in variants:
        data = before + encode("ttrpc.Response", {"payload": in_json(payload)})
        cases.append({
            **known[like], "name": name, "payload": payload.hex(), "is_variant": True,
            "frame": frame(known[like]["stream"], RESPONSE, 0, data).hex(),
        })
    return cases


def stream_cases():
    digests = [in_json(samples.sha256(b"grant\0" + samples.GRANT.encode())),
               in_json(samples.sha256(b"task\0plan"))]
    opening = {"position": 41, "first_issue_at": samples.NOW - 86400}
    cases = [
        ("how it begins", opening),
        ("how it begins after a gap", {**opening, "gap": True}),
        ("two ends", {**opening, "position": 43, "digests": digests}),
        ("the end of the backlog", {
            "position": 43, "first_issue_at": samples.NOW - 86400, "current": True}),
    ]
    message = "mayfly.v1.WatchRevocationsResponse"
    return [{
        "name": name, "message": message, "fields": fields, "stream": 1,
        "payload": encode(message, fields).hex(),
        "frame": frame(1, DATA, 0, encode(message, fields)).hex(),
    } for name, fields in cases]


def frames():
    return {"version": 1, "requests": request_cases(), "responses": response_cases(),
            "stream": stream_cases()}


INFO = "type.googleapis.com/google.rpc.ErrorInfo"


def detail(reason, domain="mayfly", metadata=None, type_url=INFO):
    info = {"reason": reason, "domain": domain}
    if metadata:
        info["metadata"] = metadata
    value = encode("google.rpc.ErrorInfo", info)
    return {"type_url": type_url, "value": in_json(value)}


def refusal_cases():
    """Name, status, and what a client makes of it: gRPC code, reason, metadata."""
    ceiling = "The ceiling does not cover read:mail:*."
    limit = {"limit": "live_grants_per_app", "x": ""}
    return [
        ("a reason of the table", {
            "code": 7, "message": ceiling, "details": [detail("SCOPE_VIOLATION")]},
         "SCOPE_VIOLATION", {}),
        ("with metadata", {
            "code": 8, "message": "Too many.", "details": [
                detail("LIVE_GRANTS_EXHAUSTED", metadata=limit)]},
         "LIVE_GRANTS_EXHAUSTED", limit),
        ("a reason that this version has never heard of", {
            "code": 9, "message": "Not now.", "details": [detail("MOON_IN_THE_WAY")]},
         "MOON_IN_THE_WAY", {}),
        ("without a detail", {"code": 14, "message": "Later."}, "UNAVAILABLE", {}),
        ("without a sentence", {"code": 16, "details": [detail("AUTHENTICATION_REQUIRED")]},
         "AUTHENTICATION_REQUIRED", {}),
        ("another detail before it", {
            "code": 3, "message": "No.", "details": [
                {"type_url": "type.googleapis.com/google.rpc.RetryInfo",
                 "value": in_json(b"\x0a\x02\x08\x01")},
                detail("INVALID_SCOPE")]},
         "INVALID_SCOPE", {}),
        ("a detail of another domain", {
            "code": 5, "message": "No.", "details": [detail("GONE", domain="proxy.example")]},
         "NOT_FOUND", {}),
        ("a code that gRPC does not have", {"code": 99, "message": "What?"}, "UNKNOWN", {}),
        ("a negative code", {"code": -1, "message": "What?"}, "UNKNOWN", {}),
        ("a payload beside it, which is nothing", {
            "code": 12, "message": "No.", "details": [detail("METHOD_UNKNOWN")]},
         "METHOD_UNKNOWN", {}),
    ]


CODE_NAMES = {3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 7: "PERMISSION_DENIED",
              8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 12: "UNIMPLEMENTED",
              14: "UNAVAILABLE", 16: "UNAUTHENTICATED"}


def refusals():
    cases = []
    for name, status, reason, metadata in refusal_cases():
        envelope = {"status": status}
        if "payload" in name:
            envelope["payload"] = in_json(b"\x08\x01")
        data = encode("ttrpc.Response", envelope)
        code = status["code"] if status["code"] in CODE_NAMES else 2
        cases.append({
            "name": name, "stream": 1, "frame": frame(1, RESPONSE, 0, data).hex(),
            "expect": {"code": code, "code_name": CODE_NAMES.get(code, "UNKNOWN"),
                       "reason": reason, "message": status.get("message", ""),
                       "metadata": metadata},
        })
    return {"version": 1, "cases": cases}
