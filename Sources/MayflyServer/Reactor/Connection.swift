internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Which of the broker's sockets a peer came in by.
enum SocketRole: Sendable {
    case agents
    case `operator`
}

/// One peer: what it is, what it sent and has not been answered. It does no I/O: the reactor gives
/// it bytes and sends what is ready.
final class Connection {
    let tag: UInt64
    let descriptor: Descriptor
    let role: SocketRole
    /// Nobody can send descriptors here, so none have to be looked for.
    let refusesDescriptors: Bool
    var caller: Caller
    /// Set by Apps.Authenticate or Agents.Challenge, whichever comes first.
    var session: Session?
    var reader: FrameReader
    /// Received and not yet a whole frame, or not yet allowed its turn.
    var input = OutputBuffer(retainedBytes: 0)
    var replies = ReplyQueue()
    /// The process that made it, once it had to be known.
    var process: WatchedProcess?
    /// What grants hang on that are bound to this connection; nil where there never was one.
    var bond: ConnectionID?
    /// When it came.
    let openedAt: Instant
    /// Set while it follows the stream of ends.
    var watch: Watch?
    /// Its reactor's; nil where there is none.
    let inbox: ReactorInbox?
    /// Requests whose tokens are still to be signed, and what their answers will take.
    var signing = 0
    var signingBytes = 0

    /// The reactor's view of the socket.
    var readiness = Readiness()
    var progress: Progress

    init(
        tag: UInt64, descriptor: consuming Descriptor, role: SocketRole, caller: Caller,
        refusesDescriptors: Bool = false, inbox: ReactorInbox? = nil, now: Instant
    ) {
        self.tag = tag
        self.descriptor = descriptor
        self.role = role
        self.caller = caller
        self.refusesDescriptors = refusesDescriptors
        self.inbox = inbox
        openedAt = now
        reader = FrameReader(
            role: .broker,
            frameLimit: role == .operator
                ? WireLimits.frameBytes : WireLimits.frameBytesBeforeAuthenticate)
        progress = Progress(lastActivity: now)
    }

    /// What a connection has once something may be proven on it.
    struct Session {
        let challenge: Challenge
        var proofs = ProofWindow()
        /// Until when one agent may register itself; nil where none may.
        var registrationCloses: Instant?
    }

    /// What a connection has that follows the stream of ends.
    struct Watch {
        let watcher: Watcher
        let stream: StreamID
        /// The feed waits until everything has been sent.
        var owesTaking = false
    }

    struct Readiness {
        /// The events that epoll reports for the socket now.
        var interest: UInt32 = 0
        /// Whole frames are left in the input.
        var hasBacklog = false
        /// The reactor will come back to them.
        var isQueued = false
        var isDirty = false
        /// The reactor looks at it when the disk has gone on.
        var isHolding = false
        /// Nothing more is read; closed when everything ready has been sent.
        var isFinishing = false
        var isClosed = false
    }

    /// What bounds a peer in time.
    struct Progress {
        var lastActivity: Instant
        /// When a frame began whose end has not come.
        var frameBegan: Instant?
        /// When the peer stopped taking answers.
        var blockedSince: Instant?
    }

    /// Whether another request may be taken: back-pressure is leaving bytes in the socket.
    var hasRoom: Bool {
        replies.heldCount + signing < ConnectionLimits.requestsInFlight
            && replies.bytes + signingBytes < unsentLimit
    }

    private var unsentLimit: Int {
        caller.app == nil && role == .agents
            ? ConnectionLimits.unsentBytesBeforeAuthenticate : ConnectionLimits.unsentBytes
    }

    /// A watcher with more than this unread is cut.
    var unsentStreamLimit: Int {
        caller.app == nil && role == .agents
            ? ConnectionLimits.unsentStreamBytesBeforeAuthenticate
            : ConnectionLimits.unsentStreamBytes
    }

    var hasWork: Bool { signing > 0 || replies.bytes > 0 }

    /// Why the peer has run out of time, or nil. One that follows the stream is never idle.
    func overdue(at now: Instant, _ patience: Patience) -> LimitHit? {
        func isOver(_ start: Instant?, _ limit: UInt64) -> Bool {
            guard let start else { return false }
            return now.milliseconds > start.milliseconds + limit
        }
        if isOver(progress.frameBegan, patience.frame) { return .halfFrame }
        if isOver(progress.blockedSince, patience.blocked) {
            return .answersNotTaken
        }
        if !hasWork && watch == nil && isOver(progress.lastActivity, patience.idle) {
            return .idle
        }
        return nil
    }
}

/// Which proofs of a connection were accepted: each sequence number once, within 1,024 of the
/// highest, so that pipelined requests may arrive in any order and none may come twice.
struct ProofWindow {
    static let width: UInt64 = 1_024
    private var highest: UInt64 = 0
    private var seen = [UInt64](repeating: 0, count: Int(width / 64))

    /// Whether a proof of this number could still be accepted.
    func isFresh(_ sequence: UInt64) -> Bool {
        if sequence == 0 { return false }
        if sequence > highest { return true }
        if highest - sequence >= Self.width { return false }
        return seen[word(sequence)] & bit(sequence) == 0
    }

    /// Called once the proof itself was found good.
    mutating func accept(_ sequence: UInt64) {
        precondition(isFresh(sequence), "a proof is accepted once")
        if sequence > highest {
            if sequence - highest >= Self.width {
                for index in seen.indices { seen[index] = 0 }
            } else {
                for skipped in (highest + 1)...sequence { seen[word(skipped)] &= ~bit(skipped) }
            }
            highest = sequence
        }
        seen[word(sequence)] |= bit(sequence)
    }

    private func word(_ sequence: UInt64) -> Int { Int(sequence % Self.width / 64) }
    private func bit(_ sequence: UInt64) -> UInt64 { 1 << (sequence % 64) }
}
