private import CMayflyProto

/// `mayfly.v1.ChallengeRequest`.
package struct ChallengeRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__challenge_request__init)
    package init() {}
}

/// `mayfly.v1.ChallengeResponse`.
package struct ChallengeResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var challenge: [UInt8] = []
    package var expiresInSeconds: UInt32 = 0
    package var issuer = ""
    package var trustDomain = ""
    package var nowMilliseconds: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__challenge_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ChallengeResponse.self)
        challenge = [UInt8](message.challenge)
        expiresInSeconds = message.expires_in_seconds
        issuer = String(message.issuer)
        trustDomain = String(message.trust_domain)
        nowMilliseconds = message.now_milliseconds
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, challenge)
        writer.number(2, expiresInSeconds)
        writer.text(3, issuer)
        writer.text(4, trustDomain)
        writer.number(5, nowMilliseconds)
    }
}

/// `mayfly.v1.RegisterBody`: what a registration's proof covers.
package struct RegisterBodyMessage: UnpackedMessage, EncodableMessage {
    package var proofSequence: UInt64 = 0
    package var launchToken = ByteView.empty
    package var agent: AgentSpecMessage?
    /// End what was granted before under the same orchestration and task.
    package var supersede = false

    package static let schema = MessageSchema(mayfly__v1__register_body__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__RegisterBody.self)
        proofSequence = message.proof_seq
        launchToken = ByteView(message.launch_token)
        agent = AgentSpecMessage(ifPresent: message.agent)
        supersede = message.supersede != 0
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, proofSequence)
        writer.bytes(2, launchToken)
        writer.message(3, agent)
        writer.flag(4, supersede)
    }
}
