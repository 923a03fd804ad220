from mayfly._generated import grants_pb2 as _grants_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BINDING_CONNECTION: Binding
BINDING_NONE: Binding
BINDING_PROCESS: Binding
BINDING_UNSPECIFIED: Binding
DESCRIPTOR: _descriptor.FileDescriptor

class AgentSpec(_message.Message):
    __slots__ = ["audience", "binding", "by_reference", "lifetime_seconds", "max_uses", "orch_id", "pid", "public_key", "scope", "task_id", "ttl_seconds"]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    BINDING_FIELD_NUMBER: _ClassVar[int]
    BY_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MAX_USES_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    audience: _containers.RepeatedScalarFieldContainer[str]
    binding: Binding
    by_reference: bool
    lifetime_seconds: int
    max_uses: int
    orch_id: str
    pid: int
    public_key: bytes
    scope: _containers.RepeatedScalarFieldContainer[str]
    task_id: str
    ttl_seconds: int
    def __init__(self, orch_id: _Optional[str] = ..., task_id: _Optional[str] = ..., scope: _Optional[_Iterable[str]] = ..., audience: _Optional[_Iterable[str]] = ..., public_key: _Optional[bytes] = ..., ttl_seconds: _Optional[int] = ..., lifetime_seconds: _Optional[int] = ..., binding: _Optional[_Union[Binding, str]] = ..., pid: _Optional[int] = ..., max_uses: _Optional[int] = ..., by_reference: bool = ...) -> None: ...

class ChallengeRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ChallengeResponse(_message.Message):
    __slots__ = ["challenge", "expires_in_seconds", "issuer", "now_milliseconds", "trust_domain"]
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    NOW_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    TRUST_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    challenge: bytes
    expires_in_seconds: int
    issuer: str
    now_milliseconds: int
    trust_domain: str
    def __init__(self, challenge: _Optional[bytes] = ..., expires_in_seconds: _Optional[int] = ..., issuer: _Optional[str] = ..., trust_domain: _Optional[str] = ..., now_milliseconds: _Optional[int] = ...) -> None: ...

class DelegateRequest(_message.Message):
    __slots__ = ["by_reference", "hop", "token"]
    BY_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    HOP_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    by_reference: bool
    hop: str
    token: str
    def __init__(self, token: _Optional[str] = ..., hop: _Optional[str] = ..., by_reference: bool = ...) -> None: ...

