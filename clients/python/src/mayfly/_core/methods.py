"""The methods that this client calls."""

from __future__ import annotations

from mayfly._core.connection import Method

_AGENTS = "mayfly.v1.Agents"
_APPS = "mayfly.v1.Apps"
_TRUST = "mayfly.v1.Trust"
_OPERATOR = "mayfly.v1.Operator"

SPAWN = Method(_AGENTS, "Spawn")
SPAWN_BATCH = Method(_AGENTS, "SpawnBatch")
CHALLENGE = Method(_AGENTS, "Challenge")
REGISTER = Method(_AGENTS, "Register")
DESCRIBE = Method(_AGENTS, "Describe")
VALIDATE = Method(_AGENTS, "Validate")
VALIDATE_BATCH = Method(_AGENTS, "ValidateBatch")
RENEW = Method(_AGENTS, "Renew")
RELEASE = Method(_AGENTS, "Release")
RELEASE_BATCH = Method(_AGENTS, "ReleaseBatch")
DELEGATE = Method(_AGENTS, "Delegate")
HEARTBEAT = Method(_AGENTS, "Heartbeat")

AUTHENTICATE = Method(_APPS, "Authenticate")
CREATE_LAUNCH_TOKEN = Method(_APPS, "CreateLaunchToken")
LIST_GRANTS = Method(_APPS, "ListGrants")

GET_KEYS = Method(_TRUST, "GetKeys")
WATCH_REVOCATIONS = Method(_TRUST, "WatchRevocations", streams=True)

CREATE_APP = Method(_OPERATOR, "CreateApp")
REVOKE = Method(_OPERATOR, "Revoke")
ROTATE_KEY = Method(_OPERATOR, "RotateKey")
STATUS = Method(_OPERATOR, "Status")
