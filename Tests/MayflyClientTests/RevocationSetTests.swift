import MayflyWire
import Testing

@testable import MayflyClient

/// What a verifier remembers of the stream.
struct RevocationSetTests {
    private static let chain = ChainBroker(delegates: 1)
    private static let root = ChainBroker.rootID

    private static func batch(
        _ digests: [RevocationDigest], firstIssueAt: UInt64 = 0, gap: Bool = false
    ) throws -> RevocationBatch {
        var message = WatchRevocationsResponseMessage()
        message.position = 9
        message.digests = digests.map { ByteView(copying: $0.bytes) }
        message.firstIssueAt = firstIssueAt
        message.gap = gap
        return try RevocationBatch(message)
    }

    /// A token that the root delegated once.
    private static func delegated() async throws -> VerifiedToken {
        let chain = ChainBroker(delegates: 1)
        let client = FakeBroker { chain.answer($0) }.client()
        let issued = try await client.delegate(
            token: chain.rootToken, key: chain.rootKey, to: chain.delegateIDs[0],
            DelegationTerms(scope: ["read:data:1"]))
        return try verifyChain(
            issued.token, keys: chain.brokerKeys, at: UnixTime(seconds: ChainBroker.now))
    }

    /// `printf 'task\0nightly/extract' | sha256sum`, and the same of a token.
    @Test(
        arguments: [
            (
                RevocationLevel.task, "nightly/extract",
                "0197e771034718894f5bd4f111d9ffc7da1b5394e66ecdb13304707e3e25401a"
            ),
            (
                .token, "22222222222222222222222222222222",
                "03808d4399afae754fb284adccc6479b990ace4fa9f0740de6eaee641d67bdf7"
            ),
        ])
    func `a digest is over the level's word, a zero byte and the target`(
        level: RevocationLevel, target: String, hex: String
    ) {
        let digest = RevocationDigest(level, target)
        #expect(digest.description == hex)
        #expect(RevocationDigest(bytes: digest.bytes) == digest)
        #expect(RevocationDigest(bytes: [1]) == nil)
    }

    @Test(
        arguments: [
            (RevocationLevel.grant, ChainBroker.rootGrant, true),
            (.chain, ChainBroker.rootGrant, true),
            (.token, String(repeating: "2", count: 32), true),
            (.agent, root, true),
            (.agent, chain.delegateIDs[0], true),
            (.task, "extract", true),
            (.task, "nightly/extract", true),
            (.task, "load", true),
            (.task, "weekly/extract", false),
            (.task, "nightly", false),
            (.token, ChainBroker.rootGrant, false),
            (.agent, "spiffe://mayfly.local/agent/nightly/extract/0000000000000002", false),
        ])
    func `an end anywhere in a lineage ends the token, and no other does`(
        level: RevocationLevel, target: String, isRevoked: Bool
    ) async throws {
        let token = try await Self.delegated()
        var ended = RevocationSet()
        #expect(!ended.revokes(token))
        ended.insert(try Self.batch([RevocationDigest(level, target)]))
        #expect(ended.revokes(token) == isRevoked)
    }

    @Test func `tokens of the time before the boot are dead`() async throws {
        let token = try await Self.delegated()
        var ended = RevocationSet()
        ended.insert(try Self.batch([], firstIssueAt: ChainBroker.now))
        #expect(!ended.revokes(token))
        ended.insert(try Self.batch([], firstIssueAt: ChainBroker.now + 1))
        #expect(ended.revokes(token))
        ended.insert(try Self.batch([]))
        #expect(ended.firstIssueAt == UnixTime(seconds: ChainBroker.now + 1))
    }

    @Test func `what came long ago is forgotten, and a gap never`() throws {
        var ended = RevocationSet()
        let old = RevocationDigest(.task, "old")
        let again = RevocationDigest(.task, "again")
        ended.insert(try Self.batch([old, again], gap: true), at: UnixTime(seconds: 100))
        ended.insert(try Self.batch([again]), at: UnixTime(seconds: 200))
        #expect(ended.count == 2)
        ended.forget(receivedBefore: UnixTime(seconds: 200))
        #expect(!ended.contains(.task, "old"))
        #expect(ended.contains(.task, "again"))
        #expect(ended.hasGap)
        #expect(ended.position == 9)
    }
}
