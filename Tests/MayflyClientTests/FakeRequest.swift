import MayflyCrypto
import MayflyWire

@testable import MayflyClient

/// One request as it reached the broker's end.
struct FakeRequest: Sendable {
    let connection: FakeConnection
    let stream: StreamID
    let method: MayflyWire.Method
    let payload: [UInt8]

    func answer(_ message: some EncodableMessage, stream: StreamID? = nil) {
        var output = OutputBuffer()
        _ = ResponseEncoder.appendResponse(
            stream: stream ?? self.stream, message: message, to: &output)
        connection.send([UInt8](output.pending))
    }

    /// One message of a stream.
    func stream(
        position: UInt64, digests: [[UInt8]] = [], firstIssueAt: UInt64 = 0, gap: Bool = false,
        current: Bool = false
    ) {
        var message = WatchRevocationsResponseMessage()
        message.position = position
        message.digests = digests.map { ByteView(copying: $0) }
        message.firstIssueAt = firstIssueAt
        message.gap = gap
        message.current = current
        var output = OutputBuffer()
        _ = ResponseEncoder.appendData(stream: stream, message: message, to: &output)
        connection.send([UInt8](output.pending))
    }

    func refuse(_ code: StatusCode, _ reason: String, metadata: [(String, String)] = []) {
        var output = OutputBuffer()
        ResponseEncoder.appendStatus(
            stream: stream, code: code, message: "No.", reason: reason, metadata: metadata,
            to: &output)
        connection.send([UInt8](output.pending))
    }

    func decode<Message: DecodableMessage>(_ type: Message.Type) throws -> Message {
        try payload.withUnsafeBytes { try Message.decode($0, arena: MessageArena()) }
    }

    /// The body of a proven request; nil where the proof is not over it by this key.
    func provenBody<Body: DecodableMessage, Result>(
        _ type: Body.Type, _ purpose: ProofPurpose, by key: [UInt8], _ read: (Body) -> Result,
        sequence: (Body) -> UInt64
    ) throws -> Result? {
        let arena = MessageArena()
        return try payload.withUnsafeBytes { bytes in
            let message = try ProvenRequestMessage.decode(bytes, arena: arena)
            let body = try Body.decode(message.body.rawBuffer, arena: arena)
            guard let challenge = Challenge(connection.challenge),
                let publicKey = Ed25519PublicKey(key)
            else { return nil }
            let isGood = ProofMessage.withBytes(
                purpose: purpose, issuerDigest: SHA256.digest([UInt8](FakeBroker.issuer.utf8)),
                challenge: challenge, proofSequence: sequence(body), body: message.body.rawBuffer
            ) { publicKey.isValidSignature(message.proof.rawBuffer, for: $0) }
            return isGood ? read(body) : nil
        }
    }

    /// The token of a Validate or a Release.
    var token: String {
        switch method {
        case .validate: text(of: ValidateRequestMessage.self) { $0.token.text }
        case .release:
            text(of: ReleaseRequestMessage.self) { message in
                if case .token(let token) = message.target { token.text } else { "" }
            }
        default: ""
        }
    }

    /// Views are read while their arena lives.
    private func text<Message: DecodableMessage>(
        of type: Message.Type, _ read: (Message) -> String
    ) -> String {
        let arena = MessageArena()
        return payload.withUnsafeBytes { bytes in
            (try? Message.decode(bytes, arena: arena)).map(read) ?? ""
        }
    }

    func challenge(nowMilliseconds: UInt64) -> ChallengeResponseMessage {
        var response = ChallengeResponseMessage()
        response.challenge = connection.challenge
        response.issuer = FakeBroker.issuer
        response.expiresInSeconds = 30
        response.nowMilliseconds = nowMilliseconds
        return response
    }

    func answerAsUsual() {
        switch method {
        case .spawn:
            answer(SpawnResponseMessage(agent: .fake(number: Int(stream.rawValue))))
        case .validate:
            var response = ValidateResponseMessage()
            response.valid = true
            response.claims = [UInt8](#"{"sub":"\#(token)"}"#.utf8)
            response.expiresAt = 1_900_000_000
            answer(response)
        case .release: answer(ReleaseResponseMessage(ended: true))
        case .challenge: answer(challenge(nowMilliseconds: 1_800_000_000_000))
        case .register, .renew, .delegate:
            answer(SpawnResponseMessage(agent: .fake(number: Int(stream.rawValue))))
        case .heartbeat: answer(HeartbeatResponseMessage(expiresAt: 1_900_000_000))
        default: refuse(.unimplemented, "UNIMPLEMENTED")
        }
    }
}

extension SpawnedAgentMessage {
    static func fake(number: Int) -> SpawnedAgentMessage {
        var agent = SpawnedAgentMessage()
        agent.agentID = [UInt8]("spiffe://mayfly.local/agent/nightly/extract/\(number)".utf8)
        agent.token = [UInt8]("header.payload.secret-signature-\(number)".utf8)
        agent.grantID = [UInt8](String(repeating: "0", count: 32).utf8)
        agent.expiresAt = 1_900_000_000
        return agent
    }
}
