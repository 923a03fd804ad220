from mayfly._generated import grants_pb2 as _grants_pb2
from mayfly._generated import trust_pb2 as _trust_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
HEARTBEAT_POLICY_END: HeartbeatPolicy
HEARTBEAT_POLICY_FLAG: HeartbeatPolicy
HEARTBEAT_POLICY_NONE: HeartbeatPolicy
HEARTBEAT_POLICY_UNSPECIFIED: HeartbeatPolicy
SECRET_CHANGE_ISSUE: SecretChange
SECRET_CHANGE_REMOVE: SecretChange
SECRET_CHANGE_UNSPECIFIED: SecretChange

class AcceptTimeRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class AcceptTimeResponse(_message.Message):
    __slots__ = ["now_milliseconds", "shifted_milliseconds"]
    NOW_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    SHIFTED_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    now_milliseconds: int
    shifted_milliseconds: int
    def __init__(self, shifted_milliseconds: _Optional[int] = ..., now_milliseconds: _Optional[int] = ...) -> None: ...

class App(_message.Message):
    __slots__ = ["attestation_keys", "ceiling", "client_id", "created_at", "cross_app_delegation", "default_ttl_seconds", "epoch", "heartbeat_interval_seconds", "heartbeat_policy", "live_grants", "max_ttl_seconds", "name", "orchestrations", "shared_uid", "uids"]
    ATTESTATION_KEYS_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CROSS_APP_DELEGATION_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_POLICY_FIELD_NUMBER: _ClassVar[int]
    LIVE_GRANTS_FIELD_NUMBER: _ClassVar[int]
    MAX_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ORCHESTRATIONS_FIELD_NUMBER: _ClassVar[int]
    SHARED_UID_FIELD_NUMBER: _ClassVar[int]
    UIDS_FIELD_NUMBER: _ClassVar[int]
    attestation_keys: _containers.RepeatedScalarFieldContainer[bytes]
    ceiling: _containers.RepeatedScalarFieldContainer[str]
    client_id: str
    created_at: int
    cross_app_delegation: bool
    default_ttl_seconds: int
    epoch: int
    heartbeat_interval_seconds: int
    heartbeat_policy: HeartbeatPolicy
    live_grants: int
    max_ttl_seconds: int
    name: str
    orchestrations: _containers.RepeatedScalarFieldContainer[str]
    shared_uid: bool
    uids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, name: _Optional[str] = ..., ceiling: _Optional[_Iterable[str]] = ..., uids: _Optional[_Iterable[int]] = ..., orchestrations: _Optional[_Iterable[str]] = ..., attestation_keys: _Optional[_Iterable[bytes]] = ..., default_ttl_seconds: _Optional[int] = ..., max_ttl_seconds: _Optional[int] = ..., shared_uid: bool = ..., epoch: _Optional[int] = ..., live_grants: _Optional[int] = ..., created_at: _Optional[int] = ..., client_id: _Optional[str] = ..., heartbeat_policy: _Optional[_Union[HeartbeatPolicy, str]] = ..., heartbeat_interval_seconds: _Optional[int] = ..., cross_app_delegation: bool = ...) -> None: ...

class CheckpointRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class CheckpointResponse(_message.Message):
    __slots__ = ["checkpoint"]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: str
    def __init__(self, checkpoint: _Optional[str] = ...) -> None: ...

class CreateAppRequest(_message.Message):
    __slots__ = ["app", "issue_secret"]
    APP_FIELD_NUMBER: _ClassVar[int]
    ISSUE_SECRET_FIELD_NUMBER: _ClassVar[int]
    app: App
    issue_secret: bool
    def __init__(self, app: _Optional[_Union[App, _Mapping]] = ..., issue_secret: bool = ...) -> None: ...

