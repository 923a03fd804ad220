internal import Foundation
internal import Testing

/// The load program, run as a process against a broker's.
@Suite struct `The load` {
    private let broker: BrokerProcess

    init() throws { broker = try BrokerProcess.start() }

    /// Runs it and reads its JSON; standard is exit code 0 and no errors.
    private func load(
        _ arguments: String..., exit: Int32 = 0
    ) throws -> [String: Any] {
        let result = try Programs.load(
            ["run", "--setup", "--json", "--quiet"] + arguments, of: broker)
        try #require(result.exit == .status(exit), "\(arguments): \(result.errors)")
        return try object(result.output)
    }

    private func object(_ text: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try #require(value as? [String: Any])
    }

    private func journal() -> String { broker.home.path + "/journal" }

    @Test(arguments: [
        ["--connections", "4"], ["--connections", "3", "--depth", "8", "--threads", "2"],
        ["--connections", "2", "--depth", "2", "--batch", "16"],
        ["--rate", "2000"], ["--lifetime", "50", "--connections", "2", "--depth", "4"],
    ])
    func `every agent that is spawned is released, and the broker counts the same`(
        arguments: [String]
    ) throws {
        let result = try Programs.load(
            ["--setup", "--json", "--quiet", "--warm-up", "0", "--count", "320"] + arguments,
            of: broker)
        try #require(result.exit == .status(0), "\(result.errors)")
        let figures = try object(result.output)
        #expect(figures["spawn_count"] as? Int == 320)
        #expect(figures["release_count"] as? Int == 320)
        #expect(figures["error_count"] as? Int == 0)
        #expect(figures["broker_live_grants_after"] as? Int == 0)
        #expect(try #require(figures["broker_cpu_microseconds_per_pair"] as? Double) > 0)
    }

    @Test func `a population is presented and stays as it is`() throws {
        let figures = try load(
            "--mix", "validate", "--population", "600", "--present", "100", "--connections", "2",
            "--warm-up", "0", "--count", "1000", "--depth", "16")
        #expect(figures["validate_count"] as? Int == 1_000)
        #expect(figures["error_count"] as? Int == 0)
        #expect(figures["broker_live_grants_before"] as? Int == 600)
        #expect(figures["broker_live_grants_after"] as? Int == 600)
    }

    @Test func `a journal agrees with its broker, also after a kill, and with no other`() throws {
        let figures = try load(
            "--mix", "spawn=3,validate=4,release=3", "--leave", "--journal", journal(),
            "--connections", "2", "--depth", "4", "--warm-up", "0", "--count", "500")
        #expect(figures["error_count"] as? Int == 0)
        broker.kill9()
        let successor = try BrokerProcess.start(home: broker.home)
        let good = try Programs.load(["check", journal(), "--json"], of: successor)
        #expect(good.exit == .status(0), "\(good.errors)")
        let judged = try object(good.output)
        #expect(try #require(judged["live_checked"] as? Int) > 0)
        #expect(try #require(judged["ended_checked"] as? Int) > 0)
        #expect(judged["contradictions"] as? Int == 0)

        let stranger = try BrokerProcess.start()
        let bad = try Programs.load(["check", journal(), "--json"], of: stranger)
        #expect(bad.exit == .status(1))
        #expect(
            try object(bad.output)["contradictions"] as? Int == judged["live_checked"] as? Int)
    }

    @Test func `a run that is refused says why and ends with its code`() throws {
        let result = try Programs.load(["--app", "nobody", "--quiet"], of: broker)
        #expect(result.exit == .status(1))
        #expect(result.errors.hasPrefix("mayfly-load: Authenticate: "))
    }

    @Test func `no app is left behind`() throws {
        _ = try load("--count", "10", "--warm-up", "0")
        let status = try Programs.load(["status"], of: broker)
        #expect(try object(status.output)["apps"] as? Int == 0)
    }
}
