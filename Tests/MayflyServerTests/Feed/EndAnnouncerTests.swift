internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

/// What a row of the table expects: the level and the target of each digest, in words.
private struct Announced: Equatable, Sendable, CustomStringConvertible {
    let level: String
    let target: String
    init(_ level: String, _ target: String) {
        self.level = level
        self.target = target
    }
    var description: String { "\(level) \(target)" }
    var digest: [UInt8] { SHA256.digest([UInt8]("\(level)\u{0}\(target)".utf8)).bytes }
}

private let grant = "0000000000000001000000000000000a"
private let token = "0000000000000001000000000000000b"
private let previous = "0000000000000001000000000000000c"
private let agent = "spiffe://mayfly.local/agent/nightly/summarize/0000000000000001"

@Suite struct `The ends that an event announces` {
    private func event(_ kind: EventKind) -> Event {
        var event = Event(time: .at(1), kind: kind)
        event.orchestration = Name("nightly")
        event.task = Name("summarize")
        event.instance = InstanceID(rawValue: 1)
        event.grant = GrantID(high: 1, low: 10)
        event.token = TokenID(high: 1, low: 11)
        return event
    }

    private func digests(of event: Event) -> [[UInt8]] {
        let issuer = makeIssuer()
        var digests = EndDigests()
        EndAnnouncer { issuer.subject(of: $0) }.announce(event, in: &digests)
        return stride(from: 0, to: digests.bytes.count, by: 32).map {
            Array(digests.bytes[$0..<($0 + 32)])
        }
    }

    @Test(arguments: [EventKind.grantReleased, .grantEnded])
    func `an agent's own grant ends as grant and as agent`(kind: EventKind) {
        let expected = [Announced("grant", grant), Announced("agent", agent)]
        #expect(digests(of: event(kind)) == expected.map(\.digest))
    }

    @Test(arguments: [EventKind.grantReleased, .grantEnded])
    func `a delegated grant ends as grant only`(kind: EventKind) {
        var event = event(kind)
        event.parent = GrantID(high: 7, low: 7)
        #expect(digests(of: event) == [Announced("grant", grant).digest])
    }

    @Test func `a renewal ends the token before`() {
        var event = event(.tokenRenewed)
        event.previousToken = TokenID(high: 1, low: 12)
        #expect(digests(of: event) == [Announced("token", previous).digest])
    }

    @Test func `a revoked token ends as token and as grant`() {
        let expected = [Announced("token", token), Announced("grant", grant)]
        #expect(digests(of: event(.tokenRevoked)) == expected.map(\.digest))
    }

    @Test func `a revoked token that nobody holds ends as token`() {
        var event = event(.tokenRevoked)
        event.grant = nil
        #expect(digests(of: event) == [Announced("token", token).digest])
    }

    @Test func `a revoked agent ends as agent`() {
        #expect(digests(of: event(.agentRevoked)) == [Announced("agent", agent).digest])
    }

    @Test func `a revoked chain ends as its root`() {
        #expect(digests(of: event(.chainRevoked)) == [Announced("chain", grant).digest])
    }

    @Test func `a revoked task ends under its orchestration, or under all of them`() {
        var event = event(.taskRevoked)
        event.detail = Array("allow_new=false reason=REVOKED".utf8)
        #expect(digests(of: event) == [Announced("task", "nightly/summarize").digest])
        event.orchestration = nil
        #expect(digests(of: event) == [Announced("task", "summarize").digest])
    }

    @Test func `a task whose name goes on ends grant by grant`() {
        var event = event(.taskRevoked)
        event.detail = Array("allow_new=true reason=REVOKED".utf8)
        #expect(digests(of: event).isEmpty)
    }

    @Test(
        arguments: EventKind.allCases.filter { kind in
            ![
                .grantReleased, .grantEnded, .tokenRenewed, .tokenRevoked, .agentRevoked,
                .taskRevoked, .chainRevoked,
            ].contains(kind)
        })
    func `nothing else announces anything`(kind: EventKind) {
        #expect(digests(of: event(kind)).isEmpty)
    }

    @Test(arguments: EventKind.allCases)
    func `no event announces more than fits one message of so many`(kind: EventKind) {
        var event = event(kind)
        event.previousToken = TokenID(high: 1, low: 12)
        event.detail = Array("allow_new=false".utf8)
        #expect(digests(of: event).count <= EndAnnouncer.digestsPerEvent)
    }

    @Test func `a level and a target cannot be mistaken for others`() {
        var all: Set<[UInt8]> = []
        for level in EndLevel.allCases {
            var digests = EndDigests()
            digests.append(level, [UInt8]("a".utf8))
            #expect(digests.bytes == Announced("\(level.word)", "a").digest)
            all.insert(digests.bytes)
        }
        #expect(all.count == EndLevel.allCases.count)
    }
}
