internal import MayflyCore
internal import MayflyStore
internal import MayflyWire

/// Counters and histograms, as Prometheus text.
extension Pipeline {
    func metrics(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        _ = try decode(MetricsRequestMessage.self, payload)
        var report = MetricsReport()
        report.version = desk.vitalSigns.version
        report.requests = context.metrics.requests
        report.others = context.metrics.others
        report.process = ProcessFigures.read()
        report.gauges.connections = UInt64(max(0, context.shares.connections))
        report.gauges.watchers = UInt64(context.feed.watcherCount)
        report.gauges.boundProcesses = UInt64(context.processes.boundProcesses)
        report.gauges.durablePosition = context.authority.durablePosition.rawValue
        report.gauges.walCheckpoints = desk.log.walCheckpoints
        report.gauges.clockDeviationMilliseconds = context.clock.deviationMilliseconds
        report.gauges.startedAt =
            desk.vitalSigns.startedAt.shifted(by: context.clock.offset)
            .seconds
        let position = look { broker in
            report.core = broker.counters
            report.gauges.liveGrants = UInt64(broker.liveGrants)
            report.gauges.apps = UInt64(broker.allApps.count)
            report.gauges.launchTokens = UInt64(broker.launchTokenCount)
            report.gauges.revocationRecords = UInt64(broker.revocationCount)
            report.gauges.logPosition = broker.logPosition.rawValue
            report.gauges.keys = broker.signingKeys
            report.gauges.timeOffset = broker.timeOffset
            report.gauges.isClockDeviant = broker.isClockDeviant
            report.gauges.isStorageLow = broker.isStorageLow
        }.position
        var response = MetricsResponseMessage()
        response.text = report.text
        answer(request, restingOn: position, response)
    }
}
