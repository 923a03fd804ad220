private import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// The driver: one thread, many connections, a broker that is paused, stopped and killed at random,
/// and a judge of every answer.
final class Race {
    let plan: Plan
    var random: RaceRandom
    var sequence = StampCounter()
    var judge = Judge()
    var tally = Tally()
    let attestationKey = AgentKeyPair()
    let arena = MessageArena()

    var places: [Place]
    var keys = KeyPool()
    var graveyard = Graveyard()
    /// Families that something just happened to: who looks next looks there.
    var hot: [Family] = []

    var home: Home
    var broker: BrokerLife
    var links: [Link] = []
    var operators: [Link] = []
    private var poller: Poller
    private let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 256 << 10, alignment: 16)

    private var weather: Weather
    private var lastAnswer = Moment.now

    private static let longestWait: UInt64 = 2_000_000
    private static let exitPolls = 5_000

    init(_ plan: Plan) throws(RaceFailure) {
        self.plan = plan
        random = RaceRandom(seed: plan.seed)
        places = (0..<plan.places).map { Place(number: $0) }
        home = try Home()
        broker = try BrokerLife(
            program: plan.brokerPath, home: home, reactors: random.within(1...3),
            fault: plan.fault)
        poller = try Poller()
        weather = Weather(calmMilliseconds: plan.calmMilliseconds, seed: random.next())
        try Operator.createApp(at: home.operatorSocket, attestationKey: attestationKey)
        try connect()
    }

    deinit { scratch.deallocate() }

    /// Whether the trials still have to be held: they come first.
    var isTrying: Bool { tally.trials < plan.trials }

    /// Races until all is done, the time is over, or enough was found.
    ///
    /// - Parameter everySecond: told of how far it is.
    func run(_ everySecond: (Tally) throws(RaceFailure) -> Void) throws(RaceFailure) {
        let start = Moment.now
        var nextSecond = start
        while isTrying || tally.operations < plan.operations,
            judge.violations.count < Plan.violationsTold
        {
            try turn()
            let now = Moment.now
            guard now >= nextSecond else { continue }
            nextSecond = now + 1_000_000_000
            try everySecond(tally)
            if Double(now - start) / 1e9 >= plan.limitSeconds { break }
            if !broker.isPaused, now - lastAnswer > Plan.patienceSeconds * 1_000_000_000 {
                judge.accuse("the broker answered nothing for \(Plan.patienceSeconds) s")
                break
            }
        }
        if broker.isPaused { broker.resume() }
    }

    private func turn() throws(RaceFailure) {
        for link in links { fill(link) }
        for (number, link) in (links + operators).enumerated() { flush(link, number) }
        var ready: [Int] = []
        poller.wait(nanoseconds: Self.longestWait) { ready.append($0) }
        var isBroken = false
        for number in ready {
            if try !receive(self.link(number)) { isBroken = true }
        }
        try weather(isBroken)
    }

    // MARK: Connections

    private func link(_ number: Int) -> Link {
        number < links.count ? links[number] : operators[number - links.count]
    }

    private func flush(_ link: Link, _ number: Int) {
        guard !link.output.isEmpty else { return }
        let wasBlocked = link.isBlocked
        // One that is gone shows when it is read, with what it still brings.
        guard link.send() else { return }
        if link.isBlocked != wasBlocked {
            poller.watch(link.descriptor, forWriting: link.isBlocked, tag: number)
        }
    }

    private func receive(_ link: Link) throws(RaceFailure) -> Bool {
        try link.receive(into: scratch) { call, payload throws(RaceFailure) in
            lastAnswer = Moment.now
            try take(payload, of: call, on: link)
        }
    }

    private func connect() throws(RaceFailure) {
        poller = try Poller()
        for number in 0..<plan.connections {
            let link = try Link(path: home.agentSocket)
            link.ask(
                .authenticate, AuthenticateRequestMessage(app: Plan.app),
                Call(kind: .authenticate, sent: sequence.next()))
            try poller.add(link.descriptor, tag: number)
            links.append(link)
        }
        for number in 0..<Plan.operatorConnections {
            let link = try Link(path: home.operatorSocket)
            try poller.add(link.descriptor, tag: plan.connections + number)
            operators.append(link)
        }
        lastAnswer = Moment.now
    }

    // MARK: The broker's lives

    private func weather(_ isBroken: Bool) throws(RaceFailure) {
        let now = Moment.now
        switch weather.next(at: now, isPaused: broker.isPaused) {
        case .none: break
        case .pause:
            broker.pause()
            tally.pauses += 1
        case .resume:
            broker.resume()
            lastAnswer = now
        case .kill:
            broker.kill()
            tally.kills += 1
            return try restart()
        case .stop:
            broker.stop()
            tally.stops += 1
        }
        guard isBroken || weather.isStopping else { return }
        if isBroken, !weather.isStopping { try waitForExit() }
        guard let exit = broker.exit else { return }
        if !weather.isStopping || exit != BrokerLife.stoppedInPeace {
            judge.accuse("the broker ended by itself: \(exit)\n\(home.lastWords)")
        }
        try restart()
    }

    /// A connection that nobody ended ends with its broker.
    private func waitForExit() throws(RaceFailure) {
        for _ in 0..<Self.exitPolls {
            if broker.exit != nil { return }
            usleep(1_000)
        }
        throw .protocolViolation("a connection was closed, and the broker goes on")
    }

    /// The broker is gone: everything that it still said is taken, the rest is lost, and another
    /// takes its place.
    private func restart() throws(RaceFailure) {
        for link in links + operators { while try receive(link) {} }
        let moment = sequence.next()
        for link in links + operators {
            for call in link.takeLost() { lose(call, at: moment) }
        }
        links = []
        operators = []
        let isFresh = home.databaseBytes > Plan.databaseLimit
        if isFresh { try leaveHome() }
        broker = try BrokerLife(
            program: plan.brokerPath, home: home, reactors: random.within(1...3),
            fault: plan.fault)
        if isFresh {
            try Operator.createApp(at: home.operatorSocket, attestationKey: attestationKey)
        }
        try connect()
        weather.broke(at: Moment.now)
    }

    /// A new broker altogether, so that the disk is not filled: nothing of the old one is judged
    /// any more.
    private func leaveHome() throws(RaceFailure) {
        home = try Home()
        for place in places {
            for grant in place.family?.grants ?? [] where grant.parent == nil {
                keys.giveBack(grant.key)
            }
            place.family?.dissolve()
            place.family = nil
            place.isRacing = false
        }
        hot = []
        graveyard.clear()
        tally.homes += 1
    }
}
