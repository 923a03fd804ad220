internal import CLinux
internal import Glibc

/// A listening Unix socket: made here, or handed over by systemd.
final class Listener: Sendable {
    private static let backlog: Int32 = 4_096

    let descriptor: Descriptor
    let role: SocketRole
    /// Whether the kernel keeps passed descriptors from its connections (SO_PASSRIGHTS, 6.16).
    private let refusesDescriptors: Bool
    /// Peers may have connected, and passed some, before the kernel was told.
    private let isInherited: Bool
    /// Removed at the end, where this broker made it.
    private let path: String?

    /// Takes over a socket that is already listening.
    init(inherited rawValue: Int32, role: SocketRole) throws {
        guard let descriptor = Descriptor(owning: rawValue) else {
            throw SystemFailure("taking over a listening socket", EBADF)
        }
        self.descriptor = descriptor
        self.role = role
        path = nil
        isInherited = true
        _ = fcntl(rawValue, F_SETFL, fcntl(rawValue, F_GETFL) | O_NONBLOCK)
        _ = fcntl(rawValue, F_SETFD, FD_CLOEXEC)
        refusesDescriptors = Self.refuseDescriptors(rawValue)
    }

    /// Binds `path`. A socket that lies there is stale if nobody listens on it: the caller holds
    /// the data directory's lock, but a broker on another directory may have been given the same
    /// path. That one's socket, and anything that is no socket, is left alone and refused.
    ///
    /// - Parameters:
    ///   - mode: of the socket file.
    ///   - directoryMode: of the directory it lies in, which is made if missing.
    init(path: String, mode: mode_t, directoryMode: mode_t, role: SocketRole) throws {
        try Self.prepareDirectory(of: path, mode: directoryMode)
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                throw SystemFailure("\(path) is in the way and is not a socket", EEXIST)
            }
            guard try !Self.isListening(path) else {
                throw SystemFailure("another process listens on \(path)", EADDRINUSE)
            }
            unlink(path)
        }
        guard let descriptor = Descriptor(owning: clinux_unix_socket()) else {
            throw SystemFailure("making a socket")
        }
        // Bound with no access for anyone but the owner, then opened to the mode wanted: the file
        // gets the mode of the socket, less the process's mask, which is not ours to change here.
        guard fchmod(descriptor.rawValue, 0o600) == 0,
            clinux_unix_bind(descriptor.rawValue, path) == 0
        else { throw SystemFailure("binding \(path)") }
        guard chmod(path, mode) == 0 else { throw SystemFailure("setting the mode of \(path)") }
        // Before the first connection: each takes after the listener as it is then.
        refusesDescriptors = Self.refuseDescriptors(descriptor.rawValue)
        guard listen(descriptor.rawValue, Self.backlog) == 0 else {
            throw SystemFailure("listening on \(path)")
        }
        self.descriptor = descriptor
        self.role = role
        self.path = path
        isInherited = false
    }

    deinit {
        if let path { unlink(path) }
    }

    /// Whether any connection may bring descriptors, which someone has to close then.
    var mayTakeDescriptors: Bool { isInherited || !refusesDescriptors }

    /// Whether nothing was passed in a connection that was accepted here, nor can be.
    func refusesDescriptors(of connection: Int32) -> Bool {
        refusesDescriptors && (!isInherited || clinux_refuses_descriptors(connection) != 0)
    }

    private static func refuseDescriptors(_ socket: Int32) -> Bool {
        #if MAYFLY_FAULTS
            // As on a kernel before 6.16.
            if getenv("MAYFLY_FAULT_PASSRIGHTS") != nil { return false }
        #endif
        return clinux_refuse_descriptors(socket) == 0
    }

    private static func isListening(_ path: String) throws -> Bool {
        guard let probe = Descriptor(owning: clinux_unix_socket()) else {
            throw SystemFailure("making a socket")
        }
        if clinux_unix_connect(probe.rawValue, path) == 0 { return true }
        // Every other error has somebody behind it: a full backlog, another kind of socket.
        return errno != ECONNREFUSED && errno != ENOENT
    }

    /// Makes the directory that a socket lies in, or finds one that is fit.
    static func prepareDirectory(of path: String, mode: mode_t) throws {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw SystemFailure(
                "\(path) must be an absolute path in a directory of its own", EINVAL)
        }
        let directory = String(path[..<slash])
        if mkdir(directory, mode) == 0 {
            guard chmod(directory, mode) == 0 else {
                throw SystemFailure("setting the mode of \(directory)")
            }
            return
        }
        guard errno == EEXIST else { throw SystemFailure("making \(directory)") }
        var status = stat()
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemFailure("\(directory) is not a directory", ENOTDIR)
        }
        // Whoever owns the directory can put a socket of his own in its place.
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SystemFailure(
                "\(directory) belongs to user \(status.st_uid), neither root nor the broker's own",
                EPERM)
        }
        guard status.st_mode & 0o777 & ~mode == 0 else {
            throw SystemFailure(
                "\(directory) is open to more than mode \(String(mode, radix: 8)) allows", EPERM)
        }
    }
}
