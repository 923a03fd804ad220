private import Glibc

/// Tells a service manager how the process fares (sd_notify(3)), without its library.
struct ServiceNotification {
    private let address: String?

    /// Silent where `NOTIFY_SOCKET` is not set: then nobody asked.
    init(environment: Environment) {
        address = environment("NOTIFY_SOCKET")
    }

    func ready() { send("READY=1\n") }
    func stopping() { send("STOPPING=1\n") }

    /// Best effort: a manager that does not listen must not stop the broker.
    private func send(_ state: String) {
        guard let address, var name = socketAddress(address) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        let owner = OwnedDescriptor(owning: descriptor)
        let message = Array(state.utf8)
        _ = withUnsafePointer(to: &name.value) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                sendto(
                    owner.rawValue, message, message.count, Int32(MSG_NOSIGNAL), generic,
                    name.length)
            }
        }
    }
}

/// A Unix address and its length; a leading `@` stands for the zero byte of an abstract one.
private func socketAddress(_ path: String) -> (value: sockaddr_un, length: socklen_t)? {
    var bytes = Array(path.utf8)
    guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else {
        return nil
    }
    if first == UInt8(ascii: "@") { bytes[0] = 0 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
        guard bytes.count < field.count else { return false }
        field.copyBytes(from: bytes)
        return true
    }
    guard fits else { return nil }
    let head = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    // An abstract name ends where its length says, a path at its zero byte.
    let tail = bytes.count + (first == UInt8(ascii: "/") ? 1 : 0)
    return (address, socklen_t(head + tail))
}
