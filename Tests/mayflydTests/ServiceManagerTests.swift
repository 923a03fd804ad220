import Glibc
import MayflyServer
import Testing

@testable import mayflyd

@Suite struct `Sockets from the service manager` {
    private func assignments(_ variables: [String: String]) throws(StartFailure) -> [String: Int32]
    {
        let found = try SocketActivation.assignments(
            environment: { variables[$0] }, processID: 42)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.descriptor) })
    }

    @Test func `go by their names`() throws {
        let both = try assignments([
            "LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "operator:agent",
        ])
        #expect(both == ["operator": 3, "agent": 4])
    }

    @Test(arguments: [
        [:], ["LISTEN_PID": "43", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "agent"],
        ["LISTEN_PID": "42"], ["LISTEN_PID": "42", "LISTEN_FDS": "0"],
    ])
    func `are none when none are meant for this process`(variables: [String: String]) throws {
        #expect(try assignments(variables).isEmpty)
    }

    @Test(arguments: [
        ("1", ""), ("1", "mayfly.socket"), ("2", "agent"), ("2", "agent:agent"), ("-1", "agent"),
        ("x", "agent"), ("17", "agent"), ("3", "agent:operator:other"),
    ])
    func `are refused when one would be served by nobody`(count: String, names: String) {
        #expect(throws: StartFailure.self) {
            try assignments([
                "LISTEN_PID": "42", "LISTEN_FDS": count, "LISTEN_FDNAMES": names,
            ])
        }
    }
}

@Suite struct `Notification of the service manager` {
    /// A datagram socket bound to a path, as a manager has one.
    private func listen(_ path: String) -> OwnedDescriptor {
        let listener = OwnedDescriptor(
            owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener.rawValue, $0, length)
            }
        }
        return listener
    }

    @Test func `says ready, then stopping`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/notify"
        let manager = listen(path)
        let notification = ServiceNotification(environment: ["NOTIFY_SOCKET": path].lookUp)
        notification.ready()
        notification.stopping()
        for expected in ["READY=1\n", "STOPPING=1\n"] {
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = recv(manager.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            let said = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            #expect(said == expected)
        }
    }

    @Test(arguments: ["", "relative", "/nowhere/notify", "/" + String(repeating: "n", count: 200)])
    func `is silent where nobody listens`(address: String) {
        ServiceNotification(environment: ["NOTIFY_SOCKET": address].lookUp).ready()
        ServiceNotification(environment: { _ in nil }).ready()
    }
}

extension [String: String] {
    fileprivate var lookUp: (String) -> String? { { self[$0] } }
}
