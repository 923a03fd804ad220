import MayflyCrypto
import Testing

@Suite struct ProofMessageTests {
    static let names: [(ProofPurpose, String)] = [
        (.spawn, "spawn"), (.spawnBatch, "spawn-batch"), (.register, "register"), (.renew, "renew"),
    ]

    private func message(
        _ purpose: ProofPurpose = .spawn, issuer: String = "https://broker.example",
        challenge: UInt8 = 7, sequence: UInt64 = 1, body: String = "body"
    ) throws -> [UInt8] {
        let challenge = try #require(Challenge([UInt8](repeating: challenge, count: 32)))
        let issuerDigest = SHA256.digest(utf8(issuer))
        return utf8(body).withUnsafeBytes {
            ProofMessage.build(
                purpose: purpose, issuerDigest: issuerDigest, challenge: challenge,
                proofSequence: sequence, body: $0)
        }
    }

    @Test(arguments: names)
    func `the message is the concatenation that the protocol states`(
        purpose: ProofPurpose, name: String
    ) throws {
        let expected =
            utf8("mayfly/v1/\(name)") + [0]
            + SHA256.digest(utf8("https://broker.example")).bytes
            + [UInt8](repeating: 7, count: 32) + [1, 2, 3, 4, 5, 6, 7, 8]
            + SHA256.digest(utf8("body")).bytes
        #expect(try message(purpose, sequence: 0x0102_0304_0506_0708) == expected)
    }

    @Test func `every purpose has a name of its own`() {
        #expect(Self.names.map(\.0) == ProofPurpose.allCases)
        #expect(Set(Self.names.map(\.1)).count == Self.names.count)
    }

    @Test func `a proof holds for its purpose, broker, challenge, sequence and body alone`() throws
    {
        let key = AgentKeyPair()
        let signature = key.signature(for: try message())
        #expect(key.publicKey.isValid(signature, for: try message()))
        let others = [
            try message(.spawnBatch), try message(.register), try message(.renew),
            try message(issuer: "https://other.example"), try message(challenge: 8),
            try message(sequence: 2), try message(body: "bodY"), try message(body: ""),
        ]
        for other in others { #expect(!key.publicKey.isValid(signature, for: other)) }
    }

    @Test func `challenges are random and are 32 bytes`() {
        var random = RandomSource()
        let challenge = Challenge(from: &random)
        #expect(challenge != Challenge(from: &random))
        #expect(Challenge(challenge.bytes) == challenge)
        #expect(Challenge(challenge.bytes + [0]) == nil)
        #expect(Challenge([]) == nil)
    }
}
