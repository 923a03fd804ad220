internal import Glibc
internal import Logging
internal import MayflyCore

/// What grants hang on that were recovered.
extension ProcessWatch {
    /// Takes hold of every process again that still runs, and ends what hangs on the others and on
    /// connections, before anyone is answered.
    func recover(_ bonds: [Bond]) {
        var held = 0
        var ended: UInt64 = 0
        for bond in bonds {
            if takeUp(bond) {
                held += 1
            } else {
                ended += end(bond)
            }
        }
        authority.requestFlush()
        guard !bonds.isEmpty else { return }
        logger.info(
            "looked at what grants hang on",
            metadata: ["processes": "\(held)", "ended-grants": "\(ended)"])
    }

    /// Whether it is still there.
    private func takeUp(_ bond: Bond) -> Bool {
        let process: InspectedProcess? =
            switch bond {
            case .process(let identity): inspector.reopen(identity, isByPid: false)
            case .processPid(let identity): inspector.reopen(identity, isByPid: true)
            case .connection: nil
            }
        guard let process else { return false }
        // A start of the broker gives nobody his share back.
        let share = authority.read { $0.share(of: bond) }.result
        return keep(process, by: share.map(ShareKey.init))
    }
}

extension ProcessWatch.Capacity {
    /// Descriptors for everything but connections and the processes behind them.
    private static let reservedDescriptors = 256

    /// As wanted, as far as the process's descriptors go: each connection may need one for itself
    /// and one for the process that made it.
    init(wanted: Int, perUid: Int, connections: Int) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let left = Int(clamping: limit.rlim_cur) - 2 * connections - Self.reservedDescriptors
        processes = min(wanted, max(0, left))
        self.perUid = perUid == 0 ? max(1, processes / 4) : min(perUid, processes)
    }
}
