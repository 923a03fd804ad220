internal import ArgumentParser
private import Glibc
internal import MayflyWire

/// Compares a journal with a broker that came back: nothing acknowledged may be lost.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Ask a recovered broker about everything in a journal.",
        discussion: """
            Every spawn that was acknowledged and whose release was not begun must be valid; every \
            release that was acknowledged must be in force. With --later, what was begun in that \
            longer journal is not judged: for a copy of the disk taken while the load went on.
            """)

    @OptionGroup(title: "Where") var sockets: SocketOptions

    @Argument(help: "The journal of a run.")
    var journal: String

    @Option(help: "The same journal, copied after the disk was.")
    var later: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    /// Contradictions that are told one by one.
    private static let toldApart = 20

    func run() throws {
        let outcome = try endingWell { () throws(LoadFailure) in
            var history = JournalHistory()
            try history.read(journal)
            if let later {
                var longer = JournalHistory()
                try longer.read(later)
                history.forgetWhatBegan(in: longer)
            }
            return try judge(history)
        }
        for line in outcome.contradictions.prefix(Self.toldApart) {
            writeLine("mayfly-load: \(line)", to: STDERR_FILENO)
        }
        var text = JSONText()
        text.add("live_checked", outcome.live)
        text.add("ended_checked", outcome.ended)
        text.add("undecided", outcome.undecided)
        text.add("contradictions", outcome.contradictions.count)
        writeLine(
            json
                ? text.text
                : "\(outcome.live) live and \(outcome.ended) ended grants checked, "
                    + "\(outcome.undecided) undecided, "
                    + "\(outcome.contradictions.count) contradictions",
            to: STDOUT_FILENO)
        if !outcome.contradictions.isEmpty { throw ExitCode(ExitStatus.errorsSeen.rawValue) }
    }

    struct Outcome {
        var live = 0
        var ended = 0
        var undecided = 0
        var contradictions: [String] = []
    }

    private func judge(_ history: JournalHistory) throws(LoadFailure) -> Outcome {
        var outcome = Outcome(contradictions: history.contradictions)
        var caller = try Caller(path: sockets.agentPath)
        for (grant, record) in history.records {
            guard let expected = record.mustBeLive else {
                outcome.undecided += 1
                continue
            }
            guard let token = record.token else { continue }
            var request = ValidateRequestMessage()
            request.token = ByteView(copying: token)
            request.omitClaims = true
            let answer = try caller.call(
                .validate, request, answer: ValidateResponseMessage.self)
            if expected { outcome.live += 1 } else { outcome.ended += 1 }
            guard answer.valid != expected else { continue }
            let name = String(decoding: grant.text, as: UTF8.self)
            outcome.contradictions.append(
                expected
                    ? "\(name): its spawn was acknowledged, and it is not valid"
                    : "\(name): its end was acknowledged, and it is valid")
        }
        return outcome
    }
}
