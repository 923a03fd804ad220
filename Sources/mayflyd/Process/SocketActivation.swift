private import Glibc
internal import MayflyServer

/// Sockets that systemd opened for us (sd_listen_fds(3)): descriptors from 3, each with a name.
enum SocketActivation {
    static let firstDescriptor: Int32 = 3
    static let names = ["agent", "operator"]

    /// Reads the variables only; nil where the sockets are meant for another process or nobody.
    ///
    /// Every descriptor must be named `agent` or `operator` (`FileDescriptorName=`): a socket that
    /// nobody serves would leave its clients waiting.
    static func assignments(
        environment: Environment, processID: Int32
    ) throws(StartFailure) -> [(name: String, descriptor: Int32)] {
        guard let pid = environment("LISTEN_PID").flatMap({ Int32($0) }), pid == processID,
            let text = environment("LISTEN_FDS")
        else { return [] }
        guard let count = Int32(text), 0...16 ~= count else {
            throw StartFailure(.configuration, "LISTEN_FDS: not a number of sockets")
        }
        let given = (environment("LISTEN_FDNAMES") ?? "")
            .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard count == 0 || given.count == Int(count) else {
            throw StartFailure(.configuration, "LISTEN_FDNAMES: must name each inherited socket")
        }
        var result: [(name: String, descriptor: Int32)] = []
        for (name, descriptor) in zip(given, firstDescriptor...) where count > 0 {
            guard names.contains(name), !result.contains(where: { $0.name == name }) else {
                throw StartFailure(
                    .configuration,
                    "LISTEN_FDNAMES: \(name): inherited sockets are one agent and one operator")
            }
            result.append((name, descriptor))
        }
        return result
    }

    /// The inherited sockets, each checked to be a listening Unix stream socket.
    static func inherit(
        environment: Environment, processID: Int32
    ) throws(StartFailure) -> InheritedListeners {
        var listeners = InheritedListeners()
        for (name, descriptor) in try assignments(environment: environment, processID: processID) {
            guard option(descriptor, SO_DOMAIN) == AF_UNIX,
                option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue),
                option(descriptor, SO_ACCEPTCONN) == 1
            else {
                throw StartFailure(
                    .configuration,
                    "inherited socket \(name): must be a listening Unix stream socket")
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            if name == "agent" {
                listeners.agentDescriptor = descriptor
            } else {
                listeners.operatorDescriptor = descriptor
            }
        }
        return listeners
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else { return nil }
        return value
    }
}
