private import CMayflyProto

/// `mayfly.v1.DescribeRequest`.
package struct DescribeRequestMessage: UnpackedMessage, EncodableMessage {
    package var agentID = ByteView.empty

    package static let schema = MessageSchema(mayfly__v1__describe_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        agentID = ByteView(unpacked.load(as: Mayfly__V1__DescribeRequest.self).agent_id)
    }

    package func encode(into writer: inout FieldWriter) { writer.bytes(1, agentID) }
}

/// `mayfly.v1.DescribeResponse`: the public face of a live agent.
package struct DescribeResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var agentID: [UInt8] = []
    package var publicKey: [UInt8] = []
    package var grantID: [UInt8] = []
    package var expiresAt: UInt64 = 0
    /// What the first hop of a chain from this agent's own grant names as `prev`: base64url.
    package var root: [UInt8] = []
    package var notAfter: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__describe_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__DescribeResponse.self)
        agentID = [UInt8](message.agent_id)
        publicKey = [UInt8](message.public_key)
        grantID = [UInt8](message.grant_id)
        expiresAt = message.expires_at
        root = [UInt8](message.root)
        notAfter = message.not_after
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, agentID)
        writer.bytes(2, publicKey)
        writer.bytes(3, grantID)
        writer.number(4, expiresAt)
        writer.bytes(5, root)
        writer.number(6, notAfter)
    }
}

/// `mayfly.v1.DelegateRequest`. Its views are into the decoded bytes: the hop is long, and the new
/// grant's id is of its very bytes.
package struct DelegateRequestMessage: DecodableMessage, EncodableMessage {
    /// The delegator's.
    package var token = ByteView.empty
    /// A compact JWS by the delegator's key.
    package var hop = ByteView.empty
    package var byReference = false

    package static let schema = MessageSchema(mayfly__v1__delegate_request__init)

    package init() {}

    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> DelegateRequestMessage {
        var message = DelegateRequestMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            if field.number == 1 { message.token = field.bytes }
            if field.number == 2 { message.hop = field.bytes }
            if field.number == 3 { message.byReference = field.value != 0 }
        }
        return message
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, token)
        writer.bytes(2, hop)
        writer.flag(3, byReference)
    }
}
