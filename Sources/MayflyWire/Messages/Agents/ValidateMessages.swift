private import CMayflyProto

/// `mayfly.v1.ValidateRequest`.
package struct ValidateRequestMessage: UnpackedMessage, EncodableMessage {
    package var token = ByteView.empty
    package var omitClaims = false
    package var requiredScope: [ByteView] = []
    package var requiredAudience = ByteView.empty
    package var consumeUse = false

    package static let schema = MessageSchema(mayfly__v1__validate_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ValidateRequest.self)
        token = ByteView(message.token)
        omitClaims = message.omit_claims != 0
        requiredScope = Array(message.required_scope, message.n_required_scope) { ByteView($0) }
        requiredAudience = ByteView(message.required_audience)
        consumeUse = message.consume_use != 0
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, token)
        writer.flag(2, omitClaims)
        writer.elements(3, requiredScope)
        writer.bytes(4, requiredAudience)
        writer.flag(5, consumeUse)
    }
}

/// `mayfly.v1.ValidateResponse`.
package struct ValidateResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var valid = false
    /// The token's payload, JSON, exactly as signed.
    package var claims: [UInt8] = []
    package var expiresAt: UInt64 = 0
    /// Only where one of a limited number was consumed.
    package var usesLeft: UInt32 = 0

    package static let schema = MessageSchema(mayfly__v1__validate_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ValidateResponse.self)
        valid = message.valid != 0
        claims = [UInt8](message.claims)
        expiresAt = message.expires_at
        usesLeft = message.uses_left
    }

    package func encode(into writer: inout FieldWriter) {
        writer.flag(1, valid)
        writer.bytes(2, claims)
        writer.number(3, expiresAt)
        writer.number(4, usesLeft)
    }
}

/// `mayfly.v1.ValidateBatchRequest`.
package struct ValidateBatchRequestMessage: UnpackedMessage, EncodableMessage {
    package var items: [ValidateRequestMessage] = []

    package static let schema = MessageSchema(mayfly__v1__validate_batch_request__init)

    package init(items: [ValidateRequestMessage] = []) { self.items = items }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ValidateBatchRequest.self)
        items = Array(message.items, message.n_items)
    }

    package func encode(into writer: inout FieldWriter) { writer.messages(1, items) }
}

/// `mayfly.v1.ValidateBatchResponse`.
package struct ValidateBatchResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable
{
    package var items: [ValidateResponseMessage] = []

    package static let schema = MessageSchema(mayfly__v1__validate_batch_response__init)

    package init(items: [ValidateResponseMessage] = []) { self.items = items }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ValidateBatchResponse.self)
        items = Array(message.items, message.n_items)
    }

    package func encode(into writer: inout FieldWriter) { writer.messages(1, items) }
}
