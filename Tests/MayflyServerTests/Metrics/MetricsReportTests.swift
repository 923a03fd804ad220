internal import MayflyCore
internal import MayflyWire
@testable internal import MayflyServer
import Testing

@Suite struct `The text of Operator.Metrics` {
    private var report: MetricsReport {
        var report = MetricsReport()
        report.version = "1.2.3"
        report.requests.answered[Int(Method.spawn.rawValue)].record(60_000)
        report.requests.answered[Method.allCases.count].record(3_000_000_000)
        report.requests.refused[Int(Reason.scopeViolation.rawValue)] = 4
        report.others.limits[LimitHit.slowWatcher.rawValue] = 2
        report.others.commitRows.record(3)
        report.others.commitNanoseconds.record(120_000)
        report.core.spawned = 7
        report.gauges.liveGrants = 5
        report.gauges.clockDeviationMilliseconds = -1_250
        report.process.cpuUserMicroseconds = 1_234_567
        return report
    }

    private func lines(with name: String) -> [String] {
        report.text.split(separator: "\n").map(String.init).filter { line in
            line.hasPrefix(name) || line.hasPrefix("# HELP \(name) ")
                || line.hasPrefix("# TYPE \(name) ")
        }
    }

    @Test func `a histogram is told in seconds, its buckets summed up`() {
        let spawn = lines(with: "mayfly_request_duration_seconds").filter {
            $0.contains("Agents.Spawn\"")
        }
        let name = "mayfly_request_duration_seconds"
        let label = "method=\"Agents.Spawn\""
        #expect(spawn.first == "\(name)_bucket{\(label),le=\"0.000005\"} 0")
        #expect(spawn.contains("\(name)_bucket{\(label),le=\"0.00005\"} 0"))
        #expect(spawn.contains("\(name)_bucket{\(label),le=\"0.0001\"} 1"))
        #expect(
            spawn.suffix(4) == [
                "\(name)_bucket{\(label),le=\"2.5\"} 1", "\(name)_bucket{\(label),le=\"+Inf\"} 1",
                "\(name)_sum{\(label)} 0.00006", "\(name)_count{\(label)} 1",
            ])
    }

    @Test func `a request that names no method is counted too`() {
        #expect(
            lines(with: "mayfly_request_duration_seconds").contains(
                "mayfly_request_duration_seconds_count{method=\"unknown\"} 1"))
    }

    private static let samples: [(name: String, expected: [String])] = [
        (
            "mayfly_refusals_total",
            [
                "# HELP mayfly_refusals_total Requests refused, by reason.",
                "# TYPE mayfly_refusals_total counter",
                "mayfly_refusals_total{reason=\"SCOPE_VIOLATION\"} 4",
            ]
        ),
        (
            "mayfly_clock_deviation_seconds",
            [
                "# HELP mayfly_clock_deviation_seconds The system's clock less the time that the "
                    + "broker tells.",
                "# TYPE mayfly_clock_deviation_seconds gauge",
                "mayfly_clock_deviation_seconds -1.25",
            ]
        ),
        (
            "mayfly_commit_group_rows_sum", ["mayfly_commit_group_rows_sum 3"]
        ),
        (
            "mayfly_commit_duration_seconds_sum", ["mayfly_commit_duration_seconds_sum 0.00012"]
        ),
        (
            "mayfly_build_info{", ["mayfly_build_info{version=\"1.2.3\"} 1"]
        ),
        (
            "mayfly_grants_made_total{",
            [
                "mayfly_grants_made_total{way=\"spawn\"} 7",
                "mayfly_grants_made_total{way=\"register\"} 0",
                "mayfly_grants_made_total{way=\"delegate\"} 0",
            ]
        ),
        (
            "mayfly_process_cpu_seconds_total{",
            [
                "mayfly_process_cpu_seconds_total{mode=\"user\"} 1.234",
                "mayfly_process_cpu_seconds_total{mode=\"system\"} 0",
            ]
        ),
    ]

    @Test(arguments: samples)
    func `samples are written as the format has them`(name: String, expected: [String]) {
        #expect(lines(with: name) == expected)
    }

    /// The names are a contract with whoever alerts on them.
    @Test func `the metrics are these`() {
        let names = report.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { $0.dropFirst("# TYPE ".count) }
        #expect(
            names == [
                "mayfly_request_duration_seconds histogram", "mayfly_refusals_total counter",
                "mayfly_limit_hits_total counter", "mayfly_connections gauge",
                "mayfly_bound_processes gauge",
                "mayfly_live_grants gauge", "mayfly_apps gauge", "mayfly_launch_tokens gauge",
                "mayfly_revocation_records gauge", "mayfly_grants_made_total counter",
                "mayfly_grants_ended_total counter", "mayfly_tokens_renewed_total counter",
                "mayfly_tokens_validated_total counter", "mayfly_uses_consumed_total counter",
                "mayfly_heartbeats_total counter", "mayfly_heartbeats_missed_total counter",
                "mayfly_launch_tokens_issued_total counter", "mayfly_log_events gauge",
                "mayfly_log_durable_events gauge", "mayfly_commit_duration_seconds histogram",
                "mayfly_commit_group_rows histogram", "mayfly_wal_checkpoints_total counter",
                "mayfly_storage_low gauge", "mayfly_stream_watchers gauge",
                "mayfly_stream_messages_total counter", "mayfly_stream_digests_total counter",
                "mayfly_stream_gaps_total counter", "mayfly_stream_lag_seconds histogram",
                "mayfly_signing_keys gauge", "mayfly_signing_key_since_timestamp_seconds gauge",
                "mayfly_signing_key_retired_until_timestamp_seconds gauge",
                "mayfly_clock_deviation_seconds gauge", "mayfly_issuing_stopped gauge",
                "mayfly_build_info gauge", "mayfly_start_timestamp_seconds gauge",
                "mayfly_process_cpu_seconds_total counter", "mayfly_process_resident_bytes gauge",
                "mayfly_process_open_descriptors gauge",
                "mayfly_process_written_bytes_total counter",
            ])
    }

    @Test func `the text of a broker with every series fits one answer many times over`() {
        var report = report
        for index in report.requests.answered.indices {
            report.requests.answered[index].record(.max / 2)
        }
        for index in report.requests.refused.indices { report.requests.refused[index] = .max }
        #expect(report.text.utf8.count < WireLimits.outboundFrameBytes / 16)
    }

    private static let fractions: [(value: Int64, text: String)] = [
        (0, "0"), (1, "0.001"), (-1, "-0.001"), (1_000, "1"), (12_340, "12.34"), (-500, "-0.5"),
    ]

    @Test(arguments: fractions)
    func `thousandths are written as decimals`(value: Int64, text: String) {
        #expect(PrometheusText.fraction(value, digits: 3) == text)
    }
}
