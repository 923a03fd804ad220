internal import CLinux
internal import Glibc

/// An epoll instance and room for what it reports.
final class Poller {
    private let descriptor: Descriptor
    /// Sockets that one wait tells of.
    static let capacity = 256
    private var events = [clinux_event](repeating: clinux_event(), count: Poller.capacity)

    init() throws {
        guard let descriptor = Descriptor(owning: clinux_epoll_create()) else {
            throw SystemFailure("epoll_create1")
        }
        self.descriptor = descriptor
    }

    func add(_ socket: Int32, _ interest: UInt32, tag: UInt64) -> Bool {
        clinux_epoll_add(descriptor.rawValue, socket, interest, tag) == 0
    }

    func modify(_ socket: Int32, _ interest: UInt32, tag: UInt64) {
        _ = clinux_epoll_modify(descriptor.rawValue, socket, interest, tag)
    }

    func remove(_ socket: Int32) { _ = clinux_epoll_remove(descriptor.rawValue, socket) }

    /// Waits at most this long, -1 for ever, and calls `body` with each socket's tag and events,
    /// after `woken` where there are any.
    ///
    /// - Returns: how many there were.
    func wait(
        milliseconds: Int32, woken: () -> Void, _ body: (UInt64, UInt32) -> Void
    ) -> Int {
        let count = clinux_epoll_wait(
            descriptor.rawValue, &events, Int32(events.count), milliseconds)
        guard count > 0 else { return 0 }
        woken()
        for index in 0..<Int(count) { body(events[index].tag, events[index].events) }
        return Int(count)
    }
}
