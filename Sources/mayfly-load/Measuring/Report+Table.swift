private import Histogram
internal import MayflyWire

extension Report {
    /// For people.
    var table: String {
        var lines = [title, ""]
        lines += operationLines
        lines += ["", errorLine]
        if let failure { lines.append("stopped: \(failure)") }
        let own = Double(ownCPUMicroseconds) / Double(max(1, measuredItems))
        lines.append("load: \(Decimal3(own, places: 1).text) us of CPU per operation")
        if keysMadeLate > 0 {
            lines.append("load: \(keysMadeLate) keys made while the clock ran: raise --keys")
        }
        lines.append("")
        lines +=
            broker.map(brokerLines) ?? [
                "broker: no figures, because the operator socket is not for this user"
            ]
        return lines.joined(separator: "\n")
    }

    private var operationLines: [String] {
        var table = TextTable(["operation", "count", "/s", "p50", "p99", "p99.9", "max", "errors"])
        for kind in OperationKind.allCases {
            let record = recorder[kind]
            guard record.items + record.errorCount > 0 else { continue }
            let latencies = Self.percentiles.map {
                Self.time(record.latencies.valueAtPercentile($0.percentile))
            }
            table.add(
                [kind.text, Self.grouped(record.items), Self.grouped(Int(itemsPerSecond(kind)))]
                    + latencies
                    + [Self.time(record.latencies.max), Self.grouped(record.errorCount)])
        }
        if let pairsPerSecond {
            table.add(["pairs", "", Self.grouped(Int(pairsPerSecond)), "", "", "", "", ""])
        }
        return table.lines
    }

    private var errorLine: String {
        guard !errors.isEmpty else { return "errors: none" }
        let counts = errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "errors: " + counts.joined(separator: ", ")
    }

    private func brokerLines(_ broker: BrokerFigures) -> [String] {
        var table = TextTable(["broker", "before", "after", "in between"])
        let (before, after) = (broker.before, broker.after)
        func microseconds(_ value: Double?) -> String {
            value.map { "\(Decimal3($0, places: 1).text) us" } ?? ""
        }
        table.add([
            "CPU per operation", "", "", microseconds(broker.cpuPerOperation),
        ])
        if plan.mix == .pairs {
            table.add(["CPU per pair", "", "", microseconds(broker.cpuPerPair)])
            table.add([
                "written per pair", "", "",
                broker.writtenPerPair.map { "\(Decimal3($0, places: 0).text) B" } ?? "",
            ])
            table.add([
                "pairs per commit", "", "",
                broker.pairsPerCommit.map { Decimal3($0, places: 1).text } ?? "",
            ])
        }
        table.add([
            "CPU", Self.seconds(BrokerFigures.cpu(before)), Self.seconds(BrokerFigures.cpu(after)),
            Self.seconds(broker.cpuMicroseconds),
        ])
        table.add([
            "RSS", Self.mebibytes(before.residentBytes), Self.mebibytes(after.residentBytes),
        ])
        table.add(["descriptors", "\(before.openDescriptors)", "\(after.openDescriptors)"])
        table.add([
            "live grants", Self.grouped(Int(before.liveGrants)),
            Self.grouped(Int(after.liveGrants)),
        ])
        table.add([
            "commits", Self.grouped(Int(before.commits)), Self.grouped(Int(after.commits)),
            Self.grouped(Int(broker.commits)),
        ])
        table.add([
            "WAL checkpoints", "\(before.walCheckpoints)", "\(after.walCheckpoints)",
            "\(broker.walCheckpoints)",
        ])
        var lines = table.lines
        if let bytesPerLiveGrant {
            lines.append(
                "each live grant of the population: "
                    + "\(Decimal3(bytesPerLiveGrant, places: 0).text) B of memory")
        }
        return lines
    }

    // MARK: Words for numbers

    private static func time(_ nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000_000: "\(Decimal3(Double(nanoseconds) / 1e3, places: 1).text) us"
        case ..<1_000_000_000: "\(Decimal3(Double(nanoseconds) / 1e6, places: 2).text) ms"
        default: "\(Decimal3(Double(nanoseconds) / 1e9, places: 2).text) s"
        }
    }

    private static func seconds(_ microseconds: UInt64) -> String {
        "\(Decimal3(Double(microseconds) / 1e6, places: 2).text) s"
    }

    private static func mebibytes(_ bytes: UInt64) -> String {
        "\(Decimal3(Double(bytes) / 1_048_576, places: 1).text) MiB"
    }

    /// 1234567 as 1,234,567.
    static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }
}

/// Columns: the first to the left, the others to the right.
struct TextTable {
    private var rows: [[String]]

    init(_ head: [String]) { rows = [head] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? cell + padding : "  " + padding + cell
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
