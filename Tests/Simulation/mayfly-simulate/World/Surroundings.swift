/// The processes and connections on the machine that grants may hang on. Pids are few, so that they
/// come again.
struct Surroundings {
    private(set) var living: [Tether] = []
    private var random: SeededRandom
    /// Counts processes and connections: none is like another.
    private var started: UInt64 = 0

    private static let pids = 8
    /// Processes and connections at a time.
    private static let most = 6

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        fill()
    }

    func has(_ tether: Tether) -> Bool { living.contains(tether) }

    /// Something ends, and something else begins.
    mutating func turnOver() -> Tether {
        let gone = living.remove(at: random.below(living.count))
        fill()
        return gone
    }

    /// The broker is gone: all connections are closed.
    mutating func disconnect() {
        living.removeAll(where: \.isConnection)
        fill()
    }

    mutating func reboot() {
        living = []
        fill()
    }

    private mutating func fill() {
        while living.count < Self.most {
            started += 1
            let pid = UInt32(100 + random.below(Self.pids))
            switch random.below(6) {
            case 0, 1: living.append(.connection(started))
            case 2: living.append(.processPid(pid: pid, start: started))
            default: living.append(.process(pid: pid, start: started))
            }
        }
    }
}
