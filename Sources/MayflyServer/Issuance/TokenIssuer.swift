internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore

/// Names agents and writes tokens: everything about a token's bytes is decided here and in
/// `TokenIssuer+Claims.swift`. A class, because it is passed around with every request and a struct
/// of many references is not free to pass.
final class TokenIssuer: Issuance {
    let issuer: String
    let trustDomain: String
    /// What a whole token is known by in memory.
    let fingerprinter = Fingerprinter()
    /// Its keys never change; at a rotation another ring takes its place.
    private let ring: Monitor<TokenKeyRing>
    private let permutation: InstancePermutation
    let issuerClaim: [UInt8]
    let subjectStart: [UInt8]

    /// `issuer` and `trustDomain` are printable ASCII without quote and backslash.
    init(
        issuer: String, trustDomain: String, keys: TokenKeyRing, permutation: InstancePermutation
    ) {
        self.issuer = issuer
        self.trustDomain = trustDomain
        self.permutation = permutation
        ring = Monitor(keys)
        issuerClaim = Array(#"","iss":"\#(issuer)""#.utf8)
        subjectStart = Array("spiffe://\(trustDomain)/agent/".utf8)
    }

    // MARK: Keys

    /// The keys as they are now: a reference to an immutable ring.
    var keys: TokenKeyRing { ring.withLock { $0 } }

    /// From here on every thread signs and recognises by these. A new key is put in before the core
    /// is told to sign by it, and an old one taken out after the core has forgotten it.
    func replaceKeys(_ keys: TokenKeyRing) { ring.withLock { $0 = keys } }

    private func signer(_ key: KeyNumber) -> TokenSigner {
        guard let signer = keys.signer(key.rawValue) else {
            preconditionFailure("a key that grants name is in the ring")
        }
        return signer
    }

    // MARK: Issuance

    func instance(for serial: Serial) -> InstanceID {
        InstanceID(rawValue: permutation.apply(serial.rawValue))
    }

    func seal(
        _ grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]
    ) -> UnsignedToken {
        let payload =
            grant.isByReference
            ? reference(to: grant) : claims(of: grant, app: app, lineage: lineage)
        let signer = signer(grant.key)
        var input: [UInt8] = []
        input.reserveCapacity(signer.encodedCount(payloadCount: payload.count))
        payload.withUnsafeBytes { signer.appendSigningInput($0, to: &input) }
        let digest = input.withUnsafeBytes { Digest(Blake2b.digest256($0)) }
        return UnsignedToken(signingInput: input, digest: digest)
    }

    func chainDigest(of link: [UInt8]) -> Digest { Digest(SHA256.digest(link)) }

    // MARK: Signatures

    /// Appends `.signature` to a signing input: the whole token.
    func sign(_ signingInput: [UInt8], by key: KeyNumber) -> [UInt8] {
        var token = signingInput
        signer(key).appendSignature(over: 0, to: &token)
        return token
    }

    // MARK: Names

    /// The SPIFFE ID of an agent.
    func subject(of agent: AgentName) -> [UInt8] {
        var subject: [UInt8] = []
        subject.reserveCapacity(
            subjectStart.count + agent.orchestration.bytes.count + agent.task.bytes.count + 18)
        subject.append(subject: agent, start: subjectStart)
        return subject
    }

    /// The agent of a SPIFFE ID; nil where the text is none, or of another trust domain.
    func agent(_ subject: UnsafeRawBufferPointer) -> AgentName? {
        AgentURI(subject).flatMap { agent($0) }
    }

    func agent(_ subject: String) -> AgentName? { AgentURI(subject).flatMap { agent($0) } }

    func agent(_ uri: AgentURI) -> AgentName? {
        guard uri.trustDomain.elementsEqual(trustDomain.utf8),
            let orchestration = Name(uri.orchestration), let task = Name(uri.task)
        else { return nil }
        return AgentName(
            orchestration: orchestration, task: task, instance: InstanceID(rawValue: uri.instance))
    }
}
