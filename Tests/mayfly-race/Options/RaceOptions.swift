internal import ArgumentParser
private import Glibc

/// Everything a race can be told.
struct RaceOptions: ParsableArguments {
    @Option(help: "End after so many operations were answered.")
    var operations: UInt64 = 200_000

    @Option(help: "Hold so many trials of renewals racing for one token first.")
    var trials: UInt64 = 0

    @Option(help: "End after so many minutes, whatever was reached.")
    var minutes = 60.0

    @Option(help: "The broker's program (default: mayflyd beside this one).")
    var broker: String?

    @Option(help: "Connections to the agents' socket.")
    var connections = 64

    @Option(help: "Requests under way on each, 1 to 64.")
    var depth = 8

    @Option(help: "Families of agents that live at once.")
    var families = 64

    @Option(help: "Milliseconds between two disturbances of the broker, on average.")
    var calm = 1_500

    @Option(help: "Choose like another run did.")
    var seed: UInt64?

    @Option(help: "A deliberate fault of the broker's debug build, to be caught.")
    var fault: String?

    @Option(help: "Go on from this file, and leave there how far it came.")
    var resume: String?

    mutating func validate() throws {
        guard 8...1_024 ~= connections, 1...64 ~= depth, 1...4_096 ~= families, calm > 0 else {
            throw ValidationError("8 to 1,024 connections, a depth of 1 to 64, 1 to 4,096 families")
        }
    }

    /// - Parameter progress: of the runs before.
    func plan(after progress: Progress) -> Plan {
        Plan(
            operations: operations - min(operations, progress.operations),
            trials: trials - min(trials, progress.trials),
            limitSeconds: minutes * 60, seed: progress.nextSeed, connections: connections,
            depth: depth, places: families, calmMilliseconds: calm, fault: fault,
            brokerPath: broker ?? Self.neighbour("mayflyd"))
    }

    private static func neighbour(_ name: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/" + name
    }
}
