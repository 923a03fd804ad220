internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// What the broker says of itself.
@Suite struct `Metrics and status through the socket` {
    /// The exposition format 0.0.4, read as strictly as a collector may.
    private struct Exposition {
        private(set) var types: [String: String] = [:]
        private(set) var helps: Set<String> = []
        /// By name and labels as they stand.
        private(set) var samples: [String: Double] = [:]

        init(_ text: String) throws {
            try #require(text.hasSuffix("\n"))
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                if line.hasPrefix("# ") {
                    try readComment(String(line))
                } else {
                    try readSample(String(line))
                }
            }
        }

        private mutating func readComment(_ line: String) throws {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            try #require(words.count == 4, "\(line)")
            if words[1] == "HELP" {
                #expect(helps.insert(words[2]).inserted, "two texts of \(words[2])")
            } else {
                try #require(words[1] == "TYPE", "\(line)")
                #expect(types[words[2]] == nil, "two types of \(words[2])")
                #expect(["counter", "gauge", "histogram"].contains(words[3]), "\(line)")
                types[words[2]] = words[3]
            }
        }

        private mutating func readSample(_ line: String) throws {
            let space = try #require(line.lastIndex(of: " "), "\(line)")
            let series = String(line[..<space])
            let value = try #require(Double(line[line.index(after: space)...]), "\(line)")
            let name = String(series.prefix { $0 != "{" })
            let base = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }
                .map { String(name.dropLast($0.count)) }
            #expect(
                types[name] != nil || base.flatMap { types[$0] } == "histogram",
                "a sample without a type: \(line)")
            if let type = types[name], type == "counter" {
                #expect(name.hasSuffix("_total"), "\(name)")
            }
            #expect(samples.updateValue(value, forKey: series) == nil, "twice: \(series)")
        }

        subscript(series: String) -> Double? { samples[series] }

        /// Buckets grow, and the last is the count.
        func checkHistograms() {
            for (name, type) in types where type == "histogram" {
                for (series, count) in samples where series.hasPrefix(name + "_count") {
                    let labels = series.dropFirst((name + "_count").count)
                    let inner = labels.isEmpty ? "" : labels.dropFirst().dropLast() + ","
                    #expect(samples["\(name)_bucket{\(inner)le=\"+Inf\"}"] == count, "\(series)")
                    #expect(samples["\(name)_sum\(labels)"] != nil, "\(series)")
                }
            }
        }
    }

    @Test func `the text can be read, and counts what was done`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 2)
        _ = try scene.stranger().register(
            AgentPlan(task: "registered"), launchToken: try scene.member.launchToken())
        let limited = try scene.spawn(AgentPlan(task: "limited")) { $0.maximumUses = 5 }
        _ = try scene.member.validate(limited.token, consuming: true)
        _ = try scene.member.renew(links[0])
        _ = try scene.member.beat(links[1].token)
        let outside = try scene.member.spawnRequest(AgentPlan(scope: ["read:secrets:alpha"]))
        #expect(word(try scene.member.call(.spawn, outside)) == "SCOPE_VIOLATION")
        #expect(try scene.member.release(token: links[2].token))
        _ = try scene.overseer.revoke(.task, "registered")
        let watcher = try EndWatcher(try scene.stranger())
        let text = try scene.overseer.metrics()
        let metrics = try Exposition(text)
        metrics.checkHistograms()
        let expected: [(String, Double)] = [
            ("mayfly_grants_made_total{way=\"spawn\"}", 4),
            ("mayfly_grants_made_total{way=\"register\"}", 1),
            ("mayfly_grants_made_total{way=\"delegate\"}", 2),
            ("mayfly_grants_ended_total{cause=\"released\"}", 1),
            ("mayfly_tokens_renewed_total", 1),
            ("mayfly_uses_consumed_total", 1),
            ("mayfly_heartbeats_total", 1),
            ("mayfly_launch_tokens_issued_total", 1),
            ("mayfly_refusals_total{reason=\"SCOPE_VIOLATION\"}", 1),
            ("mayfly_request_duration_seconds_count{method=\"Agents.Delegate\"}", 2),
            ("mayfly_request_duration_seconds_count{method=\"Agents.Renew\"}", 1),
            ("mayfly_request_duration_seconds_count{method=\"Operator.Revoke\"}", 1),
            ("mayfly_revocation_records", 1), ("mayfly_launch_tokens", 0), ("mayfly_apps", 1),
            ("mayfly_stream_watchers", 1), ("mayfly_issuing_stopped", 0),
            ("mayfly_signing_keys{state=\"current\"}", 1), ("mayfly_storage_low", 0),
        ]
        for (series, value) in expected { #expect(metrics[series] == value, "\(series)") }
        #expect(metrics["mayfly_log_events"] ?? 0 >= 12)
        #expect(metrics["mayfly_commit_duration_seconds_count"] ?? 0 >= 5)
        // No label comes from a scope or a name.
        for word in ["alpha", "secrets", "limited", Scene.app, "orch", "spiffe"] {
            #expect(!text.contains(word), "\(word)")
        }
        watcher.client.hangUp()
    }

    /// What peers choose must not make series.
    @Test func `the number of series does not follow what peers say`() throws {
        let scene = try Scene()
        let other = try scene.stranger()
        func refuseSome(_ number: Int) throws {
            let plan = AgentPlan(
                orchestration: "o\(number)", task: "t\(number)", scope: ["x\(number):y:z"])
            _ = try scene.member.call(.spawn, try scene.member.spawnRequest(plan))
            _ = try other.call(.authenticate, AuthenticateRequestMessage(app: "app-\(number)"))
            _ = try other.call(
                data: Raw.envelope("mayfly.v1.Agents", "Method\(number)"))
        }
        try refuseSome(0)
        let before = try Exposition(try scene.overseer.metrics()).samples.count
        for number in 1..<50 { try refuseSome(number) }
        let after = try Exposition(try scene.overseer.metrics()).samples.count
        // Of the metrics call itself, which the first text could not have.
        #expect(after - before < 30)
    }

    @Test func `the status says what the broker is and has`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 1)
        _ = try scene.stranger().register(
            AgentPlan(task: "r"), launchToken: try scene.member.launchToken())
        _ = try scene.member.launchToken()
        _ = try scene.member.renew(links[0])
        _ = try scene.overseer.revoke(.task, "hop-1")
        let watcher = try EndWatcher(try scene.stranger())
        #expect(try Deadline.poll(seconds: 5) { try scene.overseer.status().liveGrants == 2 })
        let status = try scene.overseer.status()
        #expect(status.issuer == "mayfly")
        #expect(status.trustDomain == "mayfly.local")
        #expect(status.apps == 1)
        #expect(status.launchTokens == 1)
        #expect(status.revocationRecords == 1)
        #expect(status.watchers == 1)
        #expect(status.spawned == 2)
        #expect(status.registered == 1)
        #expect(status.renewed == 1)
        #expect(status.delegated == 1)
        #expect(status.revoked >= 1)
        #expect(abs(status.clockDeviationMilliseconds) < 5_000)
        #expect(!status.isIssuingStopped)
        #expect(status.pid == UInt32(scene.broker.brokerPid))
        #expect(abs(Int64(status.startedAt) - Int64(time(nil))) < 120)
        #expect(status.durablePosition <= status.logPosition)
        watcher.client.hangUp()
    }
}
