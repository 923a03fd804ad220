/// What one connection may take of the broker (proto/PROTOCOL.md, Limits).
enum ConnectionLimits {
    /// Requests received and not yet answered; at the limit nothing more is read.
    static let requestsInFlight = 256
    /// Answers not yet taken by the peer, in bytes; at the limit nothing more is read.
    static let unsentBytes = 8 << 20
    /// The same for a peer that speaks for no app: anyone may open many of these.
    static let unsentBytesBeforeAuthenticate = 128 << 10
    /// Messages of a stream not yet taken, in bytes; beyond it the watcher is cut.
    static let unsentStreamBytes = 1 << 20
    /// The same for a peer that speaks for no app. More than one message and its answers.
    static let unsentStreamBytesBeforeAuthenticate = 256 << 10
    /// What an idle connection keeps of each of its two buffers for answers.
    static let retainedBytes = 4 << 10
    /// Bytes taken from a socket at once.
    static let receiveBytes = 64 << 10
    /// Signatures verified per connection before the other connections have their turn.
    static let verificationsPerTurn = 8
}

/// How much a reactor does before it looks at its sockets again.
enum TurnLimits {
    /// Tokens signed while only one share is connected: it has all the time there is, because large
    /// turns make large groups for the disk.
    static let signatures = 64
    /// Time for the requests of the only share that wants anything, while others are connected; its
    /// last connection's come on top. And tokens signed then.
    static let rivalledNanoseconds: UInt64 = 500_000
    static let rivalledSignatures = 32
    /// Time for requests, and again for signatures, while several shares wait. A quiet share's
    /// request waits about as long at most, and about as long again for its token.
    static let contestedNanoseconds: UInt64 = 250_000
    /// Time for one connection's requests then: one spawn or a dozen validations.
    static let visitNanoseconds: UInt64 = 50_000
    /// Tokens signed at once then.
    static let contestedSignatures = 2
}
