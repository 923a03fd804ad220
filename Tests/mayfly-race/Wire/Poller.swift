internal import CLinux
private import Glibc

/// One epoll instance.
struct Poller: ~Copyable {
    private let rawValue: Int32
    private let events = UnsafeMutablePointer<clinux_event>.allocate(capacity: capacity)

    private static let capacity = 256

    init() throws(RaceFailure) {
        rawValue = clinux_epoll_create()
        guard rawValue >= 0 else { throw .system("epoll_create1") }
    }

    deinit {
        close(rawValue)
        events.deallocate()
    }

    func add(_ descriptor: Int32, tag: Int) throws(RaceFailure) {
        guard clinux_epoll_add(rawValue, descriptor, clinux_epollin, UInt64(tag)) == 0 else {
            throw .system("epoll_ctl")
        }
    }

    func watch(_ descriptor: Int32, forWriting: Bool, tag: Int) {
        let wanted = clinux_epollin | (forWriting ? clinux_epollout : 0)
        _ = clinux_epoll_modify(rawValue, descriptor, wanted, UInt64(tag))
    }

    func remove(_ descriptor: Int32) { _ = clinux_epoll_remove(rawValue, descriptor) }

    /// Calls `body` with the tag of each descriptor that has something; waits at most that long.
    func wait(nanoseconds: UInt64, _ body: (Int) -> Void) {
        let count = clinux_epoll_wait_nanoseconds(
            rawValue, events, Int32(Self.capacity), nanoseconds)
        for place in 0..<max(0, Int(count)) { body(Int(events[place].tag)) }
    }
}
