private import CLinux
private import Glibc

/// How a connection to a broker is made.
struct Dialer: Sendable {
    /// Why none was made.
    struct Failure: Error {
        let sentence: String
        /// The broker is there and its queue of connections is full.
        var isQueueFull = false
    }

    /// Gives a connected, non-blocking stream socket, without waiting.
    let dial: @Sendable () throws(Failure) -> Descriptor

    /// By the path of a broker's Unix socket.
    static func socket(path: String) -> Dialer {
        Dialer { () throws(Failure) in
            guard let descriptor = Descriptor(owning: clinux_unix_socket()) else {
                throw Failure(sentence: "no socket can be made: \(systemMessage(errno))")
            }
            while clinux_unix_connect(descriptor.rawValue, path) != 0 {
                let code = errno
                if code == EINTR { continue }
                throw Failure(
                    sentence: "no broker can be reached at \(path): \(systemMessage(code))",
                    isQueueFull: code == EAGAIN)
            }
            return descriptor
        }
    }
}

/// Where a broker's sockets are when nobody says.
package enum SocketPath {
    /// For apps and agents: `MAYFLY_SOCKET`, else the user's own broker where there is one, else
    /// the system's.
    package static func agents() -> String {
        path(environment: "MAYFLY_SOCKET", under: "agent.sock")
    }

    /// For the operator: `MAYFLY_OPERATOR_SOCKET`, else as for agents.
    package static func `operator`() -> String {
        path(environment: "MAYFLY_OPERATOR_SOCKET", under: "operator/operator.sock")
    }

    private static func path(environment name: String, under tail: String) -> String {
        if let path = variable(name) { return path }
        if let directory = variable("XDG_RUNTIME_DIR"), directory.utf8.first == UInt8(ascii: "/") {
            let path = "\(directory)/mayfly/\(tail)"
            if access(path, F_OK) == 0 { return path }
        }
        return "/run/mayfly/\(tail)"
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
