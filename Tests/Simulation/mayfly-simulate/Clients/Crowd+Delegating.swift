/// Agents that delegate to one another.
extension Crowd {
    mutating func delegation() -> (Peer, Request) {
        guard let giver = deepHeld(), let taker = anyHeldOwn() else { return spawn() }
        heat(giver.copy)
        var scope = giver.scope.filter { _ in !random.oneIn(3) }
        if scope.isEmpty { scope = Array(giver.scope.prefix(1)) }
        if random.oneIn(4) {
            scope = scope.map { $0.hasSuffix("*") ? $0.dropLast(1) + "1" : $0 }
        }
        let now = toldNow / 1_000
        let text = hopText()
        let digest = Fingerprints.of(text)
        var hop = Hop(
            text: text, grant: HopGrant.id(digest), delegator: giver.agent,
            delegatorKey: giver.publicKey, delegate: taker.agent, delegateKey: taker.publicKey,
            held: giver.scope, scope: scope,
            audience: random.oneIn(3) ? Array(giver.audience.prefix(1)) : nil,
            uses: giver.uses.map { UInt32(random.below(Int($0) + 1)) },
            issuedAt: now, expiresAt: max(now + 1, giver.expiresAt),
            parent: giver.copy.grant, depth: giver.depth + 1, previous: giver.link)
        if random.oneIn(3) { hop.expiresAt = now + 1 + UInt64(random.below(200)) }
        if random.oneIn(10), hop.uses == nil { hop.uses = UInt32(random.below(4)) }
        if random.oneIn(6) { spoil(&hop) }
        return (anyone, .delegate(giver.copy, hop, isByReference: random.oneIn(8)))
    }

    /// Long chains are rare enough.
    private mutating func deepHeld() -> Held? {
        guard random.oneIn(2) else { return anyHeld() }
        return (0..<8).compactMap { _ in anyHeld() }.max { $0.depth < $1.depth }
    }

    private mutating func anyHeldOwn() -> Held? {
        for _ in 0..<6 {
            if let found = anyHeld(), found.isOwn { return found }
        }
        return held.last { $0.isOwn }
    }

    /// Some are so long that a chain of them does not fit in a token.
    private mutating func hopText() -> String {
        let text = "hop-\(random.next())"
        return random.oneIn(60) ? text + String(repeating: ".", count: 9_000) : text
    }

    /// One fault, as an agent that wants more than it may have would sign it.
    private mutating func spoil(_ hop: inout Hop) {
        switch random.below(15) {
        case 0, 1: hop.scope.append(random.pick(Self.scopes) ?? "read:a:1")
        case 2, 3: hop.expiresAt += 1_000
        case 4: hop.uses = (hop.uses ?? 0) + 3
        case 5: hop.uses = nil
        case 6: hop.depth = random.oneIn(2) ? 0 : hop.depth + 1
        case 7: hop.previous ^= 1
        case 8: hop.parent = anyHeld()?.copy.grant ?? hop.parent
        case 9: hop.delegatorKey = hop.delegateKey
        case 10: hop.issuedAt -= 31
        case 11: hop.issuedAt += 7
        case 12: hop.audience = Self.audiences
        case 13: hop.delegate.instance ^= 1
        default: hop.scope.append("app:all:1")
        }
    }
}

/// The grant that a hop makes: the first 128 bits of its digest, big-endian.
enum HopGrant {
    static func id(_ digest: Fingerprint) -> WideID {
        WideID(high: digest.byteSwapped, low: (~digest).byteSwapped)
    }
}
