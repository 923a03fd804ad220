import MayflyCrypto
import MayflyWire

@testable import MayflyClient

/// A broker's end that issues tokens one can verify: for one root agent and the hops from it.
final class ChainBroker: Sendable {
    static let now: UInt64 = 1_800_000_000
    static let rootID = "spiffe://mayfly.local/agent/nightly/extract/0000000000000001"
    static let rootGrant = String(repeating: "1", count: 32)

    let signer = TokenSigner(key: Ed25519PrivateKey())
    let rootKey = AgentKey()
    /// By SPIFFE ID.
    private let keys: [String: AgentKey]
    let delegateIDs: [String]
    private let hops = Lock<[String]>([])

    init(delegates: Int) {
        delegateIDs = (0..<delegates).map {
            "spiffe://mayfly.local/agent/nightly/load/000000000000010\($0)"
        }
        keys = Dictionary(uniqueKeysWithValues: delegateIDs.map { ($0, AgentKey()) })
    }

    var brokerKeys: BrokerKeys {
        BrokerKeys(
            issuer: FakeBroker.issuer,
            keys: [BrokerKey(tokenKey: signer.key.publicKey.bytes)].compactMap { $0 })
    }

    func key(_ delegate: Int) -> AgentKey { keys[delegateIDs[delegate]] ?? rootKey }

    /// What came in the Delegates that were answered, oldest first.
    var receivedHops: [String] { hops.withLock { $0 } }

    private var root: String {
        let json = """
            {"agent":"\(Self.rootID)","key":"\(base64(rootKey.publicKey))",\
            "scope":["read:data:*","read:logs:*"],"aud":["warehouse","lake"],\
            "not_after":\(Self.now + 900),"grant":"\(Self.rootGrant)"}
            """
        return base64([UInt8](json.utf8))
    }

    private func base64(_ bytes: [UInt8]) -> String {
        String(decoding: Base64URL.encode(bytes), as: UTF8.self)
    }

    private func token(_ claims: String) -> String {
        let payload = """
            {"jti":"\(String(repeating: "2", count: 32))","iss":"\(FakeBroker.issuer)",\
            \(claims)}
            """
        return [UInt8](payload.utf8).withUnsafeBytes {
            String(decoding: signer.token(payload: $0), as: UTF8.self)
        }
    }

    private func texts(_ words: [String]) -> String {
        "[" + words.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    var rootToken: String { rootToken(living: 600) }

    /// - Parameter seconds: to its expiry.
    func rootToken(living seconds: Int) -> String {
        token(
            """
            "nbf":\(Self.now),"iat":\(Self.now),\
            "grant":"\(Self.rootGrant)","sub":"\(Self.rootID)","aud":["warehouse","lake"],\
            "exp":\(Self.now + UInt64(seconds)),"scope":["read:data:*","read:logs:*"],\
            "cnf":{"jkt":"\(rootKey.thumbprint)"}
            """)
    }

    var referenceToken: String {
        token(#""grant":"\#(Self.rootGrant)","exp":\#(Self.now + 600),"online":true"#)
    }

    private func delegated(_ hop: Hop, after earlier: [String]) -> String {
        let content = hop.content
        let named = (earlier.compactMap { Hop(parsing: [UInt8]($0.utf8)) } + [hop])
            .last { $0.content.audience != nil }?.content.audience
        let audience = named?.map(\.description) ?? ["warehouse", "lake"]
        let chain = earlier + [String(decoding: hop.bytes, as: UTF8.self)]
        var hash: [UInt8] = []
        hop.digest.withBytes { Hex.append($0, to: &hash) }
        return token(
            """
            "nbf":\(Self.now),"iat":\(Self.now),\
            "grant":"\(hop.grant)","sub":"\(content.delegate)","aud":\(texts(audience)),\
            "exp":\(content.expiresAtSeconds),"scope":\(texts(content.scope.map(\.description))),\
            "cnf":{"jkt":"\(keys[content.delegate.description]?.thumbprint ?? "")"},\
            "root":"\(root)","delegation_chain":\(texts(chain)),\
            "chain_hash":"\(String(decoding: hash, as: UTF8.self))"
            """)
    }

    /// Answers as a broker would; whether a hop is sound the verifier finds out.
    func answer(_ request: FakeRequest) {
        switch request.method {
        case .describe: describe(request)
        case .delegate: delegate(request)
        case .validate:
            var response = ValidateResponseMessage()
            response.valid = request.token == referenceToken
            let full = [UInt8](rootToken.utf8)
            response.claims = full.withUnsafeBytes { bytes in
                UntrustedToken(bytes).map { $0.decodePayload(of: bytes) } ?? []
            }
            request.answer(response)
        default: request.answerAsUsual()
        }
    }

    private func describe(_ request: FakeRequest) {
        let arena = MessageArena()
        let asked = request.payload.withUnsafeBytes { bytes in
            (try? DescribeRequestMessage.decode(bytes, arena: arena))?.agentID.text ?? ""
        }
        guard let key = asked == Self.rootID ? rootKey : keys[asked] else {
            return request.refuse(.notFound, "DELEGATE_UNKNOWN")
        }
        var response = DescribeResponseMessage()
        response.agentID = [UInt8](asked.utf8)
        response.publicKey = key.publicKey
        response.root = asked == Self.rootID ? [UInt8](root.utf8) : [UInt8]("e30".utf8)
        request.answer(response)
    }

    private func delegate(_ request: FakeRequest) {
        let arena = MessageArena()
        let hop = request.payload.withUnsafeBytes { bytes in
            (try? DelegateRequestMessage.decode(bytes, arena: arena)).flatMap {
                Hop(parsing: $0.hop.bytes)
            }
        }
        guard let hop, hop.content.challenge.bytes == request.connection.challenge else {
            return request.refuse(.invalidArgument, "INVALID_HOP")
        }
        let earlier = hops.withLock { hops in
            defer { hops.append(String(decoding: hop.bytes, as: UTF8.self)) }
            return hops
        }
        var agent = SpawnedAgentMessage()
        agent.agentID = hop.content.delegate.bytes
        agent.token = [UInt8](delegated(hop, after: earlier).utf8)
        agent.grantID = [UInt8](hop.grant.description.utf8)
        agent.expiresAt = hop.content.expiresAtSeconds
        request.answer(DelegateResponseMessage(agent: agent))
    }
}
