internal import Testing

extension Rigs {
    @Suite(.enabled(if: RigTier.isPossible("power cut", DiskImage.impediment())))
    struct PowerCutRigTests {
        @Test func `what was answered before a power cut is true after it`() throws {
            let rounds = RigTier.amount(quick: 4, deep: 20)
            RigTier.report("power cut, \(rounds) rounds, seed \(RigTier.seed)")
            var seeds = RigRandom(seed: RigTier.seed)
            for round in 0..<rounds {
                let disk = PowerCutRig.Disk.allCases[round % PowerCutRig.Disk.allCases.count]
                var rig = try PowerCutRig(disk, seed: seeds.next())
                let violations = rig.run()
                #expect(violations.isEmpty, "seed \(RigTier.seed)")
                RigTier.report("power cut, \(disk): \(rig.summary)")
                if !violations.isEmpty { return }
            }
        }

        @Test func `a power cut during the first start leaves what the next start can use`() throws
        {
            var seeds = RigRandom(seed: RigTier.seed)
            for round in 0..<RigTier.amount(quick: 4, deep: 40) {
                let disk = PowerCutRig.Disk.allCases[round % PowerCutRig.Disk.allCases.count]
                var rig = try PowerCutRig(disk, seed: seeds.next())
                #expect(rig.run(duringFirstStart: true).isEmpty, "seed \(RigTier.seed)")
            }
        }

        @Test(arguments: ["synchronous-normal", "synchronous-off"], PowerCutRig.Disk.allCases)
        func `a broker that does not wait for the disk is found out`(
            fault: String, disk: PowerCutRig.Disk
        ) throws {
            var seeds = RigRandom(seed: RigTier.seed)
            var violations: [String] = []
            for _ in 0..<10 where violations.isEmpty {
                var rig = try PowerCutRig(disk, fault: fault, seed: seeds.next())
                violations = rig.run()
            }
            #expect(!violations.isEmpty)
            RigTier.report("\(fault), \(disk): \(violations.first ?? "not found")")
        }
    }
}
