internal import MayflyCore
internal import MayflyCrypto

/// Names agents and writes tokens: everything about a token's bytes is decided here.
///
/// The payload is canonical: fixed claim order, no white space, no escapes, because every string
/// in it comes from an alphabet that needs none. `grant` is first, at a fixed place, so that a
/// presented token says which entry to compare with without being parsed. A class, because it is
/// passed around with every request and a struct of many references is not free to pass.
final class TokenIssuer: Issuance {
    let issuer: String
    let trustDomain: String
    let signer: TokenSigner
    /// What a whole token is known by in memory.
    let fingerprinter = Fingerprinter()
    private let permutation: InstancePermutation
    private let issuerClaim: [UInt8]
    private let subjectStart: [UInt8]

    /// `issuer` and `trustDomain` are printable ASCII without quote and backslash.
    init(
        issuer: String, trustDomain: String, signingKey: Ed25519PrivateKey,
        permutation: InstancePermutation
    ) {
        self.issuer = issuer
        self.trustDomain = trustDomain
        self.permutation = permutation
        signer = TokenSigner(key: signingKey)
        issuerClaim = Array(#"","iss":"\#(issuer)""#.utf8)
        subjectStart = Array("spiffe://\(trustDomain)/agent/".utf8)
    }

    func instance(for serial: Serial) -> InstanceID {
        InstanceID(rawValue: permutation.apply(serial.rawValue))
    }

    func seal(_ grant: borrowing GrantRecord, app: Name) -> UnsignedToken {
        var payload: [UInt8] = []
        payload.reserveCapacity(640 + grant.scope.joined.count)
        appendIdentity(of: grant, to: &payload)
        appendTimes(of: grant, to: &payload)
        appendAuthority(of: grant, app: app, to: &payload)

        var input: [UInt8] = []
        input.reserveCapacity(signer.encodedCount(payloadCount: payload.count))
        payload.withUnsafeBytes { signer.appendSigningInput($0, to: &input) }
        let digest = input.withUnsafeBytes { Digest(Blake2b.digest256($0)) }
        return UnsignedToken(signingInput: input, digest: digest)
    }

    /// The SPIFFE ID of an agent.
    func subject(of agent: AgentName) -> [UInt8] {
        var subject: [UInt8] = []
        subject.reserveCapacity(
            subjectStart.count + agent.orchestration.bytes.count + agent.task.bytes.count + 18)
        appendSubject(agent.orchestration, agent.task, agent.instance, to: &subject)
        return subject
    }

    /// Appends `.signature` to a signing input: the whole token.
    func sign(_ signingInput: [UInt8]) -> [UInt8] {
        var token = signingInput
        signer.appendSignature(over: 0, to: &token)
        return token
    }

    // MARK: Claims

    private func appendIdentity(of grant: borrowing GrantRecord, to payload: inout [UInt8]) {
        payload.append(#"{"grant":""#)
        payload.append(hex: grant.id)
        payload.append(#"","jti":""#)
        payload.append(hex: grant.token)
        payload += issuerClaim
        payload.append(#","sub":""#)
        appendSubject(grant.orchestration, grant.task, grant.instance, to: &payload)
        payload.append(UInt8(ascii: "\""))
        if !grant.audience.isEmpty {
            payload.append(#","aud":["#)
            payload.append(quoted: grant.audience)
            payload.append(UInt8(ascii: "]"))
        }
    }

    private func appendTimes(of grant: borrowing GrantRecord, to payload: inout [UInt8]) {
        payload.append(#","exp":"#)
        payload.append(decimal: grant.expiresAt.seconds)
        payload.append(#","nbf":"#)
        payload.append(decimal: grant.issuedAt.seconds)
        payload.append(#","iat":"#)
        payload.append(decimal: grant.issuedAt.seconds)
    }

    private func appendAuthority(
        of grant: borrowing GrantRecord, app: Name, to payload: inout [UInt8]
    ) {
        payload.append(#","scope":["#)
        payload.append(quoted: grant.scope)
        payload.append(#"],"task_id":""#)
        payload += grant.task.bytes
        payload.append(#"","orch_id":""#)
        payload += grant.orchestration.bytes
        payload.append(#"","app_id":""#)
        payload += app.bytes
        payload.append(#"","cnf":{"jkt":""#)
        Ed25519PublicKey(grant.publicKey).appendThumbprint(to: &payload)
        payload.append(#""},"binding":""#)
        payload.append(grant.binding.claim)
        payload.append(#"","proof":""#)
        payload.append(grant.proof.claim)
        payload.append(#""}"#)
    }

    private func appendSubject(
        _ orchestration: Name, _ task: Name, _ instance: InstanceID, to bytes: inout [UInt8]
    ) {
        bytes += subjectStart
        bytes += orchestration.bytes
        bytes.append(UInt8(ascii: "/"))
        bytes += task.bytes
        bytes.append(UInt8(ascii: "/"))
        bytes.append(hex: instance.rawValue)
    }
}

extension Proof {
    var claim: StaticString {
        switch self {
        case .agent: "agent"
        case .attested: "attested"
        case .legacy: "legacy"
        }
    }
}

extension Binding {
    var claim: StaticString {
        switch self {
        case .none: "none"
        case .process: "process"
        case .processPid: "process-pid"
        case .connection: "connection"
        }
    }
}
