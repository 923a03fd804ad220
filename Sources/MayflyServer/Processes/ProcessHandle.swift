internal import CLinux
internal import Glibc
internal import MayflyCore

/// A process held by its pidfd: it may exit, but no other can come to stand for it.
struct ProcessHandle: ~Copyable {
    private let descriptor: Descriptor
    /// The kernel named it by its pid alone: before 6.5 it has nothing better for a peer.
    let isByPid: Bool

    /// Why there is none.
    enum Failure: Error {
        /// No process, a thread, or one that is long gone.
        case notFound
        /// No descriptor is left.
        case exhausted
        /// The kernel cannot do it.
        case unsupported
    }

    /// The process that has this pid now.
    ///
    /// - Parameter isByPid: whether its pid is all that it is known by.
    static func open(_ pid: ProcessID, isByPid: Bool) throws(Failure) -> ProcessHandle {
        // Above what a pid can be, the kernel's argument would be negative.
        guard 1...UInt32(Int32.max) ~= pid.rawValue else { throw .notFound }
        return try ProcessHandle(owning: clinux_pidfd_open(pid.rawValue), isByPid: isByPid)
    }

    /// The process that made the connection, whoever holds its socket now.
    static func peer(of socket: Int32) throws(Failure) -> ProcessHandle {
        if ProcessFaults.current.hasOldKernel { throw .unsupported }
        return try ProcessHandle(owning: clinux_peer_pidfd(socket), isByPid: false)
    }

    private init(owning rawValue: Int32, isByPid: Bool) throws(Failure) {
        guard let descriptor = Descriptor(owning: rawValue) else {
            switch errno {
            case ESRCH, EINVAL, ENOENT, ENODATA: throw .notFound
            case EMFILE, ENFILE, ENOMEM: throw .exhausted
            default: throw .unsupported
            }
        }
        self.descriptor = descriptor
        self.isByPid = isByPid
    }

    var rawValue: Int32 { descriptor.rawValue }

    /// Readable from the exit of its last thread on, reaped or not. State Z would not do: a process
    /// is a zombie by its state while threads of it still run.
    var hasExited: Bool {
        var polled = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) != 0
    }

    /// No other process of this boot has it; 0 where the kernel has no pidfs.
    var inode: UInt64 {
        ProcessFaults.current.hasOldKernel ? 0 : clinux_pidfd_inode(rawValue)
    }

    var facts: PidfdFacts? { ProcessFiles.facts(ofPidfd: rawValue) }
}
