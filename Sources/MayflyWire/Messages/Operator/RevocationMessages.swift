private import CMayflyProto

/// `mayfly.v1.RevokeRequest`.
package struct RevokeRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var level = RevocationLevelMessage.unspecified
    /// By level: a jti; a SPIFFE ID; a task id; any grant id or SPIFFE ID of a chain.
    package var target = ""
    /// Of a task: only this orchestration; empty means all.
    package var orchestration = ""
    /// Of a task: cover only what was granted before.
    package var allowNew = false

    package static let schema = MessageSchema(mayfly__v1__revoke_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__RevokeRequest.self)
        level = RevocationLevelMessage(message.level)
        target = String(message.target)
        orchestration = String(message.orch_id)
        allowNew = message.allow_new != 0
    }

    package func encode(into writer: inout FieldWriter) {
        writer.enumeration(1, level)
        writer.text(2, target)
        writer.text(3, orchestration)
        writer.flag(4, allowNew)
    }
}

/// `mayfly.v1.RevokeResponse`.
package struct RevokeResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    /// Live grants that it matched.
    package var count: UInt64 = 0
    /// Of a task.
    package var recordID: UInt64 = 0
    package var lapsesAt: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__revoke_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__RevokeResponse.self)
        count = message.count
        recordID = message.record_id
        lapsesAt = message.lapses_at
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, count)
        writer.number(2, recordID)
        writer.number(3, lapsesAt)
    }
}

/// `mayfly.v1.RevocationRecord`: a task whose name is refused, or whose grants were ended.
package struct RevocationRecordMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var recordID: UInt64 = 0
    package var task = ""
    /// Empty means all.
    package var orchestration = ""
    package var allowNew = false
    package var createdAt: UInt64 = 0
    package var lapsesAt: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__revocation_record__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__RevocationRecord.self)
        recordID = message.record_id
        task = String(message.task_id)
        orchestration = String(message.orch_id)
        allowNew = message.allow_new != 0
        createdAt = message.created_at
        lapsesAt = message.lapses_at
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, recordID)
        writer.text(2, task)
        writer.text(3, orchestration)
        writer.flag(4, allowNew)
        writer.number(5, createdAt)
        writer.number(6, lapsesAt)
    }
}

/// `mayfly.v1.ListRevocationsRequest`.
package struct ListRevocationsRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__list_revocations_request__init)
    package init() {}
}

/// `mayfly.v1.ListRevocationsResponse`.
package struct ListRevocationsResponseMessage: UnpackedMessage, EncodableMessage, Equatable,
    Sendable
{
    package var records: [RevocationRecordMessage] = []

    package static let schema = MessageSchema(mayfly__v1__list_revocations_response__init)

    package init(records: [RevocationRecordMessage] = []) { self.records = records }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ListRevocationsResponse.self)
        records = Array(message.records, message.n_records)
    }

    package func encode(into writer: inout FieldWriter) { writer.messages(1, records) }
}

/// `mayfly.v1.LiftRevocationRequest`.
package struct LiftRevocationRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable
{
    package var recordID: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__lift_revocation_request__init)

    package init(recordID: UInt64 = 0) { self.recordID = recordID }

    init(_ unpacked: UnpackedPointer) {
        recordID = unpacked.load(as: Mayfly__V1__LiftRevocationRequest.self).record_id
    }

    package func encode(into writer: inout FieldWriter) { writer.number(1, recordID) }
}

/// `mayfly.v1.LiftRevocationResponse`.
package struct LiftRevocationResponseMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__lift_revocation_response__init)
    package init() {}
}
