/// When the broker is paused, killed and asked to stop: at random moments, also while it is paused.
struct Weather {
    enum Event {
        case none
        case pause
        case resume
        case kill
        case stop
    }

    private let calmNanoseconds: UInt64
    private var random: RaceRandom
    private var next: UInt64
    private var pauseEnds: UInt64 = 0
    private(set) var isStopping = false

    private static let pauseMilliseconds = 1...120
    private static let killWhilePausedPercent = 10

    init(calmMilliseconds: Int, seed: UInt64) {
        calmNanoseconds = UInt64(max(1, calmMilliseconds)) * 1_000_000
        random = RaceRandom(seed: seed)
        next = 0
        next = Moment.now + wait()
    }

    /// Half to one and a half times the calm.
    private mutating func wait() -> UInt64 {
        calmNanoseconds / 2 + UInt64(random.below(Int(calmNanoseconds)))
    }

    mutating func next(at now: UInt64, isPaused: Bool) -> Event {
        if isPaused {
            guard now >= pauseEnds else { return .none }
            return random.chance(percent: Self.killWhilePausedPercent) ? .kill : .resume
        }
        guard !isStopping, now >= next else { return .none }
        next = now + wait()
        switch random.below(10) {
        case 0..<6:
            pauseEnds = now + UInt64(random.within(Self.pauseMilliseconds)) * 1_000_000
            return .pause
        case 6..<9:
            return .kill
        default:
            isStopping = true
            return .stop
        }
    }

    /// A new life began.
    mutating func broke(at now: UInt64) {
        isStopping = false
        next = now + wait()
    }
}
