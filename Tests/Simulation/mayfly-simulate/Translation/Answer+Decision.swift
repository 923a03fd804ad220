internal import MayflyCore

extension Answer {
    /// Nil where the broker wants the token proven first.
    init?(_ decision: Decision) {
        switch decision {
        case .refused(let refusal): self = .refused(Why(refusal.reason))
        case .authenticated(let app): self = .authenticated(App(app))
        case .spawned(let issued): self = .issued(issued.map { Issued($0) })
        case .issued(let issued): self = .issued([Issued(issued)])
        case .launchToken(let token): self = .launchToken(Launch(token))
        case .valid(let valid):
            self = .valid(
                expiresAt: valid.expiresAt.milliseconds, usesLeft: valid.usesLeft,
                claims: valid.claims.map { String(decoding: $0, as: UTF8.self) })
        case .invalid(let reason): self = .invalid(Why(reason))
        case .unproven: return nil
        case .released(let ended): self = .released(ended: ended)
        case .app(let app): self = .app(App(app))
        case .appRemoved(let count): self = .appRemoved(endedGrants: count)
        case .alive(let expiresAt): self = .alive(expiresAt: expiresAt.milliseconds)
        case .unbound(let count, let more): self = .unbound(count: count, more: more)
        case .revoked(let count, let record):
            self = .revoked(count: count, record.map { Record($0) })
        case .keyRotated(let key): self = .keyRotated(SigningKey(key))
        case .advanced: self = .advanced
        case .recorded: self = .recorded
        }
    }
}

extension Issued {
    init(_ issued: IssuedGrant) {
        self.init(
            grant: wide(issued.grant), agent: AgentID(issued.agent), key: issued.key.rawValue,
            expiresAt: issued.expiresAt.milliseconds,
            text: String(decoding: issued.signingInput, as: UTF8.self))
    }
}
