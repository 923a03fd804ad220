internal import ArgumentParser
private import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// How long the revocation of a task with many live grants takes, and whether it holds.
struct RevokeTaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-task",
        abstract: "Revoke a task with many live grants and look at every token after.",
        discussion: """
            Makes an app of its own, spawns the grants, revokes the task over the operator socket, \
            and presents every token once the revocation was acknowledged: none may be valid. Lifts \
            the revocation and removes the app at the end.
            """)

    @OptionGroup(title: "Where") var sockets: SocketOptions

    @Option(help: "Live grants of the task.")
    var grants = 100_000

    @Option(help: "How often, each time with another task.")
    var rounds = 3

    @Flag(help: "Print the result as JSON.")
    var json = false

    private static let maximumGrants = 4_000_000
    private static let sweepSeconds = 120.0
    private static let pollMicroseconds: UInt32 = 10_000

    func validate() throws {
        guard 1...Self.maximumGrants ~= grants, 1...1_000 ~= rounds else {
            throw ValidationError("--grants is 1 to 4000000, --rounds 1 to 1000")
        }
    }

    private struct Round {
        var acknowledgedNanoseconds: UInt64 = 0
        var matched: UInt64 = 0
        var validBefore = 0
        var validAfter = 0
        var isNameRefused = false
        var sweptSeconds = 0.0
    }

    func run() throws {
        Interrupt.block()
        let rounds = try endingWell { () throws(LoadFailure) in try measure() }
        let wrong = rounds.count { round in
            round.matched != UInt64(grants) || round.validBefore != grants
                || round.validAfter != 0 || !round.isNameRefused
        }
        write(rounds, wrong: wrong)
        if wrong > 0 { throw ExitCode(ExitStatus.errorsSeen.rawValue) }
    }

    private func measure() throws(LoadFailure) -> [Round] {
        let operation = Operator(path: sockets.operatorPath)
        let attestation = AgentKeyPair()
        var app = AppMessage()
        app.name = "revoke-\(getpid())"
        app.ceiling = [TaskPopulation.ceiling]
        app.uids = [getuid()]
        app.attestationKeys = [attestation.publicKey.bytes]
        app.sharedUid = true
        try operation.createApp(app)
        let outcome = Result { () throws(LoadFailure) in
            var done: [Round] = []
            for number in 0..<rounds {
                done.append(
                    try round(
                        "task-\(number)", app: app.name, attestation: attestation, operation))
            }
            return done
        }
        // The app goes also when a round failed; the first failure is the one to tell.
        let removal = Result { () throws(LoadFailure) in try operation.removeApp(app.name) }
        let done = try outcome.get()
        try removal.get()
        return done
    }

    private func round(
        _ task: String, app: String, attestation: AgentKeyPair, _ operation: Operator
    ) throws(LoadFailure) -> Round {
        let base = try operation.status().liveGrants
        var population = try TaskPopulation(
            path: sockets.agentPath, app: app, task: task, attestation: attestation)
        try population.fill(to: grants)
        var round = Round()
        round.validBefore = try population.validCount()
        let (answer, nanoseconds) = try operation.revoke(task: task)
        let acknowledged = Moment.now()
        round.acknowledgedNanoseconds = nanoseconds
        round.matched = answer.count
        round.validAfter = try population.validCount()
        round.isNameRefused = try population.isRefused()
        while try operation.status().liveGrants > base,
            Moment.now().seconds(since: acknowledged) < Self.sweepSeconds
        {
            usleep(Self.pollMicroseconds)
        }
        round.sweptSeconds = Moment.now().seconds(since: acknowledged)
        try operation.liftRevocation(answer.recordID)
        return round
    }

    private func write(_ rounds: [Round], wrong: Int) {
        let times = rounds.map { Double($0.acknowledgedNanoseconds) / 1e6 }.sorted()
        let median = times[times.count / 2]
        let swept = rounds.map(\.sweptSeconds).max() ?? 0
        var text = JSONText()
        text.add("grants", grants)
        text.add("rounds", rounds.count)
        text.add("revoke_median_milliseconds", median)
        text.add("revoke_max_milliseconds", times.last)
        text.add("matched", rounds.map(\.matched).min() ?? 0)
        text.add("valid_after", rounds.map(\.validAfter).reduce(0, +))
        text.add("names_refused", rounds.count { $0.isNameRefused })
        text.add("longest_sweep_seconds", swept)
        text.add("wrong_rounds", wrong)
        guard !json else { return writeLine(text.text, to: STDOUT_FILENO) }
        var table = TextTable([
            "a task of \(grants) live grants, revoked \(rounds.count) times", "",
        ])
        for (name, value) in [
            ("acknowledged after, median", "\(Decimal3(median).text) ms"),
            ("acknowledged after, longest", "\(Decimal3(times.last ?? 0).text) ms"),
            ("tokens valid after it", "\(rounds.map(\.validAfter).reduce(0, +))"),
            ("rounds with a wrong count or a token left", "\(wrong)"),
            ("memory given back after, longest", "\(Decimal3(swept, places: 1).text) s"),
        ] {
            table.add([name, value])
        }
        writeLine(table.lines.joined(separator: "\n"), to: STDOUT_FILENO)
    }
}
