private import CMayflyProto

/// `mayfly.v1.GetKeysRequest`.
package struct GetKeysRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__get_keys_request__init)
    package init() {}
}

/// `mayfly.v1.PublicKey`.
package struct PublicKeyMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var use = KeyUseMessage.unspecified
    package var kid = ""
    package var publicKey: [UInt8] = []
    package var notBefore: UInt64 = 0
    package var notAfter: UInt64 = 0
    package var verifierKey = ""

    package static let schema = MessageSchema(mayfly__v1__public_key__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__PublicKey.self)
        use = KeyUseMessage(message.use)
        kid = String(message.kid)
        publicKey = [UInt8](message.public_key)
        notBefore = message.not_before
        notAfter = message.not_after
        verifierKey = String(message.verifier_key)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.enumeration(1, use)
        writer.text(2, kid)
        writer.bytes(3, publicKey)
        writer.number(4, notBefore)
        writer.number(5, notAfter)
        writer.text(6, verifierKey)
    }
}

/// `mayfly.v1.GetKeysResponse`.
package struct GetKeysResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var issuer = ""
    package var keys: [PublicKeyMessage] = []

    package static let schema = MessageSchema(mayfly__v1__get_keys_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__GetKeysResponse.self)
        issuer = String(message.issuer)
        keys = Array(message.keys, message.n_keys)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, issuer)
        writer.messages(2, keys)
    }
}
