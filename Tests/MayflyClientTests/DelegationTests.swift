import MayflyCrypto
import MayflyWire
import Testing

@testable import MayflyClient

/// Hops that the client signs, and chains that it verifies.
struct DelegationTests {
    private let now = UnixTime(seconds: ChainBroker.now)

    @Test func `a chain that the client made is one that the client verifies`() async throws {
        let chain = ChainBroker(delegates: 3)
        let client = FakeBroker { chain.answer($0) }.client(app: nil)
        var token = chain.rootToken
        var key = chain.rootKey
        let terms = [
            DelegationTerms(scope: ["read:data:*", "read:logs:7"], lifetime: .seconds(500)),
            DelegationTerms(scope: ["read:data:1", "read:data:2"], audience: ["lake"]),
            DelegationTerms(scope: ["read:data:2"], maximumUses: 4),
        ]
        for (place, terms) in terms.enumerated() {
            let issued = try await client.delegate(
                token: token, key: key, to: chain.delegateIDs[place], terms)
            #expect(issued.agentID == chain.delegateIDs[place])
            token = issued.token
            key = chain.key(place)
        }
        let verified = try verifyChain(token, keys: chain.brokerKeys, audience: "lake", at: now)
        #expect(verified.scope == ["read:data:2"])
        #expect(verified.audience == ["lake"])
        #expect(verified.lineage.map(\.agentID) == [ChainBroker.rootID] + chain.delegateIDs)
        #expect(verified.lineage.first?.grantID == ChainBroker.rootGrant)
        #expect(verified.expiresAt == UnixTime(seconds: ChainBroker.now + 500))
        #expect(verified.keyThumbprint == key.thumbprint)
        // Uses are counted by the broker alone.
        #expect(verified.isOnline)
    }

    @Test func `a hop is told by the broker's clock and ends with the delegator's token`()
        async throws
    {
        let chain = ChainBroker(delegates: 1)
        let client = FakeBroker { chain.answer($0) }.client()
        _ = try await client.delegate(
            token: chain.rootToken, key: chain.rootKey, to: chain.delegateIDs[0],
            DelegationTerms(scope: ["read:data:1"]))
        let text = try #require(chain.receivedHops.first)
        let hop = try #require(Hop(parsing: [UInt8](text.utf8)))
        #expect(ChainBroker.now...ChainBroker.now + 60 ~= hop.content.issuedAtSeconds)
        #expect(hop.content.expiresAtSeconds == ChainBroker.now + 600)
        #expect(hop.content.held.map(\.description) == ["read:data:*", "read:logs:*"])
        #expect(hop.content.audience == nil)
        #expect(hop.content.maximumUses == nil)
        #expect(hop.isSigned)
    }

    @Test func `a clock that was set meanwhile is asked for and the hop signed anew`() async throws
    {
        let chain = ChainBroker(delegates: 1)
        let broker = FakeBroker { request in
            if request.method == .challenge {
                return request.answer(request.challenge(nowMilliseconds: 1_800_000_300_000))
            }
            // Authenticate, two Describes, and then this.
            request.method == .delegate && request.stream.rawValue == 7
                ? request.refuse(.permissionDenied, "HOP_EXPIRED") : chain.answer(request)
        }
        _ = try await broker.client().delegate(
            token: chain.rootToken, key: chain.rootKey, to: chain.delegateIDs[0],
            DelegationTerms(scope: ["read:data:1"]))
        #expect(broker.count(.challenge) == 1)
        #expect(broker.count(.delegate) == 2)
        let text = try #require(chain.receivedHops.first)
        let hop = try #require(Hop(parsing: [UInt8](text.utf8)))
        #expect(hop.content.issuedAtSeconds >= ChainBroker.now + 300)
        #expect(hop.content.proofSequence == 2)
    }

