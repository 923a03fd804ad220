internal import MayflyWire

/// What the broker says of itself, over the measured time.
struct BrokerFigures: Sendable {
    let before: StatusResponseMessage
    let after: StatusResponseMessage

    /// User and system, in microseconds.
    var cpuMicroseconds: UInt64 {
        Self.cpu(after) - min(Self.cpu(before), Self.cpu(after))
    }
    var spawned: UInt64 { difference(\.spawned) }
    var released: UInt64 { difference(\.released) }
    var validated: UInt64 { difference(\.validated) }
    var commits: UInt64 { difference(\.commits) }
    var walCheckpoints: UInt64 { difference(\.walCheckpoints) }
    var writtenBytes: UInt64 { difference(\.writtenBytes) }

    var renewed: UInt64 { difference(\.renewed) }
    var delegated: UInt64 { difference(\.delegated) }

    var operations: UInt64 { spawned + released + validated + renewed + delegated }
    /// Whole lives of agents.
    var pairs: Double { Double(spawned + released) / 2 }

    var cpuPerOperation: Double? { per(Double(operations), Double(cpuMicroseconds)) }
    /// Of a run of nothing but pairs.
    var cpuPerPair: Double? {
        validated + renewed + delegated == 0 ? per(pairs, Double(cpuMicroseconds)) : nil
    }
    var writtenPerPair: Double? { per(pairs, Double(writtenBytes)) }
    var pairsPerCommit: Double? { per(Double(commits), pairs) }

    private func difference(_ field: KeyPath<StatusResponseMessage, UInt64>) -> UInt64 {
        after[keyPath: field] - min(before[keyPath: field], after[keyPath: field])
    }

    private func per(_ count: Double, _ amount: Double) -> Double? {
        count > 0 ? amount / count : nil
    }

    static func cpu(_ status: StatusResponseMessage) -> UInt64 {
        status.cpuUserMicroseconds + status.cpuSystemMicroseconds
    }
}
