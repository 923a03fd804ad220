internal import MayflyCore

/// The log, the stream, the keys, the clock and the process.
extension MetricsReport {
    func writeLog(to output: inout PrometheusText) {
        output.single(
            "mayfly_log_events", .gauge, "Events in the audit log.", gauges.logPosition)
        output.single(
            "mayfly_log_durable_events", .gauge, "Events of the audit log that are on disk.",
            gauges.durablePosition)
        let duration = "mayfly_commit_duration_seconds"
        output.begin(duration, .histogram, "How long a commit group took to become durable.")
        output.histogram(duration, others.commitNanoseconds, isTime: true)
        let rows = "mayfly_commit_group_rows"
        output.begin(rows, .histogram, "Rows of a commit group.")
        output.histogram(rows, others.commitRows, isTime: false)
        output.single(
            "mayfly_wal_checkpoints_total", .counter,
            "How often the write-ahead log was copied into the database.", gauges.walCheckpoints)
        output.single(
            "mayfly_storage_low", .gauge, "1 while free space is below the reserve.",
            gauges.isStorageLow ? 1 : 0)
    }

    func writeStream(to output: inout PrometheusText) {
        output.single(
            "mayfly_stream_watchers", .gauge, "Connections that follow the stream of ends.",
            gauges.watchers)
        output.single(
            "mayfly_stream_messages_total", .counter, "Messages of the stream given to watchers.",
            others.streamMessages)
        output.single(
            "mayfly_stream_digests_total", .counter, "Digests of ends given to watchers.",
            others.streamDigests)
        output.single(
            "mayfly_stream_gaps_total", .counter, "Watchers told that they had lost ends.",
            others.streamGaps)
        let lag = "mayfly_stream_lag_seconds"
        output.begin(
            lag, .histogram, "From an end being durable until it is given to the watchers.")
        output.histogram(lag, others.streamLag, isTime: true)
    }

    func writeKeysAndTime(to output: inout PrometheusText) {
        let keys = "mayfly_signing_keys"
        output.begin(keys, .gauge, "Keys that tokens are or were signed by, by state.")
        for (label, state) in [
            ("current", KeyRecord.State.current), ("retired", .retired), ("revoked", .revoked),
        ] {
            let count = gauges.keys.count { $0.state == state }
            output.sample(keys, UInt64(count), labels: "state=\"\(label)\"")
        }
        let since = gauges.keys.first { $0.state == .current }?.notBefore
        output.single(
            "mayfly_signing_key_since_timestamp_seconds", .gauge,
            "When the current key began to sign.", told(since))
        let until = gauges.keys.filter { $0.state == .retired }.compactMap(\.notAfter).max()
        output.single(
            "mayfly_signing_key_retired_until_timestamp_seconds", .gauge,
            "Until when tokens of a retired key may be valid; 0 without one.", told(until))
        let deviation = "mayfly_clock_deviation_seconds"
        output.begin(deviation, .gauge, "The system's clock less the time that the broker tells.")
        output.sample(deviation, thousandths: gauges.clockDeviationMilliseconds)
        output.single(
            "mayfly_issuing_stopped", .gauge,
            "1 while nothing is issued because the clocks disagree or the disk is nearly full.",
            gauges.isClockDeviant || gauges.isStorageLow ? 1 : 0)
    }

    private func told(_ instant: Instant?) -> UInt64 {
        instant?.shifted(by: gauges.timeOffset).seconds ?? 0
    }

    /// Under names of the broker's own: in a textfile collector the usual ones would be the
    /// collector's.
    func writeProcess(to output: inout PrometheusText) {
        let info = "mayfly_build_info"
        output.begin(info, .gauge, "The broker's version.")
        output.sample(info, 1, labels: "version=\"\(version)\"")
        output.single(
            "mayfly_start_timestamp_seconds", .gauge, "When the broker started.", gauges.startedAt)
        let cpu = "mayfly_process_cpu_seconds_total"
        output.begin(cpu, .counter, "CPU time of the process, by mode.")
        output.sample(
            cpu, thousandths: Int64(process.cpuUserMicroseconds / 1_000), labels: "mode=\"user\"")
        output.sample(
            cpu, thousandths: Int64(process.cpuSystemMicroseconds / 1_000),
            labels: "mode=\"system\"")
        output.single(
            "mayfly_process_resident_bytes", .gauge, "Resident memory of the process.",
            process.residentBytes)
        output.single(
            "mayfly_process_open_descriptors", .gauge, "Descriptors that the process has open.",
            UInt64(process.openDescriptors))
        output.single(
            "mayfly_process_written_bytes_total", .counter, "Bytes given to the disk.",
            process.writtenBytes)
    }
}
