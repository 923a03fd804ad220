private import CMayflyProto

/// `mayfly.v1.ReleaseRequest`.
package struct ReleaseRequestMessage: UnpackedMessage, EncodableMessage {
    package enum Target {
        case token(ByteView)
        case grant(ByteView)
    }

    /// Nil where the request names neither.
    package var target: Target?

    package static let schema = MessageSchema(mayfly__v1__release_request__init)

    package init(target: Target? = nil) { self.target = target }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ReleaseRequest.self)
        switch message.target_case {
        case MAYFLY__V1__RELEASE_REQUEST__TARGET_TOKEN: target = .token(ByteView(message.token))
        case MAYFLY__V1__RELEASE_REQUEST__TARGET_GRANT_ID:
            target = .grant(ByteView(message.grant_id))
        default: target = nil
        }
    }

    package func encode(into writer: inout FieldWriter) {
        switch target {
        case .token(let token): writer.element(1, token)
        case .grant(let grant): writer.element(2, grant)
        case nil: break
        }
    }
}

/// `mayfly.v1.ReleaseResponse`.
package struct ReleaseResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var ended = false

    package static let schema = MessageSchema(mayfly__v1__release_response__init)

    package init(ended: Bool = false) { self.ended = ended }

    init(_ unpacked: UnpackedPointer) {
        ended = unpacked.load(as: Mayfly__V1__ReleaseResponse.self).ended != 0
    }

    package func encode(into writer: inout FieldWriter) { writer.flag(1, ended) }
}

/// `mayfly.v1.ReleaseBatchRequest`.
package struct ReleaseBatchRequestMessage: UnpackedMessage, EncodableMessage {
    package var items: [ReleaseRequestMessage] = []

    package static let schema = MessageSchema(mayfly__v1__release_batch_request__init)

    package init(items: [ReleaseRequestMessage] = []) { self.items = items }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ReleaseBatchRequest.self)
        items = Array(message.items, message.n_items)
    }

    package func encode(into writer: inout FieldWriter) { writer.messages(1, items) }
}

/// `mayfly.v1.ReleaseBatchResponse`.
package struct ReleaseBatchResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var ended: [Bool] = []

    package static let schema = MessageSchema(mayfly__v1__release_batch_response__init)

    package init(ended: [Bool] = []) { self.ended = ended }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ReleaseBatchResponse.self)
        ended = Array(message.ended, message.n_ended) { $0 != 0 }
    }

    package func encode(into writer: inout FieldWriter) { writer.packed(1, ended) }
}
