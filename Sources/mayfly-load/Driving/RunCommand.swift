internal import ArgumentParser
private import Glibc

/// The load itself.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Put a broker under load and print what it took (the default).",
        discussion: """
            A closed loop sends the next request when one was answered. With --rate the loop is \
            open: requests leave on time whatever the broker does, and latency counts from when \
            they should have left, so that a slow broker cannot hide behind a waiting client.
            """)

    @OptionGroup(title: "Where") var sockets: SocketOptions
    @OptionGroup(title: "Load") var options: RunOptions

    func validate() throws { _ = try Plan(options) }

    func run() throws {
        let plan = try Plan(options)
        Interrupt.block()
        let operation = Operator(path: sockets.operatorPath)
        let setup = Setup(plan: plan, options: options, sockets: sockets, operation: operation)
        let report = try endingWell { () throws(LoadFailure) in
            let access = try setup.access()
            let outcome = Result { () throws(LoadFailure) in
                var run = try Run(
                    plan: plan, access: access, operation: operation,
                    leavesLive: options.leave || options.setup, isQuiet: options.quiet)
                return try run.execute()
            }
            // The app goes also when the run failed; the first failure is the one to tell.
            let removal = Result { () throws(LoadFailure) in try setup.tearDown(access) }
            let report = try outcome.get()
            if report.failure == nil { try removal.get() }
            return report
        }
        writeLine(options.json ? report.json : report.table, to: STDOUT_FILENO)
        if report.failure != nil { throw ExitCode(ExitStatus.unavailable.rawValue) }
        if report.hasErrors { throw ExitCode(ExitStatus.errorsSeen.rawValue) }
    }
}

/// Tells a failure in one line and ends with its code.
func endingWell<Value>(_ body: () throws(LoadFailure) -> Value) throws -> Value {
    do throws(LoadFailure) {
        return try body()
    } catch {
        writeLine("mayfly-load: \(error)", to: STDERR_FILENO)
        throw ExitCode(ExitStatus(error).rawValue)
    }
}
