@testable internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

func issue(
    _ grant: GrantRecord, by issuer: TokenIssuer, app: String = "reports", lineage: [[UInt8]] = []
) throws -> [UInt8] {
    let sealed = issuer.seal(grant, app: try #require(Name(app)), lineage: lineage)
    return issuer.sign(sealed.signingInput, by: grant.key)
}

/// The claims as a token has them.
func payload(of token: [UInt8]) throws -> String {
    let parts = token.split(separator: UInt8(ascii: "."))
    try #require(parts.count == 3)
    return String(decoding: try #require(Base64URL.decode(Array(parts[1]))), as: UTF8.self)
}

/// A chain of agents, each with its key, each delegating to the next: what the core would keep.
struct Chain {
    let issuer: TokenIssuer
    private(set) var grant: GrantRecord
    private(set) var lineage: [[UInt8]]
    private var key: AgentKeyPair

    init(_ issuer: TokenIssuer, root: GrantRecord) throws {
        self.issuer = issuer
        key = AgentKeyPair()
        grant = root
        grant.publicKey = PublicKey(key.publicKey)
        lineage = [issuer.rootStatement(of: grant)]
    }

    var token: [UInt8] {
        get throws { try issue(grant, by: issuer, lineage: lineage.count > 1 ? lineage : []) }
    }

    /// The next agent gets `scope` of what the last one has.
    mutating func delegate(
        to subject: AgentName, scope: [String], audience: [String]? = nil,
        maximumUses: UInt32? = nil
    ) throws {
        let delegate = AgentKeyPair()
        let depth = grant.depth + 1
        let hop = Hop.sign(
            try content(
                to: subject, delegate.publicKey, scope: scope, audience: audience,
                maximumUses: maximumUses),
            with: key)
        let digest = SHA256.digest(hop)
        let made = GrantReference(ofHop: digest)
        var next = grant
        next.id = GrantID(high: made.high, low: made.low)
        next.token = TokenID(high: made.high, low: UInt64(depth))
        next.publicKey = PublicKey(delegate.publicKey)
        next.scope = TextList(words: scope.map { [UInt8]($0.utf8) })
        if let audience { next.audience = TextList(words: audience.map { [UInt8]($0.utf8) }) }
        next.usesLeft = maximumUses
        next.delegation = Delegation(
            parent: grant.id, holder: grant.id, root: grant.root, subject: subject, depth: depth,
            hop: hop)
        grant = next
        key = delegate
        lineage.append(hop)
    }

    private func content(
        to subject: AgentName, _ delegateKey: Ed25519PublicKey, scope: [String],
        audience: [String]?, maximumUses: UInt32?
    ) throws -> Hop.Content {
        Hop.Content(
            issuer: try #require(IssuerText(issuer.issuer)),
            challenge: try #require(Challenge([UInt8](repeating: 9, count: Challenge.count))),
            proofSequence: 1, delegator: try uri(grant.subject), delegatorKey: key.publicKey,
            delegate: try uri(subject), delegateKey: delegateKey,
            held: try grant.scope.words.map { try #require(ScopeText([UInt8]($0))) },
            scope: try scope.map { try #require(ScopeText($0)) },
            audience: try audience?.map { try #require(AudienceText($0)) },
            maximumUses: maximumUses, issuedAtSeconds: grant.issuedAt.seconds,
            expiresAtSeconds: grant.notAfter.seconds,
            parent: GrantReference(high: grant.id.high, low: grant.id.low), depth: grant.depth + 1,
            previous: SHA256.digest(try #require(lineage.last)))
    }

    private func uri(_ agent: AgentName) throws -> AgentURI {
        try #require(AgentURI(issuer.subject(of: agent)))
    }
}

func makeAgent(_ task: String, instance: UInt64) throws -> AgentName {
    AgentName(
        orchestration: try #require(Name("nightly")), task: try #require(Name(task)),
        instance: InstanceID(rawValue: instance))
}
