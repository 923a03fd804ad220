/// Who asks: the peer as the kernel names it, and the app its connection speaks for.
package struct Caller: Equatable, Sendable {
    package var uid: UserID
    package var pid: ProcessID
    package var app: Serial?

    package init(uid: UserID, pid: ProcessID, app: Serial? = nil) {
        self.uid = uid
        self.pid = pid
        self.app = app
    }
}

/// One agent to be spawned; its identifiers and scopes are already well formed.
package struct AgentSpec: Equatable, Sendable {
    package var orchestration: Name
    package var task: Name
    package var scope: [Scope]
    package var audience: TextList
    package var publicKey: PublicKey
    /// 0 takes the app's default.
    package var lifetimeSeconds: UInt32
    /// Seconds until `not_after`; 0 means the same as the first token's life.
    package var totalLifetimeSeconds: UInt32
    package var binding: Binding

    package init(
        orchestration: Name, task: Name, scope: [Scope], audience: TextList, publicKey: PublicKey,
        lifetimeSeconds: UInt32, totalLifetimeSeconds: UInt32, binding: Binding
    ) {
        self.orchestration = orchestration
        self.task = task
        self.scope = scope
        self.audience = audience
        self.publicKey = publicKey
        self.lifetimeSeconds = lifetimeSeconds
        self.totalLifetimeSeconds = totalLifetimeSeconds
        self.binding = binding
    }
}

/// What an app is to be: the operator's words, well formed.
package struct AppTerms: Equatable, Sendable {
    package var name: Name
    package var ceiling: [Scope]
    package var uids: [UserID]
    package var orchestrations: [Name]
    package var attestationKeys: [PublicKey]
    /// 0 takes the broker's default.
    package var defaultLifetimeSeconds: UInt32
    package var maximumLifetimeSeconds: UInt32
    package var sharesUid: Bool

    package init(
        name: Name, ceiling: [Scope], uids: [UserID], orchestrations: [Name],
        attestationKeys: [PublicKey], defaultLifetimeSeconds: UInt32,
        maximumLifetimeSeconds: UInt32, sharesUid: Bool
    ) {
        self.name = name
        self.ceiling = ceiling
        self.uids = uids
        self.orchestrations = orchestrations
        self.attestationKeys = attestationKeys
        self.defaultLifetimeSeconds = defaultLifetimeSeconds
        self.maximumLifetimeSeconds = maximumLifetimeSeconds
        self.sharesUid = sharesUid
    }
}

/// What is to change about an app; nil leaves it as it is.
package struct AppAmendment: Equatable, Sendable {
    package var name: Name
    package var ceiling: [Scope]?
    package var uids: [UserID]?
    package var orchestrations: [Name]?
    package var attestationKeys: [PublicKey]?
    package var defaultLifetimeSeconds: UInt32?
    package var maximumLifetimeSeconds: UInt32?
    package var sharesUid: Bool?

    package init(name: Name) { self.name = name }
}

/// A token as presented: the grant it names, and the digest of all its bytes.
package struct Presentation: Equatable, Sendable {
    package var grant: GrantID
    /// Of the whole compact JWS: whichever digest the server chose, the same for every token.
    package var digest: Digest

    package init(grant: GrantID, digest: Digest) {
        self.grant = grant
        self.digest = digest
    }
}

/// Which grant to release.
package enum ReleaseTarget: Equatable, Sendable {
    case token(Presentation)
    case grant(GrantID)
}

/// Everything that can be asked of the broker. Signatures are checked before a command is made.
package enum Command: Sendable {
    case authenticate(app: Name)
    /// `attestedBy` is the key that vouched for them: it must still be one of the app's.
    case spawn([AgentSpec], proof: Proof, attestedBy: PublicKey? = nil)
    case validate(Presentation)
    case release(ReleaseTarget)
    case createApp(AppTerms)
    case updateApp(AppAmendment)
    case removeApp(Name)
    /// A request refused before it became a command, for the audit.
    case recordRefusal(Reason)
    /// The broker starts or stops, with `count` live grants.
    case recordBoundary(EventKind, count: UInt64, detail: [UInt8])
    /// Time passes: expiry, sweeping and summaries, at most `limit` grants ended.
    case advance(limit: Int)
}

/// Random bits a command may need, drawn by the caller: three words per agent.
package struct Entropy: Sendable {
    package var words: [UInt64]
    package init(words: [UInt64]) { self.words = words }
    package static let none = Entropy(words: [])
}

extension Caller {
    /// The broker itself: what happens without anyone asking.
    package static let broker = Caller(uid: UserID(rawValue: 0), pid: ProcessID(rawValue: 0))
}
