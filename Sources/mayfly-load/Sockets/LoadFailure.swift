private import Glibc

/// Why a run cannot go on.
enum LoadFailure: Error, CustomStringConvertible {
    /// A system call failed: what was tried, and the kernel's answer.
    case system(String, code: Int32)
    /// The broker refused what the run needs.
    case refused(String, reason: String, sentence: String)
    /// The broker closed the connection, or never answered.
    case connectionLost(String)
    /// The broker sent what the protocol does not allow.
    case protocolViolation(String)
    case unusable(String)

    static func system(_ action: String) -> LoadFailure { .system(action, code: errno) }

    var description: String {
        switch self {
        case .system(let action, let code): "\(action): \(String(cString: strerror(code)))"
        case .refused(let what, let reason, let sentence): "\(what): \(reason): \(sentence)"
        case .connectionLost(let what): "\(what): the broker closed the connection"
        case .protocolViolation(let what): "the broker broke the protocol: \(what)"
        case .unusable(let what): what
        }
    }
}

/// How the program ends; the numbers are those of sysexits.h.
enum ExitStatus: Int32 {
    /// Something was refused or answered wrong.
    case errorsSeen = 1
    case unavailable = 69

    init(_ failure: LoadFailure) {
        switch failure {
        case .system, .connectionLost: self = .unavailable
        case .refused, .protocolViolation, .unusable: self = .errorsSeen
        }
    }
}
