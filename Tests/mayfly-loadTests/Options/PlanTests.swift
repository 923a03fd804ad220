import ArgumentParser
import Testing

@testable import mayfly_load

struct PlanTests {
    private func plan(_ words: String...) throws -> Plan {
        try Plan(try RunCommand.parse(words).options)
    }

    @Test(arguments: [
        ("pairs", Mix.pairs), ("validate", .validate), ("renew", .renew),
        ("delegate", .delegate),
        ("spawn=10,validate=80,release=10", .weighted(spawn: 10, validate: 80, release: 10)),
        ("validate=1", .weighted(spawn: 0, validate: 1, release: 0)),
    ])
    func `a mix reads back from its text`(text: String, mix: Mix) {
        #expect(Mix(argument: text) == mix)
        #expect(Mix(argument: mix.text) == mix)
    }

    @Test(arguments: ["", "spawn", "spawn=x", "renew=3", "spawn=0", "spawn=-1", "spawn=1=2"])
    func `a mix that means nothing is refused`(text: String) {
        #expect(Mix(argument: text) == nil)
    }

    @Test func `the defaults are a closed loop for ten seconds`() throws {
        let plan = try plan("--setup")
        #expect(plan.rate == nil)
        #expect(plan.depth == 1)
        #expect(plan.seconds == 10)
        #expect(plan.count == nil)
        #expect(plan.scope.map(\.utf8.count) == [40, 40])
    }

    @Test func `a count has no time limit unless one is given`() throws {
        #expect(try plan("--setup", "--count", "5").seconds == nil)
        #expect(try plan("--setup", "--count", "5", "--seconds", "3").seconds == 3)
    }

    @Test func `an open loop may fill the pipeline`() throws {
        #expect(try plan("--setup", "--rate", "1000").depth == 256)
    }

    @Test func `no more is presented than there is`() throws {
        let plan = try plan(
            "--setup", "--mix", "validate", "--population", "50", "--present", "80")
        #expect(plan.presented == 50)
        #expect(plan.keys == 0)
    }

    @Test(arguments: [
        ["--app", "a", "--batch", "2"], [], ["--setup", "--depth", "257"],
        ["--setup", "--batch", "1025"], ["--setup", "--rate", "0"], ["--setup", "--pin", "x"],
        ["--setup", "--mix", "validate", "--population", "0"],
        ["--setup", "--mix", "validate", "--batch", "2"], ["--setup", "--connections", "0"],
        ["--setup", "--mix", "validate", "--chain-depth", "6"],
        ["--setup", "--mix", "pairs", "--chain-depth", "1"],
        ["--setup", "--mix", "delegate", "--chain-depth", "0"],
        ["--setup", "--mix", "delegate", "--population", "1"],
        ["--setup", "--mix", "renew", "--population", "7"],
        ["--setup", "--mix", "renew", "--rate", "5"],
    ])
    func `what contradicts itself is refused`(words: [String]) {
        #expect(throws: (any Error).self) { try RunCommand.parse(words) }
    }

    @Test func `a mix that signs has agents of its own on each connection`() throws {
        let renew = try plan("--setup", "--mix", "renew", "--connections", "4", "--depth", "2")
        #expect(renew.crewSize == 32)
        #expect(try plan("--setup", "--mix", "delegate").crewSize == 2)
        let deep = try plan("--setup", "--mix", "validate", "--chain-depth", "5")
        #expect(deep.crewSize == 6)
        #expect(try plan("--setup", "--mix", "validate").crewSize == 0)
    }

    @Test func `the parts of the threads add up to the whole`() throws {
        let plan = try plan(
            "--setup", "--threads", "3", "--connections", "8", "--count", "100", "--rate", "300",
            "--population", "10", "--keys", "7")
        let parts = (0..<3).map { plan.part(of: $0) }
        #expect(parts.map(\.connections) == [3, 3, 2])
        #expect(parts.compactMap(\.count).reduce(0, +) == 100)
        #expect(parts.map(\.population).reduce(0, +) == 10)
        #expect(parts.map(\.keys).reduce(0, +) == 7)
        #expect(parts.compactMap(\.rate) == [100, 100, 100])
    }
}
