internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

@Suite struct `What one uid may take` {
    private func makeLimits(_ edit: (inout ShareLimits) -> Void) -> ShareLimits {
        var limits = ShareLimits()
        edit(&limits)
        return limits
    }

    @Test func `requests under way are counted over all its connections`() throws {
        let share = makeShare(
            .unnamed, makeLimits { $0.requestsInFlightPerUid = 3 })
        let (first, second) = (
            try makeConnection(share: share), try makeConnection(share: share)
        )
        first.signing = 2
        first.settleCharge()
        #expect(second.shareRefusal == nil)
        // Not settled yet, and known all the same.
        second.signing = 1
        #expect(second.shareRefusal?.limit == .requestsInFlightPerUid)
        second.settleCharge()
        #expect(share.requestsInFlight == 3)
        #expect(first.shareRefusal?.reason == .shareExhausted)
        first.signing = 0
        first.settleCharge()
        #expect(second.shareRefusal == nil)
    }

    @Test func `a crowded share is refused by name, and its connections hold little`() throws {
        let share = makeShare(.unnamed, makeLimits { $0.queuedBytesPerUid = 1 << 20 })
        let (hoarder, other) = (
            try makeConnection(share: share), try makeConnection(share: share)
        )
        hoarder.caller.app = Serial(rawValue: 1)
        hoarder.signingBytes = 1 << 20
        #expect(hoarder.hasRoom)
        hoarder.settleCharge()
        #expect(!hoarder.hasRoom)
        #expect(other.hasRoom)
        #expect(other.shareRefusal?.limit == .queuedBytesPerUid)
        #expect(other.receivableBytes == 64 << 10)
        other.signingBytes = 16 << 10
        #expect(!other.hasRoom)
        hoarder.signingBytes = 0
        hoarder.settleCharge()
        #expect(other.shareRefusal == nil && other.hasRoom)
    }

    @Test func `where all is full only those are held back who have a part in it`() {
        let limits = makeLimits { $0.queuedBytes = 4 << 20 }
        let queued = Share.QueuedBytes()
        let (large, small) = (
            makeShare(.uid(UserID(rawValue: 1)), limits, queued),
            makeShare(.uid(UserID(rawValue: 2)), limits, queued)
        )
        large.charge(requests: 0, bytes: 4 << 20)
        small.charge(requests: 0, bytes: (1 << 20) - 1)
        #expect(large.isCrowded)
        #expect(!small.isCrowded)
        large.charge(requests: 0, bytes: -(2 << 20))
        #expect(!large.isCrowded)
    }

    @Test func `hanging up gets nobody out of what is still to be signed`() throws {
        let share = makeShare()
        let connection = try makeConnection(share: share)
        connection.signing = 5
        connection.signingBytes = 5_000
        connection.settleCharge()
        connection.readiness.isClosed = true
        connection.dropBuffers()
        #expect((share.requestsInFlight, share.queuedBytes) == (5, 5_000))
        connection.signing = 0
        connection.signingBytes = 0
        connection.settleCharge()
        #expect((share.requestsInFlight, share.queuedBytes) == (0, 0))
    }

    @Test func `a connection takes what it holds along to another share`() throws {
        let (old, new) = (makeShare(.unnamed), makeShare(.app(Serial(rawValue: 1))))
        let connection = try makeConnection(share: old)
        connection.signing = 2
        connection.signingBytes = 300
        connection.settleCharge()
        connection.change(to: new, Lane(new.key))
        #expect((old.requestsInFlight, old.queuedBytes) == (0, 0))
        #expect((new.requestsInFlight, new.queuedBytes) == (2, 300))
    }

    @Test func `open registrations are counted until they are used, lapse or hang up`() throws {
        let share = makeShare(.unnamed, makeLimits { $0.challengesPerUid = 1 })
        let (first, second) = (
            try makeConnection(share: share), try makeConnection(share: share)
        )
        for connection in [first, second] {
            connection.session = Connection.Session(challenge: try makeChallenge())
        }
        #expect(first.openRegistration(until: .at(30)))
        #expect(first.openRegistration(until: .at(60)), "asked again, it is the same one")
        #expect(!second.openRegistration(until: .at(30)))
        first.closeRegistration()
        first.closeRegistration()
        #expect(second.openRegistration(until: .at(30)))
    }

    private func makeChallenge() throws -> Challenge {
        var random = RandomSource()
        return Challenge(from: &random)
    }
}

@Suite struct `Signatures a second` {
    private let second: UInt64 = 1_000_000_000

    private func expect(
        _ rate: borrowing SignatureRate, _ isGiven: Bool, _ count: Int, at now: UInt64,
        from location: SourceLocation = #_sourceLocation
    ) {
        let taken = rate.take(count, at: now)
        #expect(taken == isGiven, "\(count) at \(now)", sourceLocation: location)
    }

    @Test func `a second's worth at once, then as many as the time makes up for`() {
        let rate = SignatureRate(perSecond: 100)
        var taken = 0
        for _ in 0..<1_000 where rate.take(1, at: 5 * second) { taken += 1 }
        #expect(taken == 100)
        expect(rate, true, 1, at: 5 * second + second / 100)
        expect(rate, false, 1, at: 5 * second + second / 100)
        var later = 0
        for _ in 0..<1_000 where rate.take(1, at: 60 * second) { later += 1 }
        #expect(later == 100, "what was not used does not pile up")
    }

    @Test func `a batch may take more than is left, and it is made up for`() {
        let rate = SignatureRate(perSecond: 100)
        expect(rate, true, 1_000, at: second)
        expect(rate, false, 1, at: 9 * second)
        expect(rate, false, 0, at: 9 * second)
        expect(rate, true, 1, at: 10 * second + second / 100)
    }

    @Test func `what could not be refused is owed`() {
        let rate = SignatureRate(perSecond: 100)
        rate.owe(300, at: second)
        expect(rate, false, 0, at: 2 * second)
        expect(rate, true, 0, at: 3 * second + 1)
    }

    @Test func `none is no limit`() {
        let rate = SignatureRate(perSecond: 0)
        for _ in 0..<10_000 { expect(rate, true, 1_024, at: 1) }
        let isWhole = rate.isWhole(at: 0)
        #expect(isWhole)
    }
}
