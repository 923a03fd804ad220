// mayfly-simulate runs the broker's core and its real store in a world made of one seed: clients,
// clocks, a network and a disk, crashes and restarts, and beside them an auditor that shares no code
// with the broker and foretells all it does. A failing seed is printed with the command that
// replays it.
internal import ArgumentParser

@main
struct MayflySimulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mayfly-simulate", abstract: "The broker in a simulated world, audited.")

    @Option(help: "Seeds, A or A..B.") var seeds = "1..100"
    @Option(help: "Requests that the broker serves for each seed.") var operations = 1_000
    @Option(help: "A deliberate fault; the run succeeds when it is found.") var mutant = "none"
    @Option(help: "Threads.") var jobs = 2
    @Option(help: "Stop after this many seconds, and say what was reached.") var seconds = Int.max
    @Flag(help: "No lines of progress.") var quiet = false

    func run() throws {
        guard let mutant = Mutant(rawValue: mutant) else {
            throw ValidationError(
                "mutants are \(Mutant.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let bounds = seeds.components(separatedBy: "..").compactMap { UInt64($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last else {
            throw ValidationError("seeds are A or A..B")
        }
        let campaign = Campaign(
            seeds: first...last, operations: operations, mutant: mutant, jobs: jobs,
            seconds: seconds, isQuiet: quiet)
        guard campaign.run() else { throw ExitCode.failure }
    }
}

extension String {
    /// Parts between the separators.
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
