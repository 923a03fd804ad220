internal import ArgumentParser
private import Glibc
internal import MayflyClient
internal import MayflyStore

/// How a command ends: 0, or one of these.
enum ExitStatus: Int32 {
    /// The broker refused, or something asked about is not valid.
    case refused = 1
    /// EX_USAGE: the arguments cannot be used.
    case usage = 64
    /// EX_UNAVAILABLE: no broker, no answer, or a file that cannot be read.
    case unavailable = 69
}

/// What a command ends with when it is not done.
struct Failure: Error {
    let status: ExitStatus
    /// A stable word in upper case.
    let reason: String
    let sentence: String

    init(_ status: ExitStatus, _ reason: String, _ sentence: String) {
        self.status = status
        self.reason = reason
        self.sentence = sentence
    }

    init(_ error: MayflyError) {
        let status: ExitStatus =
            switch error {
            case .refused: .refused
            case .invalidRequest: .usage
            case .connection, .outcomeUnknown, .timeout, .protocolViolation, .cancelled,
                .eventsLost,
                .closed:
                .unavailable
            }
        self.init(status, error.code, error.message)
    }

    /// The arguments cannot be used; which, the sentence says.
    static func usage(_ sentence: String) -> Failure { Failure(.usage, "USAGE", sentence) }
}

/// Does a command's work; what goes wrong is one line on standard error and an exit status.
func reporting(_ work: () async throws -> Void) async throws {
    let failure: Failure
    do {
        return try await work()
    } catch let error as Failure {
        failure = error
    } catch let error as MayflyError {
        failure = Failure(error)
    } catch let error as StoreFailure {
        failure = Failure(.unavailable, "DATABASE_UNREADABLE", error.description)
    }
    writeText("mayfly: \(failure.reason): \(printable(failure.sentence))\n", to: STDERR_FILENO)
    throw ExitCode(failure.status.rawValue)
}

/// Something that the caller should know, on standard error.
func note(_ sentence: String) {
    writeText("mayfly: note: \(printable(sentence))\n", to: STDERR_FILENO)
}