    @Test func `a delegator with a token by reference asks the broker what it holds`()
        async throws
    {
        let chain = ChainBroker(delegates: 1)
        let broker = FakeBroker { chain.answer($0) }
        let issued = try await broker.client(app: nil).delegate(
            token: chain.referenceToken, key: chain.rootKey, to: chain.delegateIDs[0],
            DelegationTerms(scope: ["read:logs:1"]))
        #expect(broker.count(.validate) == 1)
        #expect(
            try verifyChain(issued.token, keys: chain.brokerKeys, at: now).scope
                == ["read:logs:1"])
    }

    @Test(
        arguments: [
            (DelegationTerms(scope: []), "INVALID_REQUEST"),
            (DelegationTerms(scope: ["read"]), "INVALID_REQUEST"),
            (DelegationTerms(scope: ["read:data:1"], audience: []), "INVALID_REQUEST"),
            (DelegationTerms(scope: ["read:data:1"], lifetime: .zero), "INVALID_REQUEST"),
            (DelegationTerms(scope: ["read:data:1"], maximumUses: 0), "INVALID_REQUEST"),
        ])
    func `terms that no hop can say are not sent`(terms: DelegationTerms, code: String) async {
        let chain = ChainBroker(delegates: 1)
        let broker = FakeBroker { chain.answer($0) }
        let error = await failure {
            _ = try await broker.client().delegate(
                token: chain.rootToken, key: chain.rootKey, to: chain.delegateIDs[0], terms)
        }
        #expect(error?.code == code)
        #expect(broker.count(.delegate) == 0)
    }

    @Test func `an unknown delegate and a token that is none are refused`() async {
        let chain = ChainBroker(delegates: 1)
        let client = FakeBroker { chain.answer($0) }.client()
        let terms = DelegationTerms(scope: ["read:data:1"])
        let unknown = await failure {
            _ = try await client.delegate(
                token: chain.rootToken, key: chain.rootKey, to: "spiffe://x/y", terms)
        }
        #expect(unknown?.code == "DELEGATE_UNKNOWN")
        let none = await failure {
            _ = try await client.delegate(
                token: "no token", key: chain.rootKey, to: chain.delegateIDs[0], terms)
        }
        #expect(none?.code == "INVALID_REQUEST")
    }

    // MARK: Verification

    @Test(
        arguments: [
            (nil, nil, 0, 0, "FOREIGN_HEADER"),
            ("elsewhere", nil, 0, 0, "ISSUER_MISMATCH"),
            ("no issuer", nil, 0, 0, "ISSUER_MISMATCH"),
            (nil, "bank", 0, 0, "AUDIENCE_MISMATCH"),
            (nil, "a b", 0, 0, "AUDIENCE_MISMATCH"),
            (nil, nil, 600, 0, "EXPIRED"),
            (nil, nil, 605, 5, "EXPIRED"),
            (nil, nil, -1, 0, "NOT_YET_VALID"),
        ] as [(String?, String?, Int, Int, String)])
    func `a token that is not for here and now is refused with a code`(
        issuer: String?, audience: String?, shift: Int, leeway: Int, code: String
    ) {
        let chain = ChainBroker(delegates: 0)
        let keys =
            code == "FOREIGN_HEADER" ? ChainBroker(delegates: 0).brokerKeys : chain.brokerKeys
        let time = UnixTime(seconds: UInt64(Int(ChainBroker.now) + shift))
        let error = #expect(throws: VerificationRefusal.self) {
            try verifyChain(
                chain.rootToken, keys: keys, issuer: issuer, audience: audience, at: time,
                leeway: .seconds(leeway))
        }
        #expect(error?.code == code)
        #expect(error?.message.isEmpty == false)
    }

    @Test func `leeway is for both ends of a token's life`() throws {
        let chain = ChainBroker(delegates: 0)
        for shift in [-5, 604] {
            let time = UnixTime(seconds: UInt64(Int(ChainBroker.now) + shift))
            let token = try verifyChain(
                chain.rootToken, keys: chain.brokerKeys, at: time, leeway: .seconds(5))
            #expect(token.subject == ChainBroker.rootID)
            #expect(!token.isOnline)
        }
    }

    @Test func `a token by reference says that only the broker knows the rest`() throws {
        let chain = ChainBroker(delegates: 0)
        let token = try verifyChain(chain.referenceToken, keys: chain.brokerKeys, at: now)
        #expect(token.isReference)
        #expect(token.isOnline)
        #expect(token.lineage.isEmpty)
    }
}
