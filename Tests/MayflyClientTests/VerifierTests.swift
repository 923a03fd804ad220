import MayflyWire
import Testing

@testable import MayflyClient

/// Tokens verified where the resources are.
struct VerifierTests {
    private let chain = ChainBroker(delegates: 2)
    private static let now = UnixTime(seconds: ChainBroker.now)

    private func verifier(
        _ revocations: Revocations? = nil, _ options: Verifier.Options = Verifier.Options()
    ) -> Verifier {
        Verifier(keys: chain.brokerKeys, revocations: revocations, options: options)
    }

    private func refusal(_ body: () throws(VerificationRefusal) -> VerifiedToken) -> String? {
        do throws(VerificationRefusal) {
            _ = try body()
            return nil
        } catch {
            return error.code
        }
    }

    // MARK: What is asked of a token

    @Test func `a token is good for what it has, also when it comes again`() throws {
        let verifier = verifier()
        for _ in 0..<3 {
            let token = try verifier.verify(
                chain.rootToken, audience: "lake", scope: ["read:data:customer-7"], at: Self.now)
            #expect(token.subject == ChainBroker.rootID)
        }
        #expect(verifier.tokenCount == 1)
    }

    @Test func `a token that is kept is not good for more than it was`() {
        let verifier = verifier()
        let token = chain.rootToken
        #expect(
            refusal { () throws(VerificationRefusal) in try verifier.verify(token, at: Self.now) }
                == nil)
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(token, audience: "else", at: Self.now)
            } == "AUDIENCE_MISMATCH")
        for scope in ["write:data:1", "read:data", "read:logs2:1", ""] {
            #expect(
                refusal { () throws(VerificationRefusal) in
                    try verifier.verify(token, scope: ["read:data:1", scope], at: Self.now)
                } == "SCOPE_VIOLATION", "\(scope)")
        }
        let end = UnixTime(seconds: ChainBroker.now + 600 + 30)
        #expect(
            refusal { () throws(VerificationRefusal) in try verifier.verify(token, at: end) }
                == "EXPIRED")
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(token, at: UnixTime(seconds: end.seconds - 1))
            } == nil)
    }

    @Test func `a token with another byte is another token, whatever is kept`() throws {
        let verifier = verifier()
        let token = chain.rootToken
        _ = try verifier.verify(token, at: Self.now)
        let bytes = Array(token.utf8)
        for place in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[place] =
                changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let text = String(decoding: changed, as: UTF8.self)
            #expect(
                refusal { () throws(VerificationRefusal) in try verifier.verify(text, at: Self.now)
                }
                    != nil, "\(place)")
        }
        #expect(verifier.tokenCount == 1)
    }

    @Test func `only the broker judges a token by reference`() async throws {
        let verifier = verifier()
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(chain.referenceToken, at: Self.now)
            } == "BROKER_REQUIRED")
    }

    @Test func `another key's tokens are nobody's, and keys that are replaced are forgotten`()
        throws
    {
        let verifier = verifier()
        _ = try verifier.verify(chain.rootToken, at: Self.now)
        verifier.replaceKeys(ChainBroker(delegates: 0).brokerKeys)
        #expect(verifier.tokenCount == 0)
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(chain.rootToken, at: Self.now)
            } == "FOREIGN_HEADER")
    }

    @Test func `no more tokens are kept than may be`() throws {
        let verifier = verifier(nil, Verifier.Options(maximumTokens: 8))
        for life in 0..<50 {
            _ = try verifier.verify(chain.rootToken(living: 600 + life), at: Self.now)
            #expect(verifier.tokenCount <= 8)
        }
        // What is asked for stays, however many others come.
        let first = chain.rootToken(living: 600)
        _ = try verifier.verify(first, at: Self.now)
        #expect(verifier.tokenCount <= 8)
    }

    // MARK: What ended

    private func following(
        _ script: @escaping @Sendable (FakeRequest) -> Void
    ) -> (Revocations, FakeBroker) {
        let broker = FakeBroker(script)
        return (Revocations(of: broker.client(app: nil)), broker)
    }

    @Test func `nothing is good before the stream is current`() async throws {
        let (revocations, _) = following { $0.stream(position: 3) }
        let verifier = verifier(revocations)
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(chain.rootToken, at: Self.now)
            } == "REVOCATIONS_STALE")
        await #expect(throws: MayflyError.timeout) {
            try await revocations.waitUntilCurrent(timeout: .milliseconds(20))
        }
    }

    @Test func `a broker that is silent for too long makes nothing good`() async throws {
        let (revocations, _) = following { $0.stream(position: 3, current: true) }
        try await revocations.waitUntilCurrent(timeout: .seconds(600))
        let patient = verifier(revocations)
        _ = try patient.verify(chain.rootToken, at: Self.now)
        let hasty = verifier(revocations, Verifier.Options(staleness: .zero))
        #expect(
            refusal { () throws(VerificationRefusal) in
                try hasty.verify(chain.rootToken, at: Self.now)
            } == "REVOCATIONS_STALE")
    }

    @Test(arguments: RevocationLevel.allCases)
    func `an end at any level ends a token that was good`(level: RevocationLevel) async throws {
        let target =
            switch level {
            case .token: String(repeating: "2", count: 32)
            case .grant, .chain: ChainBroker.rootGrant
            case .agent: ChainBroker.rootID
            case .task: "nightly/extract"
            }
        let digest = RevocationDigest(level, target).bytes
        let asked = Lock<FakeRequest?>(nil)
        let (revocations, _) = following { request in
            request.stream(position: 3, current: true)
            asked.withLock { $0 = request }
        }
        try await revocations.waitUntilCurrent(timeout: .seconds(600))
        let verifier = verifier(revocations)
        _ = try verifier.verify(chain.rootToken, at: Self.now)
        asked.withLock { $0 }?.stream(position: 4, digests: [digest])
        while revocations.count == 0 { await Task.yield() }
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(chain.rootToken, at: Self.now)
            } == "REVOKED")
    }

    @Test func `tokens of an earlier boot are dead`() async throws {
        let (revocations, _) = following {
            $0.stream(position: 3, firstIssueAt: ChainBroker.now + 1, current: true)
        }
        try await revocations.waitUntilCurrent(timeout: .seconds(600))
        let verifier = verifier(revocations)
        #expect(
            refusal { () throws(VerificationRefusal) in
                try verifier.verify(chain.rootToken, at: Self.now)
            } == "REVOKED")
    }

    @Test func `a stream that was lost goes on where it was, and a gap begins anew`() async throws {
        let positions = Lock<[UInt64]>([])
        let digest = [UInt8](repeating: 7, count: 32)
        let (revocations, _) = following { request in
            guard let asked = try? request.decode(WatchRevocationsRequestMessage.self) else {
                return
            }
            let times = positions.withLock { positions in
                positions.append(asked.afterPosition)
                return positions.count
            }
            switch times {
            case 1:
                request.stream(position: 5, digests: [digest], current: true)
                request.connection.drop()
            case 2: request.stream(position: 9, gap: true)
            default: request.stream(position: 9, current: true)
            }
        }
        while positions.withLock({ $0.count }) < 3 { await Task.yield() }
        try await revocations.waitUntilCurrent(timeout: .seconds(600))
        #expect(positions.withLock { $0 } == [0, 5, 0])
        #expect(revocations.count == 0)
    }
}
