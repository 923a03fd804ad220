from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
KEY_USE_CHECKPOINT: KeyUse
KEY_USE_TOKEN: KeyUse
KEY_USE_UNSPECIFIED: KeyUse
REVOCATION_LEVEL_AGENT: RevocationLevel
REVOCATION_LEVEL_CHAIN: RevocationLevel
REVOCATION_LEVEL_GRANT: RevocationLevel
REVOCATION_LEVEL_TASK: RevocationLevel
REVOCATION_LEVEL_TOKEN: RevocationLevel
REVOCATION_LEVEL_UNSPECIFIED: RevocationLevel

class GetKeysRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetKeysResponse(_message.Message):
    __slots__ = ["issuer", "keys"]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    issuer: str
    keys: _containers.RepeatedCompositeFieldContainer[PublicKey]
    def __init__(self, issuer: _Optional[str] = ..., keys: _Optional[_Iterable[_Union[PublicKey, _Mapping]]] = ...) -> None: ...

class PublicKey(_message.Message):
    __slots__ = ["kid", "not_after", "not_before", "public_key", "use", "verifier_key"]
    KID_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    USE_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_KEY_FIELD_NUMBER: _ClassVar[int]
    kid: str
    not_after: int
    not_before: int
    public_key: bytes
    use: KeyUse
    verifier_key: str
    def __init__(self, use: _Optional[_Union[KeyUse, str]] = ..., kid: _Optional[str] = ..., public_key: _Optional[bytes] = ..., not_before: _Optional[int] = ..., not_after: _Optional[int] = ..., verifier_key: _Optional[str] = ...) -> None: ...

class WatchRevocationsRequest(_message.Message):
    __slots__ = ["after_position"]
    AFTER_POSITION_FIELD_NUMBER: _ClassVar[int]
    after_position: int
    def __init__(self, after_position: _Optional[int] = ...) -> None: ...

class WatchRevocationsResponse(_message.Message):
    __slots__ = ["current", "digests", "first_issue_at", "gap", "position"]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_ISSUE_AT_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    current: bool
    digests: _containers.RepeatedScalarFieldContainer[bytes]
    first_issue_at: int
    gap: bool
    position: int
    def __init__(self, position: _Optional[int] = ..., digests: _Optional[_Iterable[bytes]] = ..., first_issue_at: _Optional[int] = ..., gap: bool = ..., current: bool = ...) -> None: ...

class KeyUse(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RevocationLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
