private import CMayflyProto

/// `mayfly.v1.AuthenticateRequest`.
package struct AuthenticateRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var app = ""
    package var clientID = ""
    package var clientSecret = ""

    package static let schema = MessageSchema(mayfly__v1__authenticate_request__init)

    package init(app: String = "") { self.app = app }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__AuthenticateRequest.self)
        app = String(message.app)
        clientID = String(message.client_id)
        clientSecret = String(message.client_secret)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, app)
        writer.text(2, clientID)
        writer.text(3, clientSecret)
    }
}

/// `mayfly.v1.AuthenticateResponse`.
package struct AuthenticateResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var challenge: [UInt8] = []
    package var issuer = ""
    package var trustDomain = ""
    package var app = ""
    package var ceiling: [String] = []
    package var defaultTTLSeconds: UInt32 = 0
    package var maximumTTLSeconds: UInt32 = 0
    package var nowMilliseconds: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__authenticate_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__AuthenticateResponse.self)
        challenge = [UInt8](message.challenge)
        issuer = String(message.issuer)
        trustDomain = String(message.trust_domain)
        app = String(message.app)
        ceiling = Array(message.ceiling, message.n_ceiling) { String($0) }
        defaultTTLSeconds = message.default_ttl_seconds
        maximumTTLSeconds = message.max_ttl_seconds
        nowMilliseconds = message.now_milliseconds
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, challenge)
        writer.text(2, issuer)
        writer.text(3, trustDomain)
        writer.text(4, app)
        writer.elements(5, ceiling)
        writer.number(6, defaultTTLSeconds)
        writer.number(7, maximumTTLSeconds)
        writer.number(8, nowMilliseconds)
    }
}
