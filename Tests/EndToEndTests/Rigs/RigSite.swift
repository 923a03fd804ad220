internal import Glibc
internal import MayflyCrypto

/// How much of a rig runs, and with which numbers: `make faults` sets MAYFLY_RIGS=deep.
enum RigTier {
    static let isDeep = text("MAYFLY_RIGS") == "deep"

    /// MAYFLY_RIG_SEED gives a run that failed once more.
    static let seed = text("MAYFLY_RIG_SEED").flatMap { UInt64($0) } ?? Deadline.now

    static func amount(quick: Int, deep: Int) -> Int { isDeep ? deep : quick }

    /// Says what ran: a rig that found nothing has something to show for it.
    static func report(_ line: String) {
        let text = Array("rig: \(line)\n".utf8)
        _ = text.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    /// Says so where a rig is left out.
    static func isPossible(_ rig: String, _ impediment: String?) -> Bool {
        if let impediment { report("not run: \(rig): \(impediment)") }
        return impediment == nil
    }

    private static func text(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

/// One data directory with all that is known about it, through the lives of its brokers.
final class RigSite {
    let home: BrokerProcess.Home
    let ledger = Ledger()
    let attestationKey = AgentKeyPair()
    private let trail: AuditTrail
    private var sightings = OperatorWatch.Sightings()
    private var hasApps = false

    init(home: BrokerProcess.Home) {
        self.home = home
        trail = AuditTrail(path: home.database, ledger: ledger)
    }

    var violations: [String] { ledger.violations }

    /// What this was about, for the report.
    var summary: String {
        ledger.withState { state in
            var refusals: [String: Int] = [:]
            for case .refused(let reason) in state.attempts.map(\.outcome) {
                refusals[reason, default: 0] += 1
            }
            let told = refusals.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            let untold = state.attempts.count { $0.outcome == .unanswered }
            return """
                \(state.attempts.count) agents asked for: \(state.grants.count) granted, \
                \(untold) untold, \(told.joined(separator: ", ")); \
                \(state.grants.count { $0.endTold != nil }) releases told
                """
        }
    }

    /// A broker that is ready, with the deliberate fault if there is one.
    func start(
        fault: String? = nil, prefix: [String] = [], arguments: [String] = []
    ) throws -> BrokerProcess {
        var options = BrokerProcess.Options()
        options.environment = fault.map { ["MAYFLY_FAULT": $0] } ?? [:]
        options.prefix = prefix
        options.logLevel = "warning"
        // Small, so that the write-ahead log is folded back and begun anew again and again.
        options.arguments =
            ["--wal-checkpoint-pages", "100", "--storage-reserve", "1048576"] + arguments
        let broker = try BrokerProcess.start(options, home: home)
        if !hasApps {
            try Load.registerApps(with: broker, attestationKey: attestationKey)
            hasApps = true
        }
        return broker
    }

    func startLoad(on broker: BrokerProcess, seed: UInt64) throws -> Load {
        try Load(on: broker, attestationKey: attestationKey, ledger: ledger, seed: seed)
    }

    /// After the broker's end: waits until every client has noticed.
    func finish(_ load: Load) {
        let seen = load.join()
        sightings.verifierKey = seen.verifierKey
        sightings.checkpoint = seen.checkpoint ?? sightings.checkpoint
        sightings.events = seen.events
    }

    /// Reads the audit as it lies on the disk.
    func examineDisk() throws { try trail.examine(sightings) }

    /// Grants that the audit has and nobody was told of.
    var orphans: [String] { trail.orphans().map(\.grant) }

    /// Asks a broker that has recovered from what is on the disk.
    func examine(_ broker: BrokerProcess, _ random: inout RigRandom) throws {
        let check = RecoveryCheck(ledger: ledger, trail: trail, broker: broker)
        try check.run(apps: Load.apps, &random)
    }

    /// A broker that does not come back is a finding like any other.
    func accuse(_ error: any Error) { ledger.accuse("recovery failed: \(error)") }
}

/// Waits, because a rig's fault comes at a time of its own.
func wait(milliseconds: Int) { _ = poll(nil, 0, Int32(milliseconds)) }
