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
    let socket: Int32
    private var descriptor: Descriptor?
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

    /// Whom what it takes is charged to, and where it waits for its turn.
    private(set) var share: Share
    private(set) var lane: Lane
    /// What the share has been charged for it.
    private var charged = Charge()

    /// The reactor's view of the socket.
    var readiness = Readiness()
    var progress: Progress

    init(
        tag: UInt64, descriptor: consuming Descriptor, role: SocketRole, caller: Caller,
        share: Share, lane: Lane, refusesDescriptors: Bool = false, inbox: ReactorInbox? = nil,
        now: Instant
    ) {
        self.tag = tag
        socket = descriptor.rawValue
        self.descriptor = consume descriptor
        self.role = role
        self.caller = caller
        self.share = share
        self.lane = lane
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
        /// Until when one agent may register itself; nil where none may. Set and cleared by
        /// `openRegistration` and `closeRegistration`, which count it.
        fileprivate(set) var registrationCloses: Instant?

        init(challenge: Challenge) { self.challenge = challenge }
    }

    private struct Charge {
        var requests = 0
        var bytes = 0
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

    /// Leaves closing the socket to someone else; for a connection that is closed for its reactor.
    func releaseDescriptor() -> Int32? { descriptor.take()?.release() }

    /// Whether another request may be taken: back-pressure is leaving bytes in the socket.
    var hasRoom: Bool {
        requestsUnderWay < ConnectionLimits.requestsInFlight
            && replies.bytes + signingBytes < unsentLimit
    }

    private var requestsUnderWay: Int { replies.heldCount + signing }

    private var unsentLimit: Int {
        share.isCrowded ? ShareLimits.unsentBytesWhenCrowded : ownUnsentLimit
    }

    private var ownUnsentLimit: Int {
        caller.app == nil && role == .agents
            ? ConnectionLimits.unsentBytesBeforeAuthenticate : ConnectionLimits.unsentBytes
    }

    /// A watcher with more than this unread is cut.
    var unsentStreamLimit: Int {
        caller.app == nil && role == .agents
            ? ConnectionLimits.unsentStreamBytesBeforeAuthenticate
            : ConnectionLimits.unsentStreamBytes
    }

    /// How many bytes may be read now: of a crowded share not much more than its small requests take.
    var receivableBytes: Int {
        guard share.isCrowded else { return ConnectionLimits.receiveBytes }
        return max(0, ShareLimits.unreadBytesWhenCrowded - input.count)
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

/// What the connection's share is charged. Once a turn, not once a request: until then the
/// connection knows what it has taken itself.
extension Connection {
    /// Brings the share up to date with what is under way, unsent and unread.
    func settleCharge() {
        let now = Charge(
            requests: requestsUnderWay, bytes: replies.bytes + signingBytes + input.count)
        share.charge(requests: now.requests - charged.requests, bytes: now.bytes - charged.bytes)
        charged = now
    }

    /// Why another request cannot be taken up; nil where it can.
    var shareRefusal: Refusal? {
        share.refusal(uncharged: requestsUnderWay - charged.requests)
    }

    /// Nobody will read its answers. What is still to be signed for it stays charged until it has
    /// been, so that hanging up gets nobody out of it.
    func dropBuffers() {
        input = OutputBuffer(retainedBytes: 0)
        replies = ReplyQueue()
        settleCharge()
    }

    /// From here on another share is charged, for what is there already as well.
    func change(to share: Share, _ lane: Lane) {
        self.share.charge(requests: -charged.requests, bytes: -charged.bytes)
        share.charge(requests: charged.requests, bytes: charged.bytes)
        // Small enough to be let over the other's limit: they go with the connection.
        if watch != nil {
            self.share.leaveWatcher()
            share.keepWatcher()
        }
        if session?.registrationCloses != nil {
            self.share.leaveChallenge()
            share.keepChallenge()
        }
        self.share = share
        self.lane = lane
    }

    /// One registration may follow until then; false where the share has as many open as it may.
    func openRegistration(until closes: Instant) -> Bool {
        guard session != nil else { preconditionFailure("a registration needs a challenge") }
        if session?.registrationCloses == nil, !share.takeChallenge() { return false }
        session?.registrationCloses = closes
        return true
    }

    /// It was used, its time is over, or its connection closes.
    func closeRegistration() {
        guard session?.registrationCloses != nil else { return }
        session?.registrationCloses = nil
        share.leaveChallenge()
    }
}
