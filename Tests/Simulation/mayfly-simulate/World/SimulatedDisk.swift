private import CSimulatedDisk

/// The disk of one machine, which forgets what was not synced when the power goes.
final class SimulatedDisk {
    private let disk: OpaquePointer
    private var random: SeededRandom
    let path = "mayfly.sqlite"
    let vfs: String

    init(seed: UInt64) throws {
        guard let disk = sim_disk_create(seed), let name = sim_disk_vfs(disk) else {
            throw Disagreement("no memory for a disk")
        }
        self.disk = disk
        vfs = String(cString: name)
        random = SeededRandom(seed: seed &+ 1)
    }

    deinit { sim_disk_destroy(disk) }

    /// The next of the process's changes, or one of the few after it, is its last.
    func planStop(withinChanges bound: Int) {
        sim_disk_stop_at(disk, UInt64(1 + random.below(bound)))
    }

    /// One of the next writes or syncs fails.
    func planFailure(withinCalls bound: Int) {
        if random.oneIn(2) {
            sim_disk_fail_sync(disk, UInt64(1 + random.below(max(1, bound / 8))))
        } else {
            sim_disk_fail_write(disk, UInt64(1 + random.below(bound)))
        }
    }

    /// The next sync fails.
    func failSync() { sim_disk_fail_sync(disk, 1) }

    /// The process dies: what it wrote stays.
    func stop() { sim_disk_stop(disk) }

    /// The power goes.
    func losePower() { sim_disk_crash(disk, random.next()) }

    /// Runs again; no connection of before may be open.
    func restart() throws {
        guard sim_disk_restart(disk) else {
            throw Disagreement("\(sim_disk_open_files(disk)) files are still open after a crash")
        }
    }

    var tally: Tally.Disk {
        let count = sim_disk_count(disk)
        return Tally.Disk(
            syncs: count.syncs, kept: count.kept, torn: count.torn, dropped: count.dropped)
    }
}
