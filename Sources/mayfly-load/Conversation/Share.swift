internal import MayflyCrypto
internal import MayflyWire

/// What the connections of one thread have in common. Used by that thread alone.
final class Share {
    let plan: Plan
    /// Vouches for batches; nil where every agent proves its own key.
    let attestation: AgentKeyPair?
    let arena = MessageArena()
    var keys: KeyPool
    var book = FrameBook()
    var recorder = Recorder()
    var journal: Journal?
    private var entropy = RandomSource()
    /// Of every agent; well formed, because the broker took it for the first of them.
    let scope: [ScopeText]

    /// Counts of all connections of the thread, so that a turn need not walk over them.
    var inFlight = 0
    var liveAgents = 0
    var livePopulation = 0
    /// What the run may still begin; used up only in the measured time.
    var quotaLeft: Int
    var populationLeft: Int
    var presentedLeft: Int

    init(plan: Plan, part: Plan.Part, attestation: AgentKeyPair?) throws(LoadFailure) {
        self.plan = plan
        self.attestation = attestation
        scope = plan.scope.compactMap { ScopeText($0) }
        keys = KeyPool(count: part.keys)
        quotaLeft = part.count ?? .max
        // The agents that are renewed are there before the threads start.
        populationLeft = plan.mix == .renew ? 0 : part.population
        presentedLeft = part.presented
        journal = if let path = plan.journal { try Journal(path: path) } else { nil }
    }

    func randomBytes(count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, used in
            entropy.fill(UnsafeMutableRawBufferPointer(bytes))
            used = count
        }
    }

    /// One counted step begins; the warm-up is free.
    func spendQuota(_ items: Int, began: Moment) {
        if quotaLeft != .max, began >= recorder.measureFrom { quotaLeft -= min(items, quotaLeft) }
    }

    /// Whether the thread has nothing left to do in a phase.
    func isQuiet(in phase: Phase) -> Bool {
        guard inFlight == 0 else { return false }
        switch phase {
        case .populate: return populationLeft == 0
        case .load: return quotaLeft == 0 && (plan.mix != .pairs || liveAgents == 0)
        case .drain: return true
        case .clear: return liveAgents == 0 && livePopulation == 0
        case .wait, .stop: return true
        }
    }
}
