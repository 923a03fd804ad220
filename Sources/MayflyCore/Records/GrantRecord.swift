/// What the agent's key was proven by.
package enum Proof: UInt8, Sendable {
    case agent = 1
    case attested = 2
    case legacy = 3
}

/// Everything durable about one live grant: a row of the store, and the heart of a live entry.
package struct GrantRecord: Equatable, Sendable {
    package var serial: Serial
    package var id: GrantID
    package var token: TokenID
    /// The agent that it was granted to. Of an agent's own grant, instance, orchestration and task
    /// make its SPIFFE ID; a delegated grant has its parent's orchestration and task.
    package var instance: InstanceID
    package var orchestration: Name
    package var task: Name
    package var app: Serial
    /// The app's epoch when this was granted; another now, and the grant is dead.
    package var appEpoch: UInt32
    package var key: KeyNumber
    package var publicKey: PublicKey
    /// In the order asked.
    package var scope: TextList
    package var audience: TextList
    package var issuedAt: Instant
    package var expiresAt: Instant
    /// No renewal passes this.
    package var notAfter: Instant
    package var proof: Proof
    /// What it hangs on beyond its expiry; nil for nothing of its own, which is all that a delegated
    /// grant has: its parent's and its holder's end is its own.
    package var bond: Bond?
    /// Who is charged for it.
    package var share = UserShare.unnamed
    /// Where it hangs, if it was delegated; nil for an agent's own grant.
    package var delegation: Delegation?
    package var renewals: UInt16 = 0
    /// What the last renewal was asked for by: within 30 s of `issuedAt` it gets the same token.
    package var renewal: RenewalID?
    /// How many uses are left; nil without limit.
    package var usesLeft: UInt32?
    /// The token names the grant and says no more; the broker has the rest.
    package var isByReference = false
    /// What the token's times have on top of the broker's own.
    package var clockOffset = ClockOffset.none
    /// BLAKE2b-256 of the current token's `header.payload`.
    package var unsignedDigest: Digest
    /// Where the log was when this last changed.
    package var position: LogPosition

    package var binding: Binding { bond?.binding ?? .none }
    package var parent: GrantID? { delegation?.parent }
    package var holder: GrantID? { delegation?.holder }
    package var depth: UInt8 { delegation?.depth ?? 0 }
    /// The grant that the chain began with: this one, where it was not delegated.
    package var root: GrantID { delegation?.root ?? id }
    /// Only the broker can say whether the token holds.
    package var isOnline: Bool { isByReference || usesLeft != nil }
    /// Whom the token is for.
    package var subject: AgentName {
        delegation?.subject
            ?? AgentName(orchestration: orchestration, task: task, instance: instance)
    }

    package init(
        serial: Serial, id: GrantID, token: TokenID, instance: InstanceID, orchestration: Name,
        task: Name, app: Serial, appEpoch: UInt32, key: KeyNumber, publicKey: PublicKey,
        scope: TextList, audience: TextList, issuedAt: Instant, expiresAt: Instant,
        notAfter: Instant, proof: Proof, bond: Bond? = nil, unsignedDigest: Digest,
        position: LogPosition
    ) {
        self.serial = serial
        self.id = id
        self.token = token
        self.instance = instance
        self.orchestration = orchestration
        self.task = task
        self.app = app
        self.appEpoch = appEpoch
        self.key = key
        self.publicKey = publicKey
        self.scope = scope
        self.audience = audience
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.notAfter = notAfter
        self.proof = proof
        self.bond = bond
        self.unsignedDigest = unsignedDigest
        self.position = position
    }
}
