// mayfly-race races a real broker: 64 connections validate, renew, delegate, release and revoke the
// same grants at once, while the broker is paused, stopped and killed at random moments, and every
// answer is held against what was known when its request was sent. It may not know the broker's
// rooms: what it judges by is what any client can see.
internal import ArgumentParser
private import Glibc

@main
struct MayflyRace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mayfly-race",
        abstract: "Race a Mayfly broker against itself, and judge every answer.",
        discussion: "Exit code 1 where an answer cannot be true.")

    @OptionGroup var options: RaceOptions

    private static let progressSeconds: UInt64 = 10

    private static let unusable: Int32 = 2

    func run() throws {
        let violations: [Judge.Violation]
        do throws(RaceFailure) {
            violations = try race()
        } catch {
            say("mayfly-race: \(error)")
            throw ExitCode(Self.unusable)
        }
        for violation in violations {
            say("VIOLATION: \(violation.sentence)")
            for note in violation.notes { say("    \(note)") }
        }
        if !violations.isEmpty { throw ExitCode.failure }
    }

    private func race() throws(RaceFailure) -> [Judge.Violation] {
        let seed = options.seed ?? Moment.now
        let before =
            if let path = options.resume { try Progress(path: path, seed: seed) } else {
                Progress(seed: seed)
            }
        let plan = options.plan(after: before)
        say("race: seed \(before.seed), \(before.operations) operations behind it")
        let race = try Race(plan)
        let start = Moment.now
        func progress() -> Progress {
            before.adding(
                race.tally, seconds: (Moment.now - start) / 1_000_000_000,
                violations: race.judge.violations.count)
        }
        var told: UInt64 = 0
        try race.run { tally throws(RaceFailure) in
            let seconds = (Moment.now - start) / 1_000_000_000
            guard seconds >= told + Self.progressSeconds else { return }
            told = seconds
            say("race: \(seconds) s, \(progress().operations) in all; \(tally.sentence)")
            if let path = options.resume { try progress().write(to: path) }
        }
        let reached = progress()
        if let path = options.resume { try reached.write(to: path) }
        say("race: reached \(race.tally.sentence)")
        say(
            "race: \(reached.operations) operations and \(reached.trials) trials in "
                + "\(reached.seconds) s and \(reached.lives + 1) lives of the broker: "
                + "\(reached.violations) violations")
        return race.judge.violations
    }

    /// At once, also where the output is a file.
    private func say(_ line: String) {
        let text = Array("\(line)\n".utf8)
        _ = text.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
