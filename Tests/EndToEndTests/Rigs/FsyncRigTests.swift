internal import Testing

extension Rigs {
    @Suite(.enabled(if: FsyncRig.impediment() == nil, "\(FsyncRig.impediment() ?? "")"))
    struct FsyncRigTests {
        private static let diskFaults = [
            FsyncRig.DiskFault(systemCalls: "fdatasync,fsync", error: "EIO"),
            FsyncRig.DiskFault(systemCalls: "fdatasync,fsync", error: "ENOSPC"),
            FsyncRig.DiskFault(systemCalls: "pwrite64", error: "EIO"),
            FsyncRig.DiskFault(systemCalls: "pwrite64", error: "ENOSPC"),
        ]

        @Test(arguments: diskFaults)
        func `a failing disk ends the broker and costs nothing acknowledged`(
            fault: FsyncRig.DiskFault
        ) throws {
            var seeds = RigRandom(seed: RigTier.seed)
            for _ in 0..<RigTier.rounds(quick: 1, deep: 10) {
                var rig = try FsyncRig(fault, seed: seeds.next())
                let violations = rig.run()
                #expect(violations.isEmpty, "seed \(RigTier.seed)")
                RigTier.report("\(fault): \(rig.summary)")
                if !violations.isEmpty { return }
            }
        }

        @Test func `a broker that ignores a failed fsync is found out`() throws {
            var rig = try FsyncRig(
                Self.diskFaults[0], fault: "ignore-fsync-error", seed: RigTier.seed)
            let violations = rig.run()
            let lost = violations.filter { $0.contains("event is gone") }
            #expect(!lost.isEmpty, "\(violations)")
            RigTier.report("ignore-fsync-error: \(lost.first ?? "not found")")
        }
    }
}