class CreateAppResponse(_message.Message):
    __slots__ = ["app", "client_secret"]
    APP_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SECRET_FIELD_NUMBER: _ClassVar[int]
    app: App
    client_secret: str
    def __init__(self, app: _Optional[_Union[App, _Mapping]] = ..., client_secret: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ["agent_id", "app", "chain_hash", "count", "depth", "detail", "event_type", "grant_id", "orch_id", "outcome", "parent_grant_id", "pid", "previous_token_id", "reason", "scope", "sequence", "task_id", "time_milliseconds", "token_id", "uid"]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    APP_FIELD_NUMBER: _ClassVar[int]
    CHAIN_HASH_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PARENT_GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_ID_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    app: str
    chain_hash: str
    count: int
    depth: int
    detail: str
    event_type: str
    grant_id: str
    orch_id: str
    outcome: str
    parent_grant_id: str
    pid: int
    previous_token_id: str
    reason: str
    scope: _containers.RepeatedScalarFieldContainer[str]
    sequence: int
    task_id: str
    time_milliseconds: int
    token_id: str
    uid: int
    def __init__(self, sequence: _Optional[int] = ..., time_milliseconds: _Optional[int] = ..., event_type: _Optional[str] = ..., outcome: _Optional[str] = ..., reason: _Optional[str] = ..., app: _Optional[str] = ..., orch_id: _Optional[str] = ..., task_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., grant_id: _Optional[str] = ..., token_id: _Optional[str] = ..., scope: _Optional[_Iterable[str]] = ..., uid: _Optional[int] = ..., pid: _Optional[int] = ..., count: _Optional[int] = ..., detail: _Optional[str] = ..., parent_grant_id: _Optional[str] = ..., depth: _Optional[int] = ..., chain_hash: _Optional[str] = ..., previous_token_id: _Optional[str] = ...) -> None: ...

class GetAppRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetAppResponse(_message.Message):
    __slots__ = ["app"]
    APP_FIELD_NUMBER: _ClassVar[int]
    app: App
    def __init__(self, app: _Optional[_Union[App, _Mapping]] = ...) -> None: ...

class LiftRevocationRequest(_message.Message):
    __slots__ = ["record_id"]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: int
    def __init__(self, record_id: _Optional[int] = ...) -> None: ...

class LiftRevocationResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListAppsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListAppsResponse(_message.Message):
    __slots__ = ["apps"]
    APPS_FIELD_NUMBER: _ClassVar[int]
    apps: _containers.RepeatedCompositeFieldContainer[App]
    def __init__(self, apps: _Optional[_Iterable[_Union[App, _Mapping]]] = ...) -> None: ...

class ListGrantsRequest(_message.Message):
    __slots__ = ["app", "cursor", "limit", "orch_id", "task_id"]
    APP_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    app: str
    cursor: str
    limit: int
    orch_id: str
    task_id: str
    def __init__(self, app: _Optional[str] = ..., orch_id: _Optional[str] = ..., task_id: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ...) -> None: ...

class ListGrantsResponse(_message.Message):
    __slots__ = ["cursor", "grants"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    grants: _containers.RepeatedCompositeFieldContainer[_grants_pb2.GrantSummary]
    def __init__(self, grants: _Optional[_Iterable[_Union[_grants_pb2.GrantSummary, _Mapping]]] = ..., cursor: _Optional[str] = ...) -> None: ...

class ListRevocationsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListRevocationsResponse(_message.Message):
    __slots__ = ["records"]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[RevocationRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[RevocationRecord, _Mapping]]] = ...) -> None: ...

class MetricsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class MetricsResponse(_message.Message):
    __slots__ = ["text"]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class OperatorCreateLaunchTokenRequest(_message.Message):
    __slots__ = ["app", "ceiling", "label", "max_agent_ttl_seconds", "ttl_seconds"]
    APP_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    MAX_AGENT_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    app: str
    ceiling: _containers.RepeatedScalarFieldContainer[str]
    label: str
    max_agent_ttl_seconds: int
    ttl_seconds: int
    def __init__(self, app: _Optional[str] = ..., label: _Optional[str] = ..., ceiling: _Optional[_Iterable[str]] = ..., ttl_seconds: _Optional[int] = ..., max_agent_ttl_seconds: _Optional[int] = ...) -> None: ...

class OperatorCreateLaunchTokenResponse(_message.Message):
    __slots__ = ["expires_at", "launch_token"]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    expires_at: int
    launch_token: str
    def __init__(self, launch_token: _Optional[str] = ..., expires_at: _Optional[int] = ...) -> None: ...

class QueryEventsRequest(_message.Message):
    __slots__ = ["agent_id", "app", "ascending", "before_sequence", "event_type", "from_sequence", "limit", "orch_id", "outcome", "since_milliseconds", "task_id", "until_milliseconds"]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    APP_FIELD_NUMBER: _ClassVar[int]
    ASCENDING_FIELD_NUMBER: _ClassVar[int]
    BEFORE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    FROM_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SINCE_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    app: str
    ascending: bool
    before_sequence: int
    event_type: str
    from_sequence: int
    limit: int
    orch_id: str
    outcome: str
    since_milliseconds: int
    task_id: str
    until_milliseconds: int
    def __init__(self, agent_id: _Optional[str] = ..., task_id: _Optional[str] = ..., orch_id: _Optional[str] = ..., app: _Optional[str] = ..., event_type: _Optional[str] = ..., outcome: _Optional[str] = ..., since_milliseconds: _Optional[int] = ..., until_milliseconds: _Optional[int] = ..., before_sequence: _Optional[int] = ..., from_sequence: _Optional[int] = ..., ascending: bool = ..., limit: _Optional[int] = ...) -> None: ...

