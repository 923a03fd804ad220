private import CMayflyProto

/// `mayfly.v1.RenewBody`: what a renewal's proof covers. Its views are into the decoded bytes.
package struct RenewBodyMessage: DecodableMessage, EncodableMessage {
    package var proofSequence: UInt64 = 0
    /// The current token; with a repeated renewal id also the one before.
    package var token = ByteView.empty
    package var renewalID = ByteView.empty
    /// Empty keeps the scope.
    package var scope: [ByteView] = []
    /// 0 takes the old token's life.
    package var ttlSeconds: UInt32 = 0

    package static let schema = MessageSchema(mayfly__v1__renew_body__init)

    package init() {}

    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> RenewBodyMessage {
        var message = RenewBodyMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            switch field.number {
            case 1: message.proofSequence = field.value
            case 2: message.token = field.bytes
            case 3: message.renewalID = field.bytes
            case 4: message.scope.append(field.bytes)
            case 5: message.ttlSeconds = UInt32(truncatingIfNeeded: field.value)
            default: break
            }
        }
        return message
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, proofSequence)
        writer.bytes(2, token)
        writer.bytes(3, renewalID)
        writer.elements(4, scope)
        writer.number(5, ttlSeconds)
    }
}

/// `mayfly.v1.HeartbeatRequest`. Its view is into the decoded bytes.
package struct HeartbeatRequestMessage: DecodableMessage, EncodableMessage {
    package var token = ByteView.empty
    package var state = AgentStateMessage.unspecified

    package static let schema = MessageSchema(mayfly__v1__heartbeat_request__init)

    package init() {}

    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> HeartbeatRequestMessage {
        var message = HeartbeatRequestMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            if field.number == 1 { message.token = field.bytes }
            if field.number == 2 { message.state = AgentStateMessage(field) }
        }
        return message
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, token)
        writer.enumeration(2, state)
    }
}

/// `mayfly.v1.HeartbeatResponse`.
package struct HeartbeatResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var expiresAt: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__heartbeat_response__init)

    package init(expiresAt: UInt64 = 0) { self.expiresAt = expiresAt }

    init(_ unpacked: UnpackedPointer) {
        expiresAt = unpacked.load(as: Mayfly__V1__HeartbeatResponse.self).expires_at
    }

    package func encode(into writer: inout FieldWriter) { writer.number(1, expiresAt) }
}
