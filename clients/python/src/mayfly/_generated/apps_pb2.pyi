from mayfly._generated import grants_pb2 as _grants_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AppsListGrantsRequest(_message.Message):
    __slots__ = ["cursor", "limit", "orch_id", "task_id"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    limit: int
    orch_id: str
    task_id: str
    def __init__(self, orch_id: _Optional[str] = ..., task_id: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ...) -> None: ...

class AppsListGrantsResponse(_message.Message):
    __slots__ = ["cursor", "grants"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    grants: _containers.RepeatedCompositeFieldContainer[_grants_pb2.GrantSummary]
    def __init__(self, grants: _Optional[_Iterable[_Union[_grants_pb2.GrantSummary, _Mapping]]] = ..., cursor: _Optional[str] = ...) -> None: ...

class AuthenticateRequest(_message.Message):
    __slots__ = ["app", "client_id", "client_secret"]
    APP_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SECRET_FIELD_NUMBER: _ClassVar[int]
    app: str
    client_id: str
    client_secret: str
    def __init__(self, app: _Optional[str] = ..., client_id: _Optional[str] = ..., client_secret: _Optional[str] = ...) -> None: ...

class AuthenticateResponse(_message.Message):
    __slots__ = ["app", "ceiling", "challenge", "default_ttl_seconds", "issuer", "max_ttl_seconds", "now_milliseconds", "trust_domain"]
    APP_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    MAX_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NOW_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    TRUST_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    app: str
    ceiling: _containers.RepeatedScalarFieldContainer[str]
    challenge: bytes
    default_ttl_seconds: int
    issuer: str
    max_ttl_seconds: int
    now_milliseconds: int
    trust_domain: str
    def __init__(self, challenge: _Optional[bytes] = ..., issuer: _Optional[str] = ..., trust_domain: _Optional[str] = ..., app: _Optional[str] = ..., ceiling: _Optional[_Iterable[str]] = ..., default_ttl_seconds: _Optional[int] = ..., max_ttl_seconds: _Optional[int] = ..., now_milliseconds: _Optional[int] = ...) -> None: ...

class CreateLaunchTokenRequest(_message.Message):
    __slots__ = ["ceiling", "label", "max_agent_ttl_seconds", "ttl_seconds"]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    MAX_AGENT_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ceiling: _containers.RepeatedScalarFieldContainer[str]
    label: str
    max_agent_ttl_seconds: int
    ttl_seconds: int
    def __init__(self, label: _Optional[str] = ..., ceiling: _Optional[_Iterable[str]] = ..., ttl_seconds: _Optional[int] = ..., max_agent_ttl_seconds: _Optional[int] = ...) -> None: ...

class CreateLaunchTokenResponse(_message.Message):
    __slots__ = ["expires_at", "launch_token"]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    expires_at: int
    launch_token: str
    def __init__(self, launch_token: _Optional[str] = ..., expires_at: _Optional[int] = ...) -> None: ...
