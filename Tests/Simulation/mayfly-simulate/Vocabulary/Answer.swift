/// What the broker says.
enum Answer: Equatable {
    case refused(Why)
    case authenticated(App)
    case issued([Issued])
    case launchToken(Launch)
    case valid(expiresAt: Milliseconds, usesLeft: UInt32?, claims: String?)
    case invalid(Why)
    case released(ended: Bool)
    case app(App)
    case appRemoved(endedGrants: UInt64)
    case alive(expiresAt: Milliseconds)
    case unbound(count: UInt64, more: Bool)
    case revoked(count: UInt64, Record?)
    case keyRotated(SigningKey)
    case advanced
    case recorded
}

/// A token that was just made, as its holder gets it.
struct Issued: Equatable {
    var grant: WideID
    var agent: AgentID
    var key: UInt32
    /// As told.
    var expiresAt: Milliseconds
    var text: String
    var unsigned: Fingerprint { Fingerprints.of(text) }
}

/// A request on its way through the broker, with all that it brought about: what an auditor sees.
struct Exchange {
    var request: Request
    var peer: Peer
    var now: Milliseconds
    var isStorageLow: Bool
    var isClockDeviant: Bool
    var answer: Answer
    /// The limit that was reached, of a refusal that names one.
    var limit: String?
    /// Where the log has to be durable before the answer may leave.
    var dependsOn: Position
    var notes: [Note]
    var facts: [Fact]
}
