internal import Logging
internal import MayflyCore
internal import MayflyStore

/// Where the feed has its ends from: the log as it is on disk. Used by the feed's thread only.
final class EndSource {
    private let path: String
    private let authority: Authority
    private let clock: BrokerClock
    private let logger: Logger
    private let announcer: EndAnnouncer
    /// Where the log was when the machine's boot began.
    private let bootStart: UInt64
    /// No token of before lives longer than this from now on: seconds.
    private let keptSeconds: UInt64
    /// Opened for the first watcher, and kept.
    private var reader: EventReader?
    /// When the boot's first token can have been issued, as told then: found once.
    private var firstIssue: Instant?

    /// How far a verifier's clock may be from the broker's: seconds.
    static let leewaySeconds: UInt64 = 60

    init(
        path: String, authority: Authority, issuer: TokenIssuer, clock: BrokerClock,
        logger: Logger, boot: Boot
    ) {
        self.path = path
        self.authority = authority
        self.clock = clock
        self.logger = logger
        bootStart = boot.start.rawValue
        keptSeconds = UInt64(boot.longestLifeSeconds) + Self.leewaySeconds
        announcer = EndAnnouncer { issuer.subject(of: $0) }
    }

    var durable: UInt64 { authority.durablePosition.rawValue }

    /// The boot's first event is on disk: before that there is nothing to tell, not even since when.
    var hasBegun: Bool { durable > bootStart }

    /// Events before this one announce nothing that could still matter: they are of an earlier boot,
    /// whose tokens are all dead, or what they ended has expired since.
    func firstKept() throws(StoreFailure) -> UInt64 {
        let reader = try opened()
        try findFirstIssue(reader)
        let told = clock.now.shifted(by: clock.offset).milliseconds
        let horizon = Instant(milliseconds: told - min(told, keptSeconds * 1_000))
        return max(bootStart, try reader.firstSequence(notBefore: horizon))
    }

    func digests(in range: Range<UInt64>) throws(StoreFailure) -> EndDigests {
        var digests = EndDigests()
        for record in try opened().events(from: range.lowerBound, limit: range.count) {
            announcer.announce(record.event, in: &digests)
        }
        return digests
    }

    func message(
        at position: UInt64, digests: EndDigests = EndDigests(), gap: Bool = false,
        current: Bool = false
    ) -> StreamMessage {
        // Where the told time was set back, tokens have been issued that say an earlier time.
        let first = (firstIssue ?? .zero).shifted(by: clock.lowestOffset)
        return StreamMessage(
            position: position, digests: digests, firstIssueSeconds: first.seconds, gap: gap,
            current: current)
    }

    /// The log cannot be read: it is tried anew for the next watcher.
    func fail(_ failure: StoreFailure) {
        logger.error("the stream of ends cannot be read", metadata: ["cause": "\(failure)"])
        reader = nil
    }

    private func opened() throws(StoreFailure) -> EventReader {
        if let reader { return reader }
        let opened = try EventReader(path: path)
        reader = opened
        return opened
    }

    /// The event at the boot's start is the broker's first start in it.
    private func findFirstIssue(_ reader: EventReader) throws(StoreFailure) {
        guard firstIssue == nil else { return }
        firstIssue = try reader.events(from: bootStart, limit: 1).first?.event.time
    }
}
