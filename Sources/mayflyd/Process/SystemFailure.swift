internal import Glibc
internal import MayflyServer

extension SystemFailure {
    init(_ operation: String, _ path: String, code: Int32 = errno) {
        self.init("\(path): cannot \(operation)", code)
    }
}

/// Why the broker does not start, and the code it ends with.
struct StartFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}

func errorText(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
