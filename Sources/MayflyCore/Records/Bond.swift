/// What a grant's life hangs on beyond its expiry: a process or a connection. When that is gone,
/// whoever sees it go says so with `Command.endBound`, and the grant ends.
///
/// Held by reference: most grants hang on nothing, and pay one word for it.
package indirect enum Bond: Hashable, Sendable {
    case process(BoundProcess)
    /// Of a kernel without pidfds for peers: the process is known by its pid and start time.
    case processPid(BoundProcess)
    case connection(ConnectionID)

    /// What a token says of it.
    package var binding: Binding {
        switch self {
        case .process: .process
        case .processPid: .processPid
        case .connection: .connection
        }
    }

    /// Why a grant ends that hung on it.
    package var endReason: Reason {
        switch self {
        case .process, .processPid: .processExited
        case .connection: .connectionClosed
        }
    }

    /// As the audit has it: `process 1234`.
    var text: [UInt8] {
        switch self {
        case .process(let process), .processPid(let process):
            Array("process \(process.pid.rawValue)".utf8)
        case .connection:
            Array("connection".utf8)
        }
    }
}

/// One process and no other: pids are used again, these three together are not.
package struct BoundProcess: Hashable, Sendable {
    package var pid: ProcessID
    /// When it started, in clock ticks since the machine did: field 22 of `/proc/PID/stat`.
    package var startTicks: UInt64
    /// Of its pidfd; 0 where the kernel has no pidfs.
    package var inode: UInt64

    package init(pid: ProcessID, startTicks: UInt64, inode: UInt64) {
        self.pid = pid
        self.startTicks = startTicks
        self.inode = inode
    }
}

/// A connection, among all that a running broker ever accepted.
package struct ConnectionID: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    /// Any connection to a broker that ran before this one: all are closed.
    package static let earlier = ConnectionID(rawValue: 0)
}

/// What a grant's life hangs on beyond its expiry, as its token says it.
package enum Binding: UInt8, Sendable {
    case none = 1
    case process = 2
    case processPid = 3
    case connection = 4
}
