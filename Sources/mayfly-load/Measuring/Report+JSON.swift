private import Histogram
internal import MayflyWire

extension Report {
    /// Every figure under a name of its own, with its unit last.
    var json: String {
        var text = JSONText()
        addPlan(to: &text)
        for kind in OperationKind.allCases
        where recorder[kind].items + recorder[kind].errorCount > 0 {
            add(kind, to: &text)
        }
        if let pairsPerSecond { text.add("pairs_per_second", pairsPerSecond) }
        text.add("errors", errors)
        text.add("error_count", recorder.totalErrors)
        if let failure { text.add("failure", failure) }
        text.add(
            "load_cpu_microseconds_per_operation",
            Double(ownCPUMicroseconds) / Double(max(1, measuredItems)))
        text.add("load_keys_made_late", keysMadeLate)
        if let broker { add(broker, to: &text) }
        return text.text
    }

    private func addPlan(to text: inout JSONText) {
        text.add("mix", plan.mix.text)
        text.add("loop", plan.rate == nil ? "closed" : "open")
        text.add("rate_per_second", plan.rate)
        text.add("connections", plan.connections)
        text.add("depth", plan.depth)
        text.add("batch", plan.batch)
        text.add("threads", plan.threads)
        text.add("population", plan.population)
        text.add("presented", plan.presented)
        text.add("chain_depth", plan.chainDepth)
        text.add("elapsed_seconds", elapsedSeconds)
        text.add("warm_up_seconds", plan.warmUpSeconds)
    }

    private func add(_ kind: OperationKind, to text: inout JSONText) {
        let record = recorder[kind]
        text.add("\(kind.text)_count", record.items)
        text.add("\(kind.text)_per_second", itemsPerSecond(kind))
        text.add("\(kind.text)_requests", record.latencies.totalCount)
        text.add("\(kind.text)_errors", record.errorCount)
        for (name, percentile) in Self.percentiles {
            text.add(
                "\(kind.text)_\(name)_microseconds",
                Double(record.latencies.valueAtPercentile(percentile)) / 1e3)
        }
        text.add("\(kind.text)_max_microseconds", Double(record.latencies.max) / 1e3)
    }

    private func add(_ broker: BrokerFigures, to text: inout JSONText) {
        text.add("broker_version", broker.after.version)
        text.add("broker_reactors", broker.after.reactors)
        text.add("broker_cpu_microseconds", broker.cpuMicroseconds)
        text.add("broker_cpu_microseconds_per_operation", broker.cpuPerOperation)
        text.add("broker_cpu_microseconds_per_pair", broker.cpuPerPair)
        text.add(
            "broker_cpu_share",
            Double(broker.cpuMicroseconds) / 1e6 / max(elapsedSeconds, 1e-9))
        text.add("broker_base_resident_bytes", base?.residentBytes ?? 0)
        text.add("broker_resident_bytes_before", broker.before.residentBytes)
        text.add("broker_resident_bytes_after", broker.after.residentBytes)
        text.add("broker_bytes_per_live_grant", bytesPerLiveGrant)
        text.add("broker_descriptors_before", broker.before.openDescriptors)
        text.add("broker_descriptors_after", broker.after.openDescriptors)
        text.add("broker_live_grants_before", broker.before.liveGrants)
        text.add("broker_live_grants_after", broker.after.liveGrants)
        text.add("broker_written_bytes", broker.writtenBytes)
        text.add("broker_written_bytes_per_pair", broker.writtenPerPair)
        text.add("broker_commits", broker.commits)
        text.add("broker_pairs_per_commit", broker.pairsPerCommit)
        text.add("broker_wal_checkpoints", broker.walCheckpoints)
        text.add("broker_log_events", broker.after.logPosition)
    }

    static let percentiles: [(name: String, percentile: Double)] = [
        ("p50", 50), ("p99", 99), ("p999", 99.9),
    ]
}
