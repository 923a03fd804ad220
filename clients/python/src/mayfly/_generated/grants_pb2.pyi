from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional, Union as _Union

AGENT_STATE_ACTIVE: AgentState
AGENT_STATE_COMPLETING: AgentState
AGENT_STATE_IDLE: AgentState
AGENT_STATE_UNSPECIFIED: AgentState
DESCRIPTOR: _descriptor.FileDescriptor

class GrantSummary(_message.Message):
    __slots__ = ["agent_id", "app", "audience", "depth", "expires_at", "grant_id", "has_uses", "heartbeat_age_seconds", "holder_grant_id", "is_flagged", "issued_at", "not_after", "orch_id", "parent_grant_id", "proof", "renewals", "scope", "state", "task_id", "uses_left"]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    APP_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    HAS_USES_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HOLDER_GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    IS_FLAGGED_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    ORCH_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    RENEWALS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    USES_LEFT_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    app: str
    audience: _containers.RepeatedScalarFieldContainer[str]
    depth: int
    expires_at: int
    grant_id: str
    has_uses: bool
    heartbeat_age_seconds: int
    holder_grant_id: str
    is_flagged: bool
    issued_at: int
    not_after: int
    orch_id: str
    parent_grant_id: str
    proof: str
    renewals: int
    scope: _containers.RepeatedScalarFieldContainer[str]
    state: AgentState
    task_id: str
    uses_left: int
    def __init__(self, grant_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., app: _Optional[str] = ..., scope: _Optional[_Iterable[str]] = ..., expires_at: _Optional[int] = ..., parent_grant_id: _Optional[str] = ..., holder_grant_id: _Optional[str] = ..., orch_id: _Optional[str] = ..., task_id: _Optional[str] = ..., depth: _Optional[int] = ..., issued_at: _Optional[int] = ..., not_after: _Optional[int] = ..., renewals: _Optional[int] = ..., has_uses: bool = ..., uses_left: _Optional[int] = ..., state: _Optional[_Union[AgentState, str]] = ..., heartbeat_age_seconds: _Optional[int] = ..., is_flagged: bool = ..., audience: _Optional[_Iterable[str]] = ..., proof: _Optional[str] = ...) -> None: ...

class AgentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
