private import CMayflyProto

/// `mayfly.v1.CreateLaunchTokenRequest`: an app's, for itself.
package struct CreateLaunchTokenRequestMessage: UnpackedMessage, EncodableMessage, Equatable,
    Sendable
{
    package var label = ""
    package var ceiling: [String] = []
    /// 0 takes 30.
    package var ttlSeconds: UInt32 = 0
    /// 0 takes the app's maximum.
    package var maximumAgentTTLSeconds: UInt32 = 0

    package static let schema = MessageSchema(mayfly__v1__create_launch_token_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__CreateLaunchTokenRequest.self)
        label = String(message.label)
        ceiling = Array(message.ceiling, message.n_ceiling) { String($0) }
        ttlSeconds = message.ttl_seconds
        maximumAgentTTLSeconds = message.max_agent_ttl_seconds
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, label)
        writer.elements(2, ceiling)
        writer.number(3, ttlSeconds)
        writer.number(4, maximumAgentTTLSeconds)
    }
}

/// `mayfly.v1.OperatorCreateLaunchTokenRequest`: the operator's, on behalf of an app.
package struct OperatorCreateLaunchTokenRequestMessage: UnpackedMessage, EncodableMessage,
    Equatable, Sendable
{
    package var app = ""
    package var label = ""
    package var ceiling: [String] = []
    /// 0 takes 30.
    package var ttlSeconds: UInt32 = 0
    /// 0 takes the app's maximum.
    package var maximumAgentTTLSeconds: UInt32 = 0

    package static let schema = MessageSchema(
        mayfly__v1__operator_create_launch_token_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__OperatorCreateLaunchTokenRequest.self)
        app = String(message.app)
        label = String(message.label)
        ceiling = Array(message.ceiling, message.n_ceiling) { String($0) }
        ttlSeconds = message.ttl_seconds
        maximumAgentTTLSeconds = message.max_agent_ttl_seconds
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, app)
        writer.text(2, label)
        writer.elements(3, ceiling)
        writer.number(4, ttlSeconds)
        writer.number(5, maximumAgentTTLSeconds)
    }
}

/// `mayfly.v1.CreateLaunchTokenResponse` and `OperatorCreateLaunchTokenResponse`, which are the same
/// on the wire.
package struct CreateLaunchTokenResponseMessage: UnpackedMessage, EncodableMessage, Equatable,
    Sendable
{
    /// 64 hexadecimal characters, shown once.
    package var launchToken = ""
    package var expiresAt: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__create_launch_token_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__CreateLaunchTokenResponse.self)
        launchToken = String(message.launch_token)
        expiresAt = message.expires_at
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, launchToken)
        writer.number(2, expiresAt)
    }
}

package typealias OperatorCreateLaunchTokenResponseMessage = CreateLaunchTokenResponseMessage
