internal import MayflyCore
internal import MayflyWire

/// Everything that Operator.Metrics tells, as values: what the text is made of.
///
/// A series with a label appears with its first count. Labels are a method, a reason, a limit, a
/// state or a way: nothing that a peer chose.
struct MetricsReport {
    var version = ""
    var requests = RequestMeter.Tally()
    var others = BrokerMetrics.Tally()
    var core = BrokerCounters()
    var gauges = Gauges()
    var process = ProcessFigures()

    /// How things stand at the moment of the question.
    struct Gauges {
        var liveGrants: UInt64 = 0
        var apps: UInt64 = 0
        var launchTokens: UInt64 = 0
        var revocationRecords: UInt64 = 0
        var connections: UInt64 = 0
        var watchers: UInt64 = 0
        var boundProcesses: UInt64 = 0
        var logPosition: UInt64 = 0
        var durablePosition: UInt64 = 0
        var walCheckpoints: UInt64 = 0
        var keys: [KeyRecord] = []
        var timeOffset = ClockOffset.none
        var clockDeviationMilliseconds: Int64 = 0
        var isClockDeviant = false
        var isStorageLow = false
        var startedAt: UInt64 = 0
    }

    var text: String {
        var output = PrometheusText()
        writeRequests(to: &output)
        writeCore(to: &output)
        writeLog(to: &output)
        writeStream(to: &output)
        writeKeysAndTime(to: &output)
        writeProcess(to: &output)
        return output.text
    }

    // MARK: Requests

    private func writeRequests(to output: inout PrometheusText) {
        let latency = "mayfly_request_duration_seconds"
        output.begin(
            latency, .histogram,
            "From the turn that took a request up until its answer may be sent, by method.")
        for (place, histogram) in requests.answered.enumerated() where histogram.count > 0 {
            output.histogram(
                latency, histogram, labels: "method=\"\(name(at: place))\"", isTime: true)
        }
        let refusals = "mayfly_refusals_total"
        output.begin(refusals, .counter, "Requests refused, by reason.")
        for reason in Reason.allCases {
            let count = requests.refused[Int(reason.rawValue)]
            if count > 0 { output.sample(refusals, count, labels: "reason=\"\(reason.code)\"") }
        }
        let limits = "mayfly_limit_hits_total"
        output.begin(limits, .counter, "How often a peer ran into a limit that is no refusal.")
        for limit in LimitHit.allCases {
            output.sample(
                limits, others.limits[limit.rawValue], labels: "limit=\"\(limit.label)\"")
        }
        output.single(
            "mayfly_connections", .gauge, "Connections that are open.", gauges.connections)
        output.single(
            "mayfly_bound_processes", .gauge,
            "Running processes that a grant hangs on, or one did.", gauges.boundProcesses)
    }

    private func name(at place: Int) -> String {
        guard let method = Method(rawValue: UInt8(place)) else { return "unknown" }
        let service = method.service.name.description.split(separator: ".").last ?? ""
        return "\(service).\(method.name)"
    }

    // MARK: The core

    private func writeCore(to output: inout PrometheusText) {
        output.single("mayfly_live_grants", .gauge, "Grants that are live.", gauges.liveGrants)
        output.single("mayfly_apps", .gauge, "Apps that are registered.", gauges.apps)
        output.single(
            "mayfly_launch_tokens", .gauge, "Launch tokens not yet used.", gauges.launchTokens)
        output.single(
            "mayfly_revocation_records", .gauge, "Revocation records in force.",
            gauges.revocationRecords)
        write(
            "mayfly_grants_made_total", "Grants made, by way.", "way",
            [
                ("spawn", core.spawned), ("register", core.registered),
                ("delegate", core.delegated),
            ], to: &output)
        write(
            "mayfly_grants_ended_total", "Grants ended, by cause.", "cause",
            [
                ("released", core.released), ("expired", core.expired), ("revoked", core.revoked),
                ("unbound", core.unbound),
                ("swept", core.orphaned),
            ], to: &output)
        for (name, help, value) in [
            ("mayfly_tokens_renewed_total", "Renewals granted.", core.renewed),
            (
                "mayfly_tokens_validated_total", "Validations answered, whatever the answer.",
                core.validated
            ),
            ("mayfly_uses_consumed_total", "Limited uses consumed.", core.usesConsumed),
            ("mayfly_heartbeats_total", "Heartbeats taken.", core.heartbeats),
            ("mayfly_heartbeats_missed_total", "Heartbeats missed.", core.heartbeatsMissed),
            (
                "mayfly_launch_tokens_issued_total", "Launch tokens issued.",
                core.launchTokensIssued
            ),
        ] {
            output.single(name, .counter, help, value)
        }
    }

    private func write(
        _ name: String, _ help: String, _ label: String, _ values: [(String, UInt64)],
        to output: inout PrometheusText
    ) {
        output.begin(name, .counter, help)
        for (value, count) in values { output.sample(name, count, labels: "\(label)=\"\(value)\"") }
    }
}
