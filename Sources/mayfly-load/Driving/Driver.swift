internal import MayflyWire

/// One thread's loop over its connections.
final class Driver {
    private let control: Control
    private let gauge: Gauge
    private let share: Share
    private let poller: Poller
    private let rate: Double?
    private let turnOffset: Double
    private var links: [Link?]
    private var lastPhase = Phase.wait
    private var schedule: Schedule?
    /// Which connection the next arrival goes to.
    private var nextLink = 0
    private let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: receiveBytes, alignment: 16)

    /// Why connections were lost, the first of them.
    private(set) var failure: LoadFailure?

    private static let receiveBytes = 256 << 10
    /// How soon a change of phase is seen at the latest.
    private static let longestWait: UInt64 = 5_000_000

    /// - Parameter turnOffset: 0 to 1, this thread's turn among those that share the rate.
    init(
        share: Share, links: [Link], control: Control, gauge: Gauge, rate: Double?,
        turnOffset: Double
    ) throws(LoadFailure) {
        self.share = share
        self.links = links
        self.control = control
        self.gauge = gauge
        self.rate = rate
        self.turnOffset = turnOffset
        poller = try Poller()
        for (place, link) in links.enumerated() {
            try poller.add(link.socket.rawValue, tag: place)
        }
    }

    deinit { scratch.deallocate() }

    /// Returns when the run says stop, or when no connection is left.
    func run() {
        while true {
            let phase = control.phase
            share.recorder.measureFrom = control.measureFrom
            if phase == .stop { return }
            if phase != lastPhase { enter(phase) }
            distribute(phase)
            pumpDue(phase)
            gauge.update(share, phase: phase)
            guard links.contains(where: { $0 != nil }) else { return gauge.fail() }
            poller.wait(nanoseconds: waitNanoseconds(phase)) { place in
                guard let link = links[place] else { return }
                attend(link, place, phase)
            }
        }
    }

    private func enter(_ phase: Phase) {
        lastPhase = phase
        switch phase {
        case .load:
            if let rate {
                schedule = Schedule(start: .now(), perSecond: rate, offset: turnOffset)
            }
        case .drain, .clear, .populate, .wait, .stop:
            schedule = nil
            for link in links { link?.conversation.arrivals.removeAll() }
        }
        for place in links.indices { pump(place, phase) }
    }

    /// Hands the arrivals whose time has come to the connections in turn.
    private func distribute(_ phase: Phase) {
        guard schedule != nil else { return }
        let now = Moment.now()
        while let arrival = schedule?.take(at: now) {
            guard let place = takeNextLink() else { return }
            links[place]?.conversation.arrivals.append(arrival)
            pump(place, phase)
        }
    }

    private func takeNextLink() -> Int? {
        for _ in links.indices {
            let place = nextLink
            nextLink = (nextLink + 1) % links.count
            if links[place] != nil { return place }
        }
        return nil
    }

    /// Agents whose life is over are released on time.
    private func pumpDue(_ phase: Phase) {
        guard phase == .load, share.plan.lifetime > .zero, share.liveAgents > 0 else { return }
        let now = Moment.now()
        for (place, link) in links.enumerated() {
            if let due = link?.conversation.agents.oldest?.due, due <= now { pump(place, phase) }
        }
    }

    private func waitNanoseconds(_ phase: Phase) -> UInt64 {
        guard phase == .load else { return Self.longestWait }
        var wake = schedule?.next
        if share.plan.lifetime > .zero, share.liveAgents > 0 {
            for link in links {
                guard let due = link?.conversation.agents.oldest?.due else { continue }
                wake = min(wake ?? due, due)
            }
        }
        guard let wake else { return Self.longestWait }
        return min(Self.longestWait, wake.nanoseconds(since: .now()))
    }

    private func attend(_ link: Link, _ place: Int, _ phase: Phase) {
        do throws(LoadFailure) {
            try link.receive(into: scratch)
        } catch {
            return drop(place, error)
        }
        pump(place, phase)
    }

    /// Makes requests and sends them, what they rest on written down before.
    private func pump(_ place: Int, _ phase: Phase) {
        guard let link = links[place] else { return }
        let wasBlocked = link.isBlocked
        do throws(LoadFailure) {
            try link.conversation.fill(phase, now: .now())
            try share.journal?.flush()
            try link.send()
        } catch {
            return drop(place, error)
        }
        if link.isBlocked != wasBlocked {
            poller.watch(link.socket.rawValue, forWriting: link.isBlocked, tag: place)
        }
    }

    private func drop(_ place: Int, _ reason: LoadFailure) {
        guard let link = links[place] else { return }
        if failure == nil { failure = reason }
        poller.remove(link.socket.rawValue)
        link.conversation.lose(at: .now())
        links[place] = nil
    }
}
