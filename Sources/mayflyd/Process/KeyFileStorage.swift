private import Glibc
internal import MayflyServer

/// The key file on disk: who may read it, and how it first comes to be.
enum KeyFileStorage {
    static let maximumBytes = 4_096

    /// The file's bytes; nil where there is none. The caller wipes them.
    ///
    /// A key that someone else can read or could have written is not a key.
    static func read(_ path: String) throws(StartFailure) -> [UInt8]? {
        do {
            guard let file = try openExisting(path, O_RDONLY | O_NOFOLLOW) else { return nil }
            let status = try file.status(path)
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw StartFailure(.keyFileRefused, "\(path): must be a regular file")
            }
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw StartFailure(
                    .keyFileRefused, "\(path): must belong to user \(geteuid()) or to root")
            }
            guard status.st_mode & 0o077 == 0 else {
                let mode = "0" + String(status.st_mode & 0o7777, radix: 8)
                throw StartFailure(
                    .keyFileRefused,
                    "\(path): has mode \(mode) and must be open to its owner only (chmod 600)")
            }
            return try file.contents(path, limit: maximumBytes)
        } catch let failure as StartFailure {
            throw failure
        } catch {
            throw StartFailure(.keyFileRefused, "\(error)")
        }
    }

    /// Makes the file, whole and durable or not at all: it is written under another name first, so that
    /// a crash leaves either no key file or a complete one.
    static func create(_ path: String, _ contents: RawSpan) throws(StartFailure) {
        do {
            let draft = try writeDraft(of: path, contents)
            // A link never replaces a file that is there; a rename would.
            guard link(draft, path) == 0 else { throw SystemFailure("create", path) }
            unlink(draft)
            try synchronizeDirectory(of: path)
        } catch {
            throw StartFailure(.keyFileRefused, "\(error)")
        }
    }

    /// Puts other contents in the file's place, durably: a crash leaves the old file or the new one, whole.
    static func replace(_ path: String, _ contents: RawSpan) throws(SystemFailure) {
        let draft = try writeDraft(of: path, contents)
        guard rename(draft, path) == 0 else {
            let failure = SystemFailure("replace", path)
            unlink(draft)
            throw failure
        }
        try synchronizeDirectory(of: path)
    }

    /// A durable file beside the one that it is to be.
    private static func writeDraft(
        of path: String, _ contents: RawSpan
    ) throws(SystemFailure) -> String {
        let draft = path + ".new"
        // What a crash left behind; the lock on the data directory says that no one writes it now.
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemFailure("create", draft) }
        let file = OwnedDescriptor(owning: descriptor)
        try file.writeAll(contents, draft)
        try file.synchronize(draft)
        return draft
    }

    private static func synchronizeDirectory(of path: String) throws(SystemFailure) {
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard let directory = try openExisting(parent, O_RDONLY | O_DIRECTORY) else {
            throw SystemFailure("open", parent, code: ENOENT)
        }
        try directory.synchronize(parent)
    }
}
