private import Glibc
internal import MayflyServer

/// The data directory, which one broker at a time may have.
///
/// The lock is the kernel's (flock(2)) and goes with the process, however it ends; the file itself
/// stays, because removing it would let two brokers lock two files of one name.
struct DataDirectory: ~Copyable {
    private let directory: OwnedDescriptor
    private let lock: OwnedDescriptor

    static let lockName = "mayfly.lock"

    /// Makes the directory where there is none, and locks it for as long as the value lives.
    static func open(_ path: String) throws -> DataDirectory {
        let directory = try openDirectory(path)
        let lock = try takeLock(directory, path)
        return DataDirectory(directory: directory, lock: lock)
    }

    private init(directory: consuming OwnedDescriptor, lock: consuming OwnedDescriptor) {
        self.directory = directory
        self.lock = lock
    }

    private static func openDirectory(_ path: String) throws -> OwnedDescriptor {
        try makeDirectories(path)
        guard let directory = try openExisting(path, O_RDONLY | O_DIRECTORY) else {
            throw SystemFailure("open", path, code: ENOENT)
        }
        let status = try directory.status(path)
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw StartFailure(
                .cannotCreate,
                "\(path): must belong to user \(geteuid()) and be writable by nobody else")
        }
        return directory
    }

    private static func takeLock(
        _ directory: borrowing OwnedDescriptor, _ path: String
    ) throws -> OwnedDescriptor {
        let lockPath = path + "/" + lockName
        let descriptor = openat(
            directory.rawValue, lockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemFailure("open", lockPath) }
        let lock = OwnedDescriptor(owning: descriptor)
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw SystemFailure("lock", lockPath) }
            let holder = try lock.contents(lockPath, limit: 64)
            let name = String(decoding: holder, as: UTF8.self).filter(\.isNumber)
            throw StartFailure(
                .alreadyRunning, "\(path): another broker runs here (process \(name))")
        }
        // For people only; the lock is what counts.
        ftruncate(lock.rawValue, 0)
        let own = Array("\(getpid())\n".utf8)
        try lock.writeAll(own.span.bytes, lockPath)
        return lock
    }
}

/// Makes a directory and what is missing above it, each open to its owner only.
func makeDirectories(_ path: String) throws(SystemFailure) {
    var built = ""
    for part in path.split(separator: "/") {
        built += "/" + part
        if mkdir(built, 0o700) != 0, errno != EEXIST, access(built, F_OK) != 0 {
            throw SystemFailure("make", built)
        }
    }
}
