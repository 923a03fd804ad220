internal import Glibc

/// Cuts the power of a broker's disk while it is under load, and asks a broker that starts from
/// what was left about everything that clients were told.
///
/// The cut is a copy of the disk at one instant. The broker is stopped (SIGSTOP) for it, because
/// no disk is in two states at once; stopping synchronises nothing, and nothing is acknowledged
/// between the stop and the copy.
struct PowerCutRig {
    /// What a disk still has after a cut.
    enum Disk: Sendable, CaseIterable {
        /// Everything that was sent to it.
        case remembersWrites
        /// What it was told to flush, as a disk with a volatile cache: the image lies in a file
        /// system on a second image, and it is that one's disk which is cut.
        case remembersFlushes
    }

    private static let loadMilliseconds = 100...RigTier.amount(quick: 900, deep: 3_000)
    private static let startMilliseconds = 0...60
    private static let imageMebibytes = 96

    let fault: String?
    private let disk: Disk
    private let directory: TemporaryDirectory
    private let site: RigSite
    private var random: RigRandom

    init(_ disk: Disk, fault: String? = nil, seed: UInt64) throws {
        self.disk = disk
        self.fault = fault
        random = RigRandom(seed: seed)
        directory = try TemporaryDirectory()
        site = RigSite(
            home: BrokerProcess.Home(directory: directory, path: directory.path + "/disk"))
    }

    var summary: String { site.summary }

    /// One cut on a fresh disk, under load or while a broker starts there for the first time.
    ///
    /// - Returns: what cannot be true.
    mutating func run(duringFirstStart: Bool = false) -> [String] {
        do {
            if duringFirstStart { try cutFirstStart() } else { try cut() }
            let disks = try mountCopies()
            defer { for disk in disks.reversed() { disk.unmount() } }
            if !duringFirstStart { try site.examineDisk() }
            let successor = try site.start()
            try site.examine(successor, &random)
            successor.kill9()
        } catch {
            site.accuse(error)
        }
        return site.violations
    }

    // MARK: Before the cut

    private mutating func cut() throws {
        let disks = try makeDisks()
        defer { for disk in disks.reversed() { disk.unmount() } }
        let broker = try site.start(fault: fault)
        let load = try site.startLoad(on: broker, seed: random.next())
        wait(milliseconds: random.within(Self.loadMilliseconds))
        try broker.freeze()
        try disks[0].copyDevice(to: copyPath)
        broker.kill9()
        site.finish(load)
    }

    /// Nothing was promised yet; what is left must not keep the next broker from starting.
    private mutating func cutFirstStart() throws {
        let disks = try makeDisks()
        defer { for disk in disks.reversed() { disk.unmount() } }
        let broker = try BrokerProcess(launching: BrokerProcess.Options(), home: site.home)
        wait(milliseconds: random.within(Self.startMilliseconds))
        try broker.freeze()
        try disks[0].copyDevice(to: copyPath)
        broker.kill9()
    }

    private func makeDisks() throws -> [DiskImage] {
        let mebibytes = Self.imageMebibytes
        switch disk {
        case .remembersWrites:
            return [
                try DiskImage(
                    make: directory.path + "/image", mebibytes: mebibytes,
                    mountPoint: site.home.path)
            ]
        case .remembersFlushes:
            let outer = try DiskImage(
                make: directory.path + "/image", mebibytes: 2 * mebibytes,
                mountPoint: directory.path + "/outer")
            let inner = try DiskImage(
                make: outer.mountPoint + "/image", mebibytes: mebibytes,
                mountPoint: site.home.path)
            // The empty image is there before the broker comes.
            try outer.settle()
            return [outer, inner]
        }
    }

    // MARK: After it

    private var copyPath: String { directory.path + "/copy" }

    private func mountCopies() throws -> [DiskImage] {
        switch disk {
        case .remembersWrites:
            return [try DiskImage(copy: copyPath, mountPoint: site.home.path)]
        case .remembersFlushes:
            let outer = try DiskImage(copy: copyPath, mountPoint: directory.path + "/outer")
            let inner = try DiskImage(
                copy: outer.mountPoint + "/image", mountPoint: site.home.path)
            return [outer, inner]
        }
    }
}

extension BrokerProcess {
    /// Stops every thread where it is; returns when none runs any more.
    func freeze() throws {
        kill(brokerPid, SIGSTOP)
        let isFrozen = Deadline.poll(seconds: 10, everyMilliseconds: 1) {
            let threads = threadStates
            return !threads.isEmpty && threads.allSatisfy { $0 == UInt8(ascii: "T") }
        }
        guard isFrozen else { throw Failure(description: "the broker does not stop") }
    }

    func thaw() { kill(brokerPid, SIGCONT) }

    /// The letter that the kernel has for each thread.
    private var threadStates: [UInt8] {
        guard let entries = opendir("/proc/\(brokerPid)/task") else { return [] }
        defer { closedir(entries) }
        var states: [UInt8] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil else { continue }
            let line = contents(ofFile: "/proc/\(brokerPid)/task/\(name)/stat")
            // The name before it is in parentheses and may hold anything.
            guard let end = line.lastIndex(of: UInt8(ascii: ")")), end + 2 < line.count else {
                continue
            }
            states.append(line[end + 2])
        }
        return states
    }
}