class DelegateResponse(_message.Message):
    __slots__ = ["agent"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: SpawnedAgent
    def __init__(self, agent: _Optional[_Union[SpawnedAgent, _Mapping]] = ...) -> None: ...

class DescribeRequest(_message.Message):
    __slots__ = ["agent_id"]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    def __init__(self, agent_id: _Optional[str] = ...) -> None: ...

class DescribeResponse(_message.Message):
    __slots__ = ["agent_id", "expires_at", "grant_id", "not_after", "public_key", "root"]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    expires_at: int
    grant_id: str
    not_after: int
    public_key: bytes
    root: str
    def __init__(self, agent_id: _Optional[str] = ..., public_key: _Optional[bytes] = ..., grant_id: _Optional[str] = ..., expires_at: _Optional[int] = ..., root: _Optional[str] = ..., not_after: _Optional[int] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ["state", "token"]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: _grants_pb2.AgentState
    token: str
    def __init__(self, token: _Optional[str] = ..., state: _Optional[_Union[_grants_pb2.AgentState, str]] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ["expires_at"]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    expires_at: int
    def __init__(self, expires_at: _Optional[int] = ...) -> None: ...

class RegisterBody(_message.Message):
    __slots__ = ["agent", "launch_token", "proof_seq", "supersede"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROOF_SEQ_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDE_FIELD_NUMBER: _ClassVar[int]
    agent: AgentSpec
    launch_token: str
    proof_seq: int
    supersede: bool
    def __init__(self, proof_seq: _Optional[int] = ..., launch_token: _Optional[str] = ..., agent: _Optional[_Union[AgentSpec, _Mapping]] = ..., supersede: bool = ...) -> None: ...

class RegisterRequest(_message.Message):
    __slots__ = ["body", "proof"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    proof: bytes
    def __init__(self, body: _Optional[bytes] = ..., proof: _Optional[bytes] = ...) -> None: ...

class RegisterResponse(_message.Message):
    __slots__ = ["agent"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: SpawnedAgent
    def __init__(self, agent: _Optional[_Union[SpawnedAgent, _Mapping]] = ...) -> None: ...

class ReleaseBatchRequest(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ReleaseRequest]
    def __init__(self, items: _Optional[_Iterable[_Union[ReleaseRequest, _Mapping]]] = ...) -> None: ...

class ReleaseBatchResponse(_message.Message):
    __slots__ = ["ended"]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ended: _containers.RepeatedScalarFieldContainer[bool]
    def __init__(self, ended: _Optional[_Iterable[bool]] = ...) -> None: ...

class ReleaseRequest(_message.Message):
    __slots__ = ["grant_id", "token"]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    grant_id: str
    token: str
    def __init__(self, token: _Optional[str] = ..., grant_id: _Optional[str] = ...) -> None: ...

class ReleaseResponse(_message.Message):
    __slots__ = ["ended"]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ended: bool
    def __init__(self, ended: bool = ...) -> None: ...

class RenewBody(_message.Message):
    __slots__ = ["proof_seq", "renewal_id", "scope", "token", "ttl_seconds"]
    PROOF_SEQ_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    proof_seq: int
    renewal_id: bytes
    scope: _containers.RepeatedScalarFieldContainer[str]
    token: str
    ttl_seconds: int
    def __init__(self, proof_seq: _Optional[int] = ..., token: _Optional[str] = ..., renewal_id: _Optional[bytes] = ..., scope: _Optional[_Iterable[str]] = ..., ttl_seconds: _Optional[int] = ...) -> None: ...

class RenewRequest(_message.Message):
    __slots__ = ["body", "proof"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    proof: bytes
    def __init__(self, body: _Optional[bytes] = ..., proof: _Optional[bytes] = ...) -> None: ...

class RenewResponse(_message.Message):
    __slots__ = ["agent"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: SpawnedAgent
    def __init__(self, agent: _Optional[_Union[SpawnedAgent, _Mapping]] = ...) -> None: ...

class SpawnBatchBody(_message.Message):
    __slots__ = ["agents", "proof_seq"]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    PROOF_SEQ_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedCompositeFieldContainer[AgentSpec]
    proof_seq: int
    def __init__(self, proof_seq: _Optional[int] = ..., agents: _Optional[_Iterable[_Union[AgentSpec, _Mapping]]] = ...) -> None: ...

class SpawnBatchRequest(_message.Message):
    __slots__ = ["attestation_key", "body", "proof"]
    ATTESTATION_KEY_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    attestation_key: bytes
    body: bytes
    proof: bytes
    def __init__(self, body: _Optional[bytes] = ..., proof: _Optional[bytes] = ..., attestation_key: _Optional[bytes] = ...) -> None: ...

class SpawnBatchResponse(_message.Message):
    __slots__ = ["agents"]
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedCompositeFieldContainer[SpawnedAgent]
    def __init__(self, agents: _Optional[_Iterable[_Union[SpawnedAgent, _Mapping]]] = ...) -> None: ...

class SpawnBody(_message.Message):
    __slots__ = ["agent", "proof_seq"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    PROOF_SEQ_FIELD_NUMBER: _ClassVar[int]
    agent: AgentSpec
    proof_seq: int
    def __init__(self, proof_seq: _Optional[int] = ..., agent: _Optional[_Union[AgentSpec, _Mapping]] = ...) -> None: ...

class SpawnRequest(_message.Message):
    __slots__ = ["body", "proof"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    proof: bytes
    def __init__(self, body: _Optional[bytes] = ..., proof: _Optional[bytes] = ...) -> None: ...

class SpawnResponse(_message.Message):
    __slots__ = ["agent"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    agent: SpawnedAgent
    def __init__(self, agent: _Optional[_Union[SpawnedAgent, _Mapping]] = ...) -> None: ...

class SpawnedAgent(_message.Message):
    __slots__ = ["agent_id", "expires_at", "grant_id", "token"]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    expires_at: int
    grant_id: str
    token: str
    def __init__(self, agent_id: _Optional[str] = ..., token: _Optional[str] = ..., grant_id: _Optional[str] = ..., expires_at: _Optional[int] = ...) -> None: ...

class ValidateBatchRequest(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ValidateRequest]
    def __init__(self, items: _Optional[_Iterable[_Union[ValidateRequest, _Mapping]]] = ...) -> None: ...

class ValidateBatchResponse(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ValidateResponse]
    def __init__(self, items: _Optional[_Iterable[_Union[ValidateResponse, _Mapping]]] = ...) -> None: ...

class ValidateRequest(_message.Message):
    __slots__ = ["consume_use", "omit_claims", "required_audience", "required_scope", "token"]
    CONSUME_USE_FIELD_NUMBER: _ClassVar[int]
    OMIT_CLAIMS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_SCOPE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    consume_use: bool
    omit_claims: bool
    required_audience: str
    required_scope: _containers.RepeatedScalarFieldContainer[str]
    token: str
    def __init__(self, token: _Optional[str] = ..., omit_claims: bool = ..., required_scope: _Optional[_Iterable[str]] = ..., required_audience: _Optional[str] = ..., consume_use: bool = ...) -> None: ...

class ValidateResponse(_message.Message):
    __slots__ = ["claims", "expires_at", "uses_left", "valid"]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    USES_LEFT_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    claims: bytes
    expires_at: int
    uses_left: int
    valid: bool
    def __init__(self, valid: bool = ..., claims: _Optional[bytes] = ..., expires_at: _Optional[int] = ..., uses_left: _Optional[int] = ...) -> None: ...

class Binding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
