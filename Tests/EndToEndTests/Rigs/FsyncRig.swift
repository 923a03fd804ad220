internal import MayflyCore

/// Gives a broker under load a disk that fails from some call on, and sees to it that the broker
/// stops answering and ends, and that what it had acknowledged is there.
struct FsyncRig {
    /// What the disk begins to refuse.
    struct DiskFault: Sendable, CustomStringConvertible {
        var systemCalls: String
        var error: String
        /// Good calls of one thread before the first bad one; a start takes fewer.
        var goodCalls: ClosedRange<Int>

        var description: String { "\(systemCalls): \(error)" }
    }

    /// EX_IOERR, as docs/operations.md has it.
    private static let storageFailed: Int32 = 74
    private static let lastWords = "the storage failed; nothing was acknowledged after it"
    /// How long the broker may take to come upon the fault and end.
    private static let patienceSeconds = 20.0
    /// A mutant goes on for ever, and has said enough before this.
    private static let mutantSeconds = 8.0

    let fault: String?
    private let diskFault: DiskFault
    private let site: RigSite
    private var random: RigRandom

    init(_ diskFault: DiskFault, fault: String? = nil, seed: UInt64) throws {
        self.diskFault = diskFault
        self.fault = fault
        random = RigRandom(seed: seed)
        site = RigSite(home: try BrokerProcess.Home())
    }

    var summary: String { site.summary }

    /// Why this machine cannot do it; nil where it can.
    static func impediment() -> String? {
        Tool.works("strace", ["-o", "/dev/null", "-e", "trace=none", "true"])
            ? nil : "strace is missing or may not trace"
    }

    /// - Returns: what cannot be true.
    mutating func run() -> [String] {
        do {
            try site.start().kill9()
            try fail()
            let successor = try site.start()
            try site.examine(successor, &random)
        } catch {
            site.accuse(error)
        }
        return site.violations
    }

    private mutating func fail() throws {
        let first = random.within(diskFault.goodCalls)
        let inject = "\(diskFault.systemCalls):error=\(diskFault.error):when=\(first)+"
        let broker = try site.start(
            fault: fault,
            prefix: [
                "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(diskFault.systemCalls)",
                "-e", "inject=\(inject)",
            ])
        let load = try site.startLoad(on: broker, seed: random.next())
        do {
            let exit = try broker.waitForExit(
                seconds: fault == nil ? Self.patienceSeconds : Self.mutantSeconds)
            if exit != .status(Self.storageFailed) {
                site.ledger.accuse("the broker ended: \(exit)")
            }
        } catch {
            site.ledger.accuse("the broker goes on with a disk that fails")
            broker.kill9()
        }
        if !(broker.log.split(separator: "\n").last ?? "").contains(Self.lastWords) {
            site.ledger.accuse("the last line of the log does not say that the storage failed")
        }
        site.finish(load)
        try site.examineDisk()
    }
}
