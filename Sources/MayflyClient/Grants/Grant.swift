internal import MayflyWire

/// A live grant as its app and the operator see it.
public struct Grant: Equatable, Sendable, Identifiable {
    /// 32 lower-case hexadecimal characters.
    public let id: String
    /// Whom it is granted to: the SPIFFE ID.
    public let agentID: String
    /// The app it came from.
    public let app: String
    /// What it allows, in the order of its token.
    public let scope: [String]
    /// Whom its token is for; empty where it names nobody.
    public let audience: [String]
    /// The orchestration it belongs to; a delegated grant's is its parent's.
    public let orchestration: String
    /// The task it belongs to; a delegated grant's is its parent's.
    public let task: String
    /// Where it was delegated, the delegator's grant.
    public let parentID: String?
    /// Where it was delegated, the delegate's own grant.
    public let holderID: String?
    /// Hops from the root: 0 for an agent's own grant, at most 5.
    public let depth: UInt32
    /// When its current token was issued.
    public let issuedAt: UnixTime
    /// When its current token ends.
    public let expiresAt: UnixTime
    /// What no renewal passes.
    public let notAfter: UnixTime
    /// Renewals so far.
    public let renewals: UInt32
    /// Uses that are left; nil where they are not limited.
    public let usesLeft: UInt32?
    /// What its agent said last; nil before its first heartbeat.
    public let state: AgentState?
    /// Seconds since that heartbeat; nil before the first.
    public let heartbeatAgeSeconds: UInt32?
    /// Its agent missed its app's heartbeat interval.
    public let isFlagged: Bool
    /// How its agent's key was proven: `agent`, `attested` or `legacy`.
    public let proof: String

    init(_ message: GrantSummaryMessage) {
        id = message.grantID
        agentID = message.agentID
        app = message.app
        scope = message.scope
        audience = message.audience
        orchestration = message.orchestration
        task = message.task
        parentID = message.parentGrantID.isEmpty ? nil : message.parentGrantID
        holderID = message.holderGrantID.isEmpty ? nil : message.holderGrantID
        depth = message.depth
        issuedAt = UnixTime(seconds: message.issuedAt)
        expiresAt = UnixTime(seconds: message.expiresAt)
        notAfter = UnixTime(seconds: message.notAfter)
        renewals = message.renewals
        usesLeft = message.usesLeft
        state = AgentState(message.state)
        heartbeatAgeSeconds =
            message.state == .unspecified ? nil : message.heartbeatAgeSeconds
        isFlagged = message.isFlagged
        proof = message.proof
    }
}

/// Some of the live grants that match.
public struct GrantPage: Equatable, Sendable {
    /// What matched; may be empty without being the last page.
    public let grants: [Grant]
    /// Where the next page begins, for the broker to read; nil after the last.
    public let next: String?

    init(_ message: ListGrantsResponseMessage) {
        grants = message.grants.map { Grant($0) }
        next = message.cursor.isEmpty ? nil : message.cursor
    }
}
