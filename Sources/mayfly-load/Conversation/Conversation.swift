internal import MayflyCrypto
internal import MayflyWire

/// One connection of the load: what to send next, and what an answer means. It does no I/O: its
/// driver sends `output` and hands it the frames that came.
final class Conversation {
    let share: Share
    var session: Session
    var calls = CallRing()
    var output = OutputBuffer(retainedBytes: 256 << 10)
    /// Spawned by the workload and not yet released.
    var agents = AgentQueue()
    /// Agents that renew or delegate, where the mix needs some.
    var crew: Crew
    /// Where measured delegations go from; nil takes the first member's own grant.
    var chainEnd: ChainEnd?
    /// Chains of the population that are not long enough yet.
    var chainsUnderWay: [ChainEnd] = []
    /// Live grants that were there before the load and stay.
    var population: [GrantText] = []
    /// Of an open loop.
    var arrivals = ArrivalQueue()
    /// Tokens of released agents, presented again where a journal is kept.
    var released: [(frame: ValidateFrame, grant: GrantText)] = []
    var workload: Workload
    /// What all agents of this connection have in common.
    let template: AgentSpecMessage

    /// How far ahead of the socket requests are made.
    private static let outputLimit = 1 << 20

    init(share: Share, session: Session, crew: Crew, template: AgentSpecMessage, number: Int) {
        self.share = share
        self.session = session
        self.crew = crew
        self.template = template
        population = crew.members.map(\.grantText)
        share.livePopulation += population.count
        workload = Workload(
            mix: share.plan.mix, isOpenLoop: share.plan.rate != nil, seed: UInt64(number + 1))
    }

    /// What every agent of a connection asks for.
    static func template(_ plan: Plan, orchestration: String, number: Int) -> AgentSpecMessage {
        var template = AgentSpecMessage()
        template.orchestration = ByteView(copying: orchestration)
        template.task = ByteView(copying: "task-\(number)")
        template.scope = plan.scope.map { ByteView(copying: $0) }
        template.ttlSeconds = plan.timeToLive
        return template
    }

    /// Makes as many requests as the pipeline, the plan and the phase allow.
    func fill(_ phase: Phase, now: Moment) throws(LoadFailure) {
        while calls.count < depth(in: phase), output.count < Self.outputLimit,
            calls.hasRoom(for: try nextStream)
        {
            switch phase {
            case .populate where share.plan.chainDepth > 0:
                guard try populateChains() else { return }
            case .populate:
                guard share.populationLeft > 0 else { return }
                try populate()
            case .load:
                guard try takeStep(now) else { return }
            case .clear:
                guard try clear(now) else { return }
            case .drain, .wait, .stop:
                return
            }
        }
    }

    private func depth(in phase: Phase) -> Int {
        switch phase {
        case .load: share.plan.depth
        case .populate: share.attestation == nil || share.plan.chainDepth > 0 ? 32 : 2
        case .clear: 2
        case .drain, .wait, .stop: 0
        }
    }

    private var nextStream: StreamID {
        get throws(LoadFailure) {
            guard let next = session.stream.next else {
                throw .unusable("a connection has used all its stream ids")
            }
            return next
        }
    }

    private func takeStep(_ now: Moment) throws(LoadFailure) -> Bool {
        let view = Workload.View(
            oldestDue: agents.oldest?.due, agents: agents.count, presentable: share.book.count,
            quotaLeft: share.quotaLeft, arrival: arrivals.oldest, renewable: crew.idleCount)
        guard let decision = workload.next(view, now: now) else { return false }
        if decision.isCounted, decision.began != nil { arrivals.dropOldest() }
        let began = decision.began ?? Moment.now()
        switch decision.step {
        case .spawn:
            if decision.isCounted { share.spendQuota(share.plan.batch, began: began) }
            try spawn(began)
        case .release:
            if decision.isCounted { share.spendQuota(1, began: began) }
            try release(agents.takeDue(at: now, limit: share.plan.batch), began)
        case .validate:
            share.spendQuota(1, began: began)
            try present(began)
        case .renew:
            share.spendQuota(1, began: began)
            try renew(began)
        case .delegate:
            share.spendQuota(1, began: began)
            try delegate(began)
        }
        return true
    }

    /// The connection is gone: what it had under way is an error, what it held is out of reach.
    func lose(at now: Moment) {
        let open = calls.endAll()
        share.inFlight -= open.count
        for call in open { fail(call, "CONNECTION_LOST", at: now, isAnswered: false) }
        share.liveAgents -= agents.count
        share.livePopulation -= population.count
        agents = AgentQueue()
        population = []
    }
}
