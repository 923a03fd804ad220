private import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// An agent of a connection's own whose key signs: renewals and hops.
struct Member {
    let id: AgentURI
    let key: AgentKeyPair
    let grant: GrantReference
    let grantText: GrantText
    let expiresAtSeconds: UInt64
    var token: [UInt8]
}

/// The agents that a connection renews, or between whom it delegates: there before the clock runs.
struct Crew {
    private(set) var members: [Member]
    /// SHA-256 of the root statement of the first one's grant: what a first hop names.
    private let rootDigest: Digest32?
    /// Members whose token no renewal is replacing, the longest idle first: a ring, because each is
    /// in it at most once.
    private var idle: [Int]
    private var firstIdle = 0
    private(set) var idleCount: Int

    init(_ members: [Member], rootDigest: Digest32?) {
        self.members = members
        self.rootDigest = rootDigest
        idle = Array(members.indices)
        idleCount = members.count
    }

    /// Spawns the agents one by one, on a connection that nothing else uses yet.
    static func spawn(
        _ count: Int, _ template: AgentSpecMessage, delegates: Bool, on caller: inout Caller,
        _ session: inout Session
    ) throws(LoadFailure) -> Crew {
        var members: [Member] = []
        for _ in 0..<count {
            let key = AgentKeyPair()
            let message = session.spawn(template, key: key)
            let answer = try caller.call(.spawn, message, answer: SpawnResponseMessage.self)
            guard let agent = answer.agent, let member = Member(agent, key: key) else {
                throw .protocolViolation("a spawn that names no agent")
            }
            members.append(member)
        }
        guard delegates, let first = members.first else {
            return Crew(members, rootDigest: nil)
        }
        var request = DescribeRequestMessage()
        request.agentID = ByteView(copying: first.id.bytes)
        let answer = try caller.call(.describe, request, answer: DescribeResponseMessage.self)
        return Crew(members, rootDigest: SHA256.digest(answer.root))
    }

    mutating func takeIdle() -> Int? {
        guard idleCount > 0 else { return nil }
        defer {
            firstIdle = (firstIdle + 1) % idle.count
            idleCount -= 1
        }
        return idle[firstIdle]
    }

    mutating func renewed(_ place: Int, token: [UInt8]) {
        members[place].token = token
        idle[(firstIdle + idleCount) % idle.count] = place
        idleCount += 1
    }
}

extension Member {
    init?(_ agent: SpawnedAgentMessage, key: AgentKeyPair) {
        guard let id = AgentURI(agent.agentID), let grant = GrantReference(agent.grantID),
            let text = GrantText(agent.grantID)
        else { return nil }
        self.init(
            id: id, key: key, grant: grant, grantText: text, expiresAtSeconds: agent.expiresAt,
            token: agent.token)
    }
}

/// Where a chain of delegations has got to: the next hop goes from member `depth` to the one after.
struct ChainEnd {
    var depth: Int
    var grant: GrantReference
    /// SHA-256 of the last hop, or of the root statement.
    var previous: Digest32
    var token: [UInt8]
}

extension Crew {
    /// Nil where there is nobody to delegate.
    var root: ChainEnd? {
        guard let rootDigest, let first = members.first else { return nil }
        return ChainEnd(depth: 0, grant: first.grant, previous: rootDigest, token: first.token)
    }

    /// The hop that makes a chain one longer, everything passed on as it is.
    func hop(from end: ChainEnd, _ session: inout Session, scope: [ScopeText]) -> [UInt8] {
        let (giver, taker) = (members[end.depth], members[end.depth + 1])
        let content = Hop.Content(
            issuer: session.issuer, challenge: session.challenge,
            proofSequence: session.nextProofSequence(), delegator: giver.id,
            delegatorKey: giver.key.publicKey, delegate: taker.id,
            delegateKey: taker.key.publicKey, held: scope, scope: scope, audience: nil,
            maximumUses: nil, issuedAtSeconds: UInt64(max(0, time(nil))),
            expiresAtSeconds: members[0].expiresAtSeconds, parent: end.grant,
            depth: UInt8(end.depth + 1), previous: end.previous)
        return Hop.sign(content, with: giver.key)
    }
}
