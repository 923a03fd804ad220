import MayflyCrypto
import Testing

@testable import mayfly_simulate

/// The simulator itself; the many seeds and the mutants are dev/simulate.sh.
@Suite struct SimulationTests {
    private func run(_ seed: UInt64, _ mutant: Mutant = .none) throws -> String {
        var simulation = try Simulation(
            seed: seed, mutant: mutant, checkpointKey: Ed25519PrivateKey())
        try simulation.run(operations: 300)
        return simulation.host.finalTally().text
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a seed gives the same history every time`(seed: UInt64) throws {
        #expect(try run(seed) == run(seed))
    }

    @Test func `other seeds give other histories`() throws {
        #expect(try run(1) != run(2))
    }

    @Test func `a broker that answers before the disk is found out`() {
        #expect(throws: Disagreement.self) {
            for seed in 1...40 as ClosedRange<UInt64> {
                _ = try run(seed, .acknowledgeBeforeCommit)
            }
        }
    }
}
