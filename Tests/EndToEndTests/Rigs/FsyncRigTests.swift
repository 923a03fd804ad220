internal import Testing

extension Rigs {
    @Suite(.enabled(if: RigTier.isPossible("failing disk", FsyncRig.impediment())))
    struct FsyncRigTests {
        private static let diskFaults = ["EIO", "ENOSPC"].flatMap { error in
            [
                FsyncRig.DiskFault(
                    systemCalls: "fdatasync,fsync", error: error, goodCalls: 20...200),
                // A commit writes several pages.
                FsyncRig.DiskFault(systemCalls: "pwrite64", error: error, goodCalls: 300...3_000),
            ]
        }

        @Test(arguments: diskFaults)
        func `a failing disk ends the broker and costs nothing acknowledged`(
            fault: FsyncRig.DiskFault
        ) throws {
            var seeds = RigRandom(seed: RigTier.seed)
            for _ in 0..<RigTier.amount(quick: 1, deep: 10) {
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