class QueryEventsResponse(_message.Message):
    __slots__ = ["done", "events", "next_sequence", "tree_size"]
    DONE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    done: bool
    events: _containers.RepeatedCompositeFieldContainer[Event]
    next_sequence: int
    tree_size: int
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., next_sequence: _Optional[int] = ..., done: bool = ..., tree_size: _Optional[int] = ...) -> None: ...

class RemoveAppRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RemoveAppResponse(_message.Message):
    __slots__ = ["ended_grants"]
    ENDED_GRANTS_FIELD_NUMBER: _ClassVar[int]
    ended_grants: int
    def __init__(self, ended_grants: _Optional[int] = ...) -> None: ...

class RevocationRecord(_message.Message):
    __slots__ = ["allow_new", "created_at", "lapses_at", "orch_id", "record_id", "task_id"]
    ALLOW_NEW_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    LAPSES_AT_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    allow_new: bool
    created_at: int
    lapses_at: int
    orch_id: str
    record_id: int
    task_id: str
    def __init__(self, record_id: _Optional[int] = ..., task_id: _Optional[str] = ..., orch_id: _Optional[str] = ..., allow_new: bool = ..., created_at: _Optional[int] = ..., lapses_at: _Optional[int] = ...) -> None: ...

class RevokeRequest(_message.Message):
    __slots__ = ["allow_new", "level", "orch_id", "target"]
    ALLOW_NEW_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    allow_new: bool
    level: _trust_pb2.RevocationLevel
    orch_id: str
    target: str
    def __init__(self, level: _Optional[_Union[_trust_pb2.RevocationLevel, str]] = ..., target: _Optional[str] = ..., orch_id: _Optional[str] = ..., allow_new: bool = ...) -> None: ...

