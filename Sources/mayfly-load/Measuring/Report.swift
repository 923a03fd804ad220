internal import MayflyWire

/// Everything a run found out.
struct Report: Sendable {
    let plan: Plan
    /// Of the measured time, until its last answer.
    let elapsedSeconds: Double
    let recorder: Recorder
    /// Nil where the operator socket was not for us.
    let broker: BrokerFigures?
    /// Before anything was spawned; nil as above.
    let base: StatusResponseMessage?
    /// Microseconds of the load itself, over the measured time.
    let ownCPUMicroseconds: UInt64
    let keysMadeLate: Int
    /// Why connections were lost, where some were.
    let failure: String?

    var hasErrors: Bool { recorder.totalErrors > 0 || failure != nil }

    func itemsPerSecond(_ kind: OperationKind) -> Double {
        Double(recorder[kind].items) / max(elapsedSeconds, 1e-9)
    }

    /// Whole lives a second: the slower of the two halves.
    var pairsPerSecond: Double? {
        guard plan.mix == .pairs else { return nil }
        return min(itemsPerSecond(.spawn), itemsPerSecond(.release))
    }

    var measuredItems: Int { OperationKind.allCases.reduce(0) { $0 + recorder[$1].items } }

    /// All errors of a kind of reason, whenever they were seen.
    var errors: [String: Int] {
        var all = recorder.asideErrors
        for kind in OperationKind.allCases {
            all.merge(recorder[kind].errors) { $0 + $1 }
        }
        return all
    }

    /// Process memory that each live grant took while the population was built up.
    var bytesPerLiveGrant: Double? {
        guard plan.population > 0, let base, let broker else { return nil }
        let grants = Double(broker.before.liveGrants) - Double(base.liveGrants)
        guard grants > 0 else { return nil }
        return (Double(broker.before.residentBytes) - Double(base.residentBytes)) / grants
    }

    var title: String {
        let loop = plan.rate.map { "open loop, \(Decimal3($0, places: 0).text)/s" } ?? "closed loop"
        let batch = plan.batch > 1 ? ", batches of \(plan.batch)" : ""
        let chains = plan.chainDepth > 0 ? " at depth \(plan.chainDepth)" : ""
        return
            "\(plan.mix.text)\(chains), \(loop): \(plan.connections) connections x depth \(plan.depth)"
            + batch + ", \(plan.threads) thread(s), \(Decimal3(elapsedSeconds, places: 1).text) s"
            + " after \(Decimal3(plan.warmUpSeconds, places: 1).text) s of warm-up"
    }
}
