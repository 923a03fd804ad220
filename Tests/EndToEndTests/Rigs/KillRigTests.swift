internal import Testing

extension Rigs {
    @Suite struct KillRigTests {
        /// Rounds on one data directory.
        private static let roundsPerDirectory = 20

        @Test func `what was answered before a kill is true after it`() throws {
            var left = RigTier.amount(quick: 12, deep: 200)
            RigTier.report("kill -9, \(left) rounds, seed \(RigTier.seed)")
            var seeds = RigRandom(seed: RigTier.seed)
            while left > 0 {
                let rounds = min(left, Self.roundsPerDirectory)
                var rig = try KillRig(seed: seeds.next())
                let violations = rig.run(rounds: rounds)
                #expect(violations.isEmpty, "seed \(RigTier.seed)")
                RigTier.report("kill -9, \(rounds) rounds: \(rig.summary)")
                if !violations.isEmpty { return }
                left -= rounds
            }
        }

        @Test func `a broker that acknowledges before it commits is found out`() throws {
            var rig = try KillRig(fault: "acknowledge-before-commit", seed: RigTier.seed)
            let violations = rig.run(rounds: 40)
            #expect(!violations.isEmpty)
            RigTier.report("acknowledge-before-commit: \(violations.first ?? "not found")")
        }
    }
}
