internal import MayflyCore
internal import MayflyStore
internal import MayflyWire

/// What the broker is, has and has used.
extension Pipeline {
    func status(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        _ = try decode(StatusRequestMessage.self, payload)
        var response = StatusResponseMessage()
        response.version = desk.vitalSigns.version
        response.issuer = context.issuer.issuer
        response.trustDomain = context.issuer.trustDomain
        response.startedAt = told(desk.vitalSigns.startedAt).seconds
        response.reactors = UInt32(desk.vitalSigns.reactors)
        response.connections = UInt64(max(0, context.shares.connections))
        response.watchers = UInt64(max(0, watchers))
        response.clockDeviationMilliseconds = context.clock.deviationMilliseconds
        response.commits = desk.log.commits
        response.walCheckpoints = desk.log.walCheckpoints
        response.measure(ProcessFigures.read())
        let (core, position) = context.authority.read { CoreFigures($0) }
        response.measure(core)
        response.logPosition = position.rawValue
        response.durablePosition = context.authority.durablePosition.rawValue
        answer(request, restingOn: position, response)
    }
}

/// What the core counts, as it is at one moment.
private struct CoreFigures {
    let counters: BrokerCounters
    let liveGrants: Int
    let apps: Int
    let launchTokens: Int
    let revocationRecords: Int
    let isIssuingStopped: Bool

    init(_ broker: Broker) {
        counters = broker.counters
        liveGrants = broker.liveGrants
        apps = broker.allApps.count
        launchTokens = broker.launchTokenCount
        revocationRecords = broker.revocationCount
        isIssuingStopped = broker.isClockDeviant
    }
}

extension StatusResponseMessage {
    fileprivate mutating func measure(_ core: CoreFigures) {
        liveGrants = UInt64(core.liveGrants)
        apps = UInt64(core.apps)
        launchTokens = UInt64(core.launchTokens)
        revocationRecords = UInt64(core.revocationRecords)
        isIssuingStopped = core.isIssuingStopped
        spawned = core.counters.spawned
        registered = core.counters.registered
        renewed = core.counters.renewed
        delegated = core.counters.delegated
        released = core.counters.released
        revoked = core.counters.revoked
        validated = core.counters.validated
        expired = core.counters.expired
        refused = core.counters.refused
    }

    fileprivate mutating func measure(_ process: ProcessFigures) {
        cpuUserMicroseconds = process.cpuUserMicroseconds
        cpuSystemMicroseconds = process.cpuSystemMicroseconds
        residentBytes = process.residentBytes
        openDescriptors = process.openDescriptors
        writtenBytes = process.writtenBytes
        pid = process.pid
    }
}
