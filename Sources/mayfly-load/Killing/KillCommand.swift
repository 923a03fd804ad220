internal import ArgumentParser
private import Glibc
internal import MayflyWire

/// How long a token outlives the process that it is bound to.
struct KillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Kill processes that grants are bound to and see when their tokens are refused.",
        discussion: """
            Makes an app of its own, starts the processes, binds a grant to each, and kills some \
            one by one with SIGKILL, presenting the token until it is refused; then all others at \
            once. The time is from before the kill until the first refusal was received.
            """)

    @OptionGroup(title: "Where") var sockets: SocketOptions

    @Option(help: "Processes alive at once, each with a grant of its own.")
    var processes = 10_000

    @Option(help: "How many are killed one by one.")
    var kills = 1_000

    @Flag(help: "Print the result as JSON.")
    var json = false

    private static let patienceSeconds = 30.0

    func validate() throws {
        guard 1...20_000 ~= processes, 0...processes ~= kills else {
            throw ValidationError("--processes is 1 to 20000, --kills at most as many")
        }
    }

    private struct Result {
        var microseconds: [Double] = []
        /// Tokens that were valid before the last kill, when just the killed ones may not be.
        var validBefore = 0
        var allKilledSeconds = 0.0
        var allRefusedSeconds = 0.0
    }

    func run() throws {
        Interrupt.block()
        let result = try endingWell { () throws(LoadFailure) in try measure() }
        write(result)
        if result.validBefore != processes - kills {
            throw ExitCode(ExitStatus.errorsSeen.rawValue)
        }
    }

    private func measure() throws(LoadFailure) -> Result {
        let operation = Operator(path: sockets.operatorPath)
        var app = AppMessage()
        app.name = "kill-\(getpid())"
        app.ceiling = [BoundProcesses.ceiling]
        app.uids = [getuid()]
        app.sharedUid = true
        try operation.createApp(app)
        let outcome = Swift.Result { () throws(LoadFailure) in try measure(app.name) }
        let removal = Swift.Result { () throws(LoadFailure) in try operation.removeApp(app.name) }
        let result = try outcome.get()
        try removal.get()
        return result
    }

    private func measure(_ app: String) throws(LoadFailure) -> Result {
        var bound = try BoundProcesses(path: sockets.agentPath, app: app)
        for _ in 0..<processes { try bound.add() }
        var result = Result()
        result.microseconds.reserveCapacity(kills)
        for place in 0..<kills {
            let member = bound.members[place]
            let start = Moment.now()
            _ = Glibc.kill(member.process, SIGKILL)
            while try bound.isValid(member) { try giveUp(after: start) }
            result.microseconds.append(Double(Moment.now().nanoseconds(since: start)) / 1e3)
        }
        result.validBefore = try bound.validCount()
        let start = Moment.now()
        for member in bound.members[kills...] { _ = Glibc.kill(member.process, SIGKILL) }
        result.allKilledSeconds = Moment.now().seconds(since: start)
        while try bound.validCount() > 0 { try giveUp(after: start) }
        result.allRefusedSeconds = Moment.now().seconds(since: start)
        return result
    }

    private func giveUp(after start: Moment) throws(LoadFailure) {
        guard Moment.now().seconds(since: start) < Self.patienceSeconds else {
            throw .unusable("a token of a killed process is still valid after 30 s")
        }
    }

    private func write(_ result: Result) {
        let times = Quantiles(result.microseconds)
        var text = JSONText()
        text.add("processes", processes)
        text.add("kills", kills)
        text.add("refused_p50_microseconds", times.at(0.5))
        text.add("refused_p99_microseconds", times.at(0.99))
        text.add("refused_max_microseconds", times.longest)
        text.add("valid_before_last_kill", result.validBefore)
        text.add("all_killed_seconds", result.allKilledSeconds)
        text.add("all_refused_seconds", result.allRefusedSeconds)
        guard !json else { return writeLine(text.text, to: STDOUT_FILENO) }
        func milliseconds(_ value: Double?) -> String {
            value.map { "\(Decimal3($0 / 1_000).text) ms" } ?? "-"
        }
        var table = TextTable(["\(processes) bound processes, \(kills) killed one by one", ""])
        for (name, value) in [
            ("kill to the first refusal, p50", milliseconds(times.at(0.5))),
            ("kill to the first refusal, p99", milliseconds(times.at(0.99))),
            ("kill to the first refusal, longest", milliseconds(times.longest)),
            ("tokens of the others, valid", "\(result.validBefore)"),
            ("the others killed at once, in", "\(Decimal3(result.allKilledSeconds).text) s"),
            ("and all refused after", "\(Decimal3(result.allRefusedSeconds).text) s"),
        ] {
            table.add([name, value])
        }
        writeLine(table.lines.joined(separator: "\n"), to: STDOUT_FILENO)
    }
}
