internal import MayflyCrypto
private import MayflyStore

/// One seed: a machine, a crowd of clients, and a network that delays, loses, doubles and reorders
/// what they send each other.
struct Simulation {
    let host: Host
    private var crowd: Crowd
    private var random: SeededRandom
    private var requests: [(Peer, Request)] = []
    private var replies: [Host.Reply] = []
    private var lastRequest: (request: Request, peer: Peer)?
    private var stage = "the start"

    /// Where it is, for whoever reads of a failure.
    var place: String {
        let request = lastRequest.map { "\($0.request) from \($0.peer)" } ?? "no request"
        return "\(stage), request \(host.served), after \(host.tally.crashes) crashes: \(request)"
    }

    init(seed: UInt64, mutant: Mutant, checkpointKey: Ed25519PrivateKey) throws {
        random = SeededRandom(seed: seed ^ 0x6D61_7966_6C79)
        host = try Host(seed: random.next(), mutant: mutant, checkpointKey: checkpointKey)
        crowd = Crowd(seed: random.next())
    }

    mutating func run(operations: Int) throws {
        stage = "work"
        while host.served < operations { try step() }
        try end()
    }

    private mutating func step() throws {
        pass()
        crowd.toldNow = host.toldNow
        crowd.living = host.surroundings.living
        send()
        if !requests.isEmpty, !random.oneIn(4) {
            let (peer, request) = requests.remove(at: random.below(requests.count))
            try serve(request, peer)
        }
        if random.oneIn(6) { try serve(.advance(limit: 1 + random.below(40)), Peer(uid: 0)) }
        if random.oneIn(3) { replies += try host.flush(withCheckpoint: random.oneIn(6)) }
        deliver()
        if random.oneIn(120) { try host.compareLists() }
        if random.oneIn(100) { try settle() }
        if random.oneIn(host.isStorageLow ? 20 : 400) { host.isStorageLow.toggle() }
        if random.oneIn(500) { try insist() }
        try operateClock()
        if random.oneIn(40) { host.ending.append(host.surroundings.turnOver()) }
        if random.oneIn(2) { try host.endSome() }
        if random.oneIn(300) { try crash() }
    }

    private mutating func serve(_ request: Request, _ peer: Peer) throws {
        var request = request
        switch request {
        case .rotateKey(_, let isEmergency):
            // The key file has it before the broker does.
            host.lastKey += 1
            request = .rotateKey(host.lastKey, isEmergency: isEmergency)
        case .createLaunchToken(var wish, let app):
            // The server makes the secret: none comes twice.
            wish.secret = random.next()
            request = .createLaunchToken(wish, app: app)
        default: break
        }
        lastRequest = (request, peer)
        try host.serve(request, from: peer)
    }

    /// The same again and again, until a limit is met.
    private mutating func insist() throws {
        let uid = UInt32(2_000 + random.below(3))
        let isGuessing = random.oneIn(2)
        for _ in 0..<12 {
            if isGuessing {
                try serve(
                    .authenticateClient(id: "client-1", secret: random.next()), Peer(uid: uid))
            } else {
                try serve(.rotateKey(0, isEmergency: false), Peer(uid: 0))
            }
        }
    }

    // MARK: Time

    private mutating func pass() {
        switch random.below(2_000) {
        case 0: host.clock.pass(UInt64(random.below(600_000)))
        case 1...20: host.clock.pass(UInt64(random.below(20_000)))
        default: host.clock.pass(UInt64(random.below(300)))
        }
    }

    private mutating func operateClock() throws {
        if random.oneIn(400), let jump = random.pick(MachineClock.jumps) {
            host.clock.setWall(by: random.oneIn(2) ? jump : -jump)
        }
        guard host.isClockDeviant, random.oneIn(8) else { return }
        let offset = (Int64(host.clock.wall) - Int64(host.now)) / 1_000 * 1_000
        try serve(.acceptTime(offset), Peer(uid: 0))
    }

    /// Until nothing is left to do at this time.
    private mutating func settle() throws {
        for _ in 0..<2 {
            repeat {
                try serve(.advance(limit: 64), Peer(uid: 0))
            } while host.hasMore
        }
        try host.auditor.checkSwept(host.now)
    }

    // MARK: The network

    private mutating func send() {
        let message = crowd.request()
        if random.oneIn(50) { return }
        requests.append(message)
        if random.oneIn(30) { requests.append(message) }
        if requests.count > 12 { requests.remove(at: random.below(requests.count)) }
    }

    private mutating func deliver() {
        while !replies.isEmpty, !random.oneIn(4) {
            let reply = replies.remove(at: random.below(replies.count))
            if !random.oneIn(40) { crowd.learn(reply) }
        }
    }

    // MARK: Ends

    private mutating func crash() throws {
        stage = "a crash"
        defer { stage = "work" }
        let isReboot = random.oneIn(4)
        if random.oneIn(4) {
            try serve(.stop(grants: host.liveGrants), Peer(uid: 0))
            replies += try host.flush(withCheckpoint: true)
        }
        try dieAtWork()
        host.surroundings.disconnect()
        if isReboot {
            host.clock.reboot(after: UInt64(random.below(100_000)))
            host.surroundings.reboot()
        }
        // Nobody watches what exits meanwhile.
        while random.oneIn(2) { _ = host.surroundings.turnOver() }
        try comeUp()
        requests = []
        crowd.disconnect()
        for _ in 0..<replies.count / 2 { replies.remove(at: random.below(replies.count)) }
    }

    /// Between two commits, or in the middle of one, or because the disk failed.
    private mutating func dieAtWork() throws {
        if random.oneIn(2) {
            if random.oneIn(3) {
                host.disk.planFailure(withinCalls: 24)
            } else {
                host.disk.planStop(withinChanges: 24)
            }
            do {
                while random.oneIn(4) { try serve(.advance(limit: 4), Peer(uid: 0)) }
                replies += try host.flush(withCheckpoint: random.oneIn(2))
            } catch is StoreFailure {
                // Nothing more is told, and the process ends.
            }
        }
        try host.die(withPower: !random.oneIn(3))
    }

    /// A start may be cut short as well.
    private mutating func comeUp() throws {
        while random.oneIn(6) {
            host.disk.planStop(withinChanges: 12)
            do {
                try host.open()
            } catch is StoreFailure {
                // The next start has to make do with what this one left.
            }
            try host.die(withPower: random.oneIn(2))
        }
        try host.open()
    }

    /// Everything ends, and nothing is left of it.
    private mutating func end() throws {
        stage = "the end"
        try settle()
        try host.compareLists()
        host.clock.pass(2 * 3_600_000 + 10_000)
        try settle()
        host.clock.pass(3_600_000)
        try settle()
        replies += try host.flush(withCheckpoint: true)
        try host.checkEmpty()
        try host.verifyLog()
    }
}
