internal import CLinux
internal import Glibc
internal import MayflyStore

/// Closes what peers passed on kernels that let descriptors through, and the connections in which
/// something passed may still lie unread, on threads of its own.
///
/// Whose last reference is closed decides how long that takes: a TCP socket that lingers holds its
/// closer for seconds, a file of a peer's own file system for as long as the peer likes. Sockets are
/// kept from lingering first, and one share has one thread at a time: what it passes holds up
/// nobody else's.
final class DescriptorCloser: @unchecked Sendable {
    // Unchecked: the threads are kept and never looked at.
    private static let threadCount = 4

    private struct Item {
        let share: Share
        let descriptors: [Int32]
        let kind: Kind
    }

    private enum Kind {
        case passed
        /// Counted in its share until it is closed.
        case connection
        /// Never let in.
        case refused
    }

    private struct Waiting {
        /// By share, those that a thread works for among them.
        var lines: [ShareKey: ConsumedQueue<Item>] = [:]
        /// Those that no thread works for.
        var ready = ConsumedQueue<ShareKey>()
    }

    private let shares: ShareTable
    private let waiting = Monitor(Waiting())

    init(_ shares: ShareTable) { self.shares = shares }

    /// Starts the threads. They end with the process: one that is held by what it closes must not
    /// hold up the end.
    func start() throws {
        for number in 0..<Self.threadCount {
            _ = try WorkerThread(name: "mayfly-close-\(number)") { [self] in run() }
        }
    }

    func closePassed(_ descriptors: ArraySlice<Int32>, of share: Share) {
        share.countPassed(descriptors.count)
        add(Item(share: share, descriptors: Array(descriptors), kind: .passed))
    }

    /// The connection leaves its share when it has been closed.
    func closeConnection(_ descriptor: Int32, of share: Share) {
        part(from: descriptor)
        add(Item(share: share, descriptors: [descriptor], kind: .connection))
    }

    /// One that was not let in.
    func closeRefused(_ descriptor: Int32, of share: Share) {
        share.countRefused(1)
        part(from: descriptor)
        add(Item(share: share, descriptors: [descriptor], kind: .refused))
    }

    /// The peer hears of it now, however long closing takes.
    private func part(from descriptor: Int32) { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func add(_ item: Item) {
        waiting.withLock { waiting in
            let key = item.share.key
            if waiting.lines[key] == nil {
                waiting.lines[key] = ConsumedQueue()
                waiting.ready.append(key)
            }
            waiting.lines[key]?.append(item)
        }
        waiting.wake()
    }

    private func run() {
        while true {
            let item = waiting.wait { (waiting: inout Waiting) -> WaitStep<Item> in
                guard let key = waiting.ready.popFirst(),
                    let item = waiting.lines[key]?.popFirst()
                else { return .wait }
                return .done(item)
            }
            close(item)
            let key = item.share.key
            waiting.withLock { waiting in
                if waiting.lines[key]?.isEmpty == false {
                    waiting.ready.append(key)
                } else {
                    waiting.lines[key] = nil
                }
            }
            waiting.wake()
        }
    }

    private func close(_ item: Item) {
        for descriptor in item.descriptors {
            switch item.kind {
            case .passed:
                clinux_close_passed(descriptor)
                item.share.countPassed(-1)
            case .connection:
                _ = Glibc.close(descriptor)
                shares.leave(item.share)
            case .refused:
                _ = Glibc.close(descriptor)
                item.share.countRefused(-1)
            }
        }
    }
}
