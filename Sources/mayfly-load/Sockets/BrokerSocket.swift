internal import CLinux
private import Glibc

/// One connection to a broker, non-blocking; closed with its owner.
struct BrokerSocket: ~Copyable {
    let rawValue: Int32

    init(path: String) throws(LoadFailure) {
        rawValue = clinux_unix_socket()
        guard rawValue >= 0 else { throw .system("socket") }
        // A listener whose queue is full says so on a non-blocking socket: try again shortly.
        for _ in 0..<Self.attempts {
            if clinux_unix_connect(rawValue, path) == 0 { return }
            guard errno == EAGAIN else { break }
            usleep(Self.retryMicroseconds)
        }
        throw .system(path)
    }

    deinit { _ = close(rawValue) }

    private static let attempts = 5_000
    private static let retryMicroseconds: UInt32 = 1_000

    /// What the kernel took, 0 where it takes nothing now, nil where the connection is gone.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
        while true {
            let count = clinux_send(rawValue, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            if errno == EAGAIN { return 0 }
            guard errno == EINTR else { return nil }
        }
    }

    /// What came, 0 where nothing is there now, nil where the connection is gone.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while true {
            let count = read(rawValue, buffer.baseAddress, buffer.count)
            if count > 0 { return count }
            if count == 0 { return nil }
            if errno == EAGAIN { return 0 }
            guard errno == EINTR else { return nil }
        }
    }

    /// Waits until something can be read or, where asked for, written; false when time is over.
    func wait(toWrite: Bool, milliseconds: Int32) -> Bool {
        var entry = pollfd(
            fd: rawValue, events: Int16(POLLIN) | (toWrite ? Int16(POLLOUT) : 0), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }
}
