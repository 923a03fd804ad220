internal import ArgumentParser
private import Glibc

/// Where the broker listens.
struct SocketOptions: ParsableArguments {
    @Option(help: "The broker's socket for apps and agents (MAYFLY_SOCKET).")
    var socket: String?

    @Option(help: "The broker's socket for the operator (MAYFLY_OPERATOR_SOCKET).")
    var operatorSocket: String?

    var agentPath: String {
        socket ?? Self.find("MAYFLY_SOCKET", "agent.sock")
    }

    var operatorPath: String {
        operatorSocket ?? Self.find("MAYFLY_OPERATOR_SOCKET", "operator/operator.sock")
    }

    /// What the environment says, then the user's own broker if there is one, then the system's.
    private static func find(_ variable: String, _ name: String) -> String {
        if let path = environment(variable) { return path }
        if let directory = environment("XDG_RUNTIME_DIR") {
            let path = "\(directory)/mayfly/\(name)"
            if access(path, F_OK) == 0 { return path }
        }
        return "/run/mayfly/\(name)"
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
