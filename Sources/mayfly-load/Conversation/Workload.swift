/// What a connection should send next.
enum Step: Equatable {
    case spawn
    case release
    case validate
    case renew
    case delegate
}

/// Decides the next step of one connection from what is live and what has arrived. Pure: the same
/// seed and the same moments give the same steps.
struct Workload {
    /// What the decision is made from.
    struct View {
        /// The life of the oldest agent is over then; nil without agents.
        var oldestDue: Moment?
        var agents: Int
        /// The population's tokens that can be presented.
        var presentable: Int
        /// What the run may still begin.
        var quotaLeft: Int
        /// The oldest arrival that was not served yet; nil also in a closed loop.
        var arrival: Moment?
        /// Agents whose token no renewal is replacing.
        var renewable = 0
    }

    /// A step, and the moment its latency counts from; nil means from when it is sent.
    struct Decision: Equatable {
        var step: Step
        var began: Moment?
        /// Whether it uses up an arrival and a part of the quota.
        var isCounted: Bool
    }

    /// Agents that one connection keeps in a weighted mix.
    static let agentsKept = 1_024

    private let mix: Mix
    private let isOpenLoop: Bool
    private var random: RandomSteps

    init(mix: Mix, isOpenLoop: Bool, seed: UInt64) {
        self.mix = mix
        self.isOpenLoop = isOpenLoop
        random = RandomSteps(seed: seed)
    }

    /// Nil where there is nothing to do before something is answered, arrives or is due.
    mutating func next(_ view: View, now: Moment) -> Decision? {
        if mix == .pairs, let due = view.oldestDue, due <= now {
            return Decision(step: .release, began: isOpenLoop ? due : nil, isCounted: false)
        }
        guard view.quotaLeft > 0, !isOpenLoop || view.arrival != nil else { return nil }
        if mix == .renew, view.renewable == 0 { return nil }
        return Decision(step: counted(view, now), began: view.arrival, isCounted: true)
    }

    private mutating func counted(_ view: View, _ now: Moment) -> Step {
        switch mix {
        case .pairs: return .spawn
        case .validate: return .validate
        case .renew: return .renew
        case .delegate: return .delegate
        case .weighted(let spawn, let validate, let release):
            let choice = random.next(below: spawn + validate + release)
            let canRelease = view.oldestDue.map { $0 <= now } ?? false
            if choice < spawn {
                return view.agents < Self.agentsKept || !canRelease ? .spawn : .release
            }
            if choice < spawn + validate {
                return view.agents + view.presentable > 0 ? .validate : .spawn
            }
            return canRelease ? .release : .spawn
        }
    }

    /// A place to choose among `count`.
    mutating func choose(below count: Int) -> Int { random.next(below: count) }
}

/// xorshift64*: steps that look random and can be had again.
struct RandomSteps {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func next(below bound: Int) -> Int {
        precondition(bound > 0, "there is something to choose from")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