class RevokeResponse(_message.Message):
    __slots__ = ["count", "lapses_at", "record_id"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    LAPSES_AT_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    count: int
    lapses_at: int
    record_id: int
    def __init__(self, count: _Optional[int] = ..., record_id: _Optional[int] = ..., lapses_at: _Optional[int] = ...) -> None: ...

class RotateKeyRequest(_message.Message):
    __slots__ = ["emergency"]
    EMERGENCY_FIELD_NUMBER: _ClassVar[int]
    emergency: bool
    def __init__(self, emergency: bool = ...) -> None: ...

class RotateKeyResponse(_message.Message):
    __slots__ = ["key"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: _trust_pb2.PublicKey
    def __init__(self, key: _Optional[_Union[_trust_pb2.PublicKey, _Mapping]] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class StatusResponse(_message.Message):
    __slots__ = ["apps", "clock_deviation_milliseconds", "commits", "connections", "cpu_system_microseconds", "cpu_user_microseconds", "delegated", "durable_position", "expired", "is_issuing_stopped", "issuer", "launch_tokens", "live_grants", "log_position", "open_descriptors", "pid", "reactors", "refused", "registered", "released", "renewed", "resident_bytes", "revocation_records", "revoked", "spawned", "started_at", "trust_domain", "validated", "version", "wal_checkpoints", "watchers", "written_bytes"]
    APPS_FIELD_NUMBER: _ClassVar[int]
    CLOCK_DEVIATION_MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    CPU_SYSTEM_MICROSECONDS_FIELD_NUMBER: _ClassVar[int]
    CPU_USER_MICROSECONDS_FIELD_NUMBER: _ClassVar[int]
    DELEGATED_FIELD_NUMBER: _ClassVar[int]
    DURABLE_POSITION_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    IS_ISSUING_STOPPED_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_TOKENS_FIELD_NUMBER: _ClassVar[int]
    LIVE_GRANTS_FIELD_NUMBER: _ClassVar[int]
    LOG_POSITION_FIELD_NUMBER: _ClassVar[int]
    OPEN_DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    REACTORS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    REVOCATION_RECORDS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    SPAWNED_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    TRUST_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    VALIDATED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WAL_CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    WATCHERS_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_BYTES_FIELD_NUMBER: _ClassVar[int]
    apps: int
    clock_deviation_milliseconds: int
    commits: int
    connections: int
    cpu_system_microseconds: int
    cpu_user_microseconds: int
    delegated: int
    durable_position: int
    expired: int
    is_issuing_stopped: bool
    issuer: str
    launch_tokens: int
    live_grants: int
    log_position: int
    open_descriptors: int
    pid: int
    reactors: int
    refused: int
    registered: int
    released: int
    renewed: int
    resident_bytes: int
    revocation_records: int
    revoked: int
    spawned: int
    started_at: int
    trust_domain: str
    validated: int
    version: str
    wal_checkpoints: int
    watchers: int
    written_bytes: int
    def __init__(self, version: _Optional[str] = ..., issuer: _Optional[str] = ..., trust_domain: _Optional[str] = ..., started_at: _Optional[int] = ..., live_grants: _Optional[int] = ..., apps: _Optional[int] = ..., connections: _Optional[int] = ..., log_position: _Optional[int] = ..., durable_position: _Optional[int] = ..., cpu_user_microseconds: _Optional[int] = ..., cpu_system_microseconds: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., open_descriptors: _Optional[int] = ..., written_bytes: _Optional[int] = ..., commits: _Optional[int] = ..., wal_checkpoints: _Optional[int] = ..., spawned: _Optional[int] = ..., released: _Optional[int] = ..., validated: _Optional[int] = ..., expired: _Optional[int] = ..., refused: _Optional[int] = ..., reactors: _Optional[int] = ..., pid: _Optional[int] = ..., clock_deviation_milliseconds: _Optional[int] = ..., is_issuing_stopped: bool = ..., launch_tokens: _Optional[int] = ..., revocation_records: _Optional[int] = ..., watchers: _Optional[int] = ..., registered: _Optional[int] = ..., renewed: _Optional[int] = ..., delegated: _Optional[int] = ..., revoked: _Optional[int] = ...) -> None: ...

class UpdateAppRequest(_message.Message):
    __slots__ = ["attestation_keys", "ceiling", "cross_app_delegation", "default_ttl_seconds", "heartbeat_interval_seconds", "heartbeat_policy", "max_ttl_seconds", "name", "orchestrations", "secret", "set_attestation_keys", "set_ceiling", "set_cross_app_delegation", "set_heartbeat", "set_orchestrations", "set_shared_uid", "set_uids", "shared_uid", "uids"]
    ATTESTATION_KEYS_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    CROSS_APP_DELEGATION_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_POLICY_FIELD_NUMBER: _ClassVar[int]
    MAX_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ORCHESTRATIONS_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    SET_ATTESTATION_KEYS_FIELD_NUMBER: _ClassVar[int]
    SET_CEILING_FIELD_NUMBER: _ClassVar[int]
    SET_CROSS_APP_DELEGATION_FIELD_NUMBER: _ClassVar[int]
    SET_HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    SET_ORCHESTRATIONS_FIELD_NUMBER: _ClassVar[int]
    SET_SHARED_UID_FIELD_NUMBER: _ClassVar[int]
    SET_UIDS_FIELD_NUMBER: _ClassVar[int]
    SHARED_UID_FIELD_NUMBER: _ClassVar[int]
    UIDS_FIELD_NUMBER: _ClassVar[int]
    attestation_keys: _containers.RepeatedScalarFieldContainer[bytes]
    ceiling: _containers.RepeatedScalarFieldContainer[str]
    cross_app_delegation: bool
    default_ttl_seconds: int
    heartbeat_interval_seconds: int
    heartbeat_policy: HeartbeatPolicy
    max_ttl_seconds: int
    name: str
    orchestrations: _containers.RepeatedScalarFieldContainer[str]
    secret: SecretChange
    set_attestation_keys: bool
    set_ceiling: bool
    set_cross_app_delegation: bool
    set_heartbeat: bool
    set_orchestrations: bool
    set_shared_uid: bool
    set_uids: bool
    shared_uid: bool
    uids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, name: _Optional[str] = ..., set_ceiling: bool = ..., ceiling: _Optional[_Iterable[str]] = ..., set_uids: bool = ..., uids: _Optional[_Iterable[int]] = ..., set_orchestrations: bool = ..., orchestrations: _Optional[_Iterable[str]] = ..., set_attestation_keys: bool = ..., attestation_keys: _Optional[_Iterable[bytes]] = ..., default_ttl_seconds: _Optional[int] = ..., max_ttl_seconds: _Optional[int] = ..., set_shared_uid: bool = ..., shared_uid: bool = ..., set_heartbeat: bool = ..., heartbeat_policy: _Optional[_Union[HeartbeatPolicy, str]] = ..., heartbeat_interval_seconds: _Optional[int] = ..., set_cross_app_delegation: bool = ..., cross_app_delegation: bool = ..., secret: _Optional[_Union[SecretChange, str]] = ...) -> None: ...

class UpdateAppResponse(_message.Message):
    __slots__ = ["app", "client_secret"]
    APP_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SECRET_FIELD_NUMBER: _ClassVar[int]
    app: App
    client_secret: str
    def __init__(self, app: _Optional[_Union[App, _Mapping]] = ..., client_secret: _Optional[str] = ...) -> None: ...

class HeartbeatPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SecretChange(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
