internal import MayflyCrypto

/// A grant that the broker is known to have made.
final class Grant {
    let family: Family
    let reference: GrantReference
    /// Whose it is: the agent's name, and its key, which proves renewals and signs hops.
    let agent: AgentURI
    let key: AgentKeyPair
    /// Of a delegated grant.
    let parent: Grant?
    let holder: Grant?
    let depth: UInt8
    let notAfterSeconds: UInt64
    /// What a hop from this grant names as the one before.
    let chainDigest: Digest32

    var fate = Fate()
    /// An answer said that its request ended it: only one may.
    var endWasTold = false
    /// Oldest first; the last is the current one, unless a renewal's answer is on its way or lost.
    private(set) var tokens: [Token] = []

    init(
        family: Family, reference: GrantReference, agent: AgentURI, key: AgentKeyPair,
        basis: (parent: Grant, holder: Grant)?, notAfterSeconds: UInt64, chainDigest: Digest32
    ) {
        self.family = family
        self.reference = reference
        self.agent = agent
        self.key = key
        parent = basis?.parent
        holder = basis?.holder
        depth = (basis?.parent.depth).map { $0 + 1 } ?? 0
        self.notAfterSeconds = notAfterSeconds
        self.chainDigest = chainDigest
    }

    /// Superseded tokens that are still presented.
    private static let oldTokensKept = 1

    func add(_ token: Token) {
        tokens.append(token)
        if tokens.count > Self.oldTokensKept + 1 { tokens.removeFirst().lostRenewals = [] }
    }

    /// Lets go of its tokens, which hold it, and of what holds them.
    func forgetTokens() {
        for token in tokens { token.lostRenewals = [] }
        tokens = []
    }

    var current: Token? { tokens.last }

    /// The grant of the agent itself, by which a delegated one is held.
    var own: Grant { holder ?? self }

    var root: Grant {
        var grant = self
        while let parent = grant.parent { grant = parent }
        return grant
    }

    // MARK: With all that it hangs on

    /// Since when it, an ancestor, or the holder of one of them is dead for certain.
    var deadSince: Stamp {
        var since = Stamp.never
        var next: Grant? = self
        while let grant = next {
            since = min(since, grant.ownDeadSince)
            if let holder = grant.holder { since = min(since, holder.ownDeadSince) }
            next = grant.parent
        }
        return since
    }

    /// Whether anything was sent that may have ended it by now.
    var isThreatened: Bool {
        var next: Grant? = self
        while let grant = next {
            if grant.ownIsThreatened || grant.holder?.ownIsThreatened == true { return true }
            next = grant.parent
        }
        return false
    }

    /// It and all that it hangs on lived at some moment after this one.
    func lived(after moment: Stamp) {
        var next: Grant? = self
        while let grant = next {
            grant.ownLived(after: moment)
            grant.holder?.ownLived(after: moment)
            next = grant.parent
        }
    }

    private var ownDeadSince: Stamp { min(fate.deadSince, family.taskFate.deadSince) }
    private var ownIsThreatened: Bool { fate.isThreatened || family.taskFate.isThreatened }

    private func ownLived(after moment: Stamp) {
        fate.lived(after: moment)
        family.taskFate.lived(after: moment)
    }
}

/// A token that an answer brought. Its fate is that of its place as the grant's current one: only
/// renewals risk it.
final class Token {
    let grant: Grant
    let bytes: [UInt8]
    let presentation: Presentation
    var fate = Fate()
    /// Set by the first renewal of this token that won.
    var successor: Token?
    /// Renewals whose answers were lost: to be asked again under the same id.
    var lostRenewals: [Renewal] = []

    init(grant: Grant, bytes: [UInt8]) {
        self.grant = grant
        self.bytes = bytes
        presentation = Presentation(token: bytes)
    }

    /// Since when it is certain that it is not valid.
    var deadSince: Stamp { min(fate.deadSince, grant.deadSince) }
    var isThreatened: Bool { fate.isThreatened || grant.isThreatened }

    /// Live for certain, or only waiting for a lost answer to be asked for again.
    var isRaceable: Bool {
        !grant.isThreatened && (!fate.isThreatened || !lostRenewals.isEmpty)
    }
}

/// Agents of one task, and what was delegated from them: spawned, used, ended and forgotten
/// together. Grants of one family may be held by agents of another.
final class Family {
    /// The task's name, which the next family in its place has again.
    let task: String
    /// Of a revocation of the task, which covers all that was granted before it.
    var taskFate = Fate()
    /// The agents' own first.
    private(set) var grants: [Grant] = []
    /// What may still be tried before all of it is ended.
    var stepsLeft: Int
    /// Calls on their way that change it.
    var changesUnderWay = 0
    /// Times that all of it was presented after its end.
    var looksAfterEnd = 0
    private(set) var notes: [String] = []

    init(task: String, steps: Int) {
        self.task = task
        stepsLeft = steps
    }

    func add(_ grant: Grant) { grants.append(grant) }

    /// Whether every grant is dead for certain.
    var isOver: Bool { grants.allSatisfy { $0.deadSince != .never } }

    /// Told with a violation: what was done to it, the last of it.
    func note(_ text: @autoclosure () -> String) {
        if notes.count == Self.notesKept { notes.removeFirst(Self.notesKept / 2) }
        notes.append(text())
    }

    private static let notesKept = 64

    /// Its grants and tokens hold each other and it: this lets go of all of them.
    func dissolve() {
        for grant in grants { grant.forgetTokens() }
        grants = []
    }
}
