internal import Glibc

/// A disk of its own for a broker: an ext4 file system in a file, mounted through a loop device.
///
/// What the file system has not sent to its device is not in the file, so a copy of the file is
/// what a machine finds after its power was cut. Needs root.
final class DiskImage {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let chunkBytes = 1 << 20
    /// Copies that may be spoilt by something still on its way to the device.
    private static let attempts = 50

    let path: String
    let mountPoint: String
    private var isMounted = false

    /// Why this machine cannot do it, found by trying; nil where it can.
    static func impediment() -> String? {
        if geteuid() != 0 { return "a loop device needs root" }
        do {
            let directory = try TemporaryDirectory()
            let image = try DiskImage(
                make: directory.path + "/image", mebibytes: 4, mountPoint: directory.path + "/disk")
            image.unmount()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Makes the file and its file system.
    init(make path: String, mebibytes: Int, mountPoint: String) throws {
        self.path = path
        self.mountPoint = mountPoint
        try Tool.run("truncate", ["-s", "\(mebibytes)M", path])
        try Tool.run("mkfs.ext4", ["-q", "-F", path])
        try mount()
    }

    /// Mounts a copy, which replays the file system's journal as a machine does when it starts.
    init(copy path: String, mountPoint: String) throws {
        self.path = path
        self.mountPoint = mountPoint
        try mount()
    }

    deinit { unmount() }

    func unmount() {
        guard isMounted else { return }
        isMounted = false
        if !Tool.works("umount", [mountPoint]) { _ = Tool.works("umount", ["-l", mountPoint]) }
    }

    /// Sends everything that the file system holds to its device, and has it flushed.
    func settle() throws { try Tool.run("sync", ["-f", mountPoint]) }

    private func mount() throws {
        try Tool.run("mkdir", ["-p", mountPoint])
        try Tool.run("mount", ["-o", "loop", path, mountPoint])
        isMounted = true
    }

    /// Copies what the device has. Nothing is synchronised for it: the file is read through the
    /// page cache that the device itself writes to.
    ///
    /// No disk is cut off in two states at once, so a copy counts only if the device did not
    /// change while it was made. Whoever writes there is to be stopped first; what had already
    /// reached the kernel is soon done.
    func copyDevice(to target: String) throws {
        for _ in 0..<Self.attempts {
            unlink(target)
            try copyData(to: target)
            if try isEqual(to: target) { return }
        }
        throw Failure(description: "\(path) does not come to rest")
    }

    private func copyData(to target: String) throws {
        let source = try File(path, O_RDONLY)
        let copy = try File(target, O_RDWR | O_CREAT | O_EXCL)
        let size = lseek(source.descriptor, 0, SEEK_END)
        guard ftruncate(copy.descriptor, size) == 0 else { throw File.failure("extend", target) }
        try source.forEachChunk(of: Self.chunkBytes) { place, bytes in
            guard pwrite(copy.descriptor, bytes.baseAddress, bytes.count, place) == bytes.count
            else { throw File.failure("write", target) }
        }
    }

    private func isEqual(to target: String) throws -> Bool {
        let source = try File(path, O_RDONLY)
        let copy = try File(target, O_RDONLY)
        let other = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkBytes, alignment: 16)
        defer { other.deallocate() }
        var isSame = true
        try source.forEachChunk(of: Self.chunkBytes) { place, bytes in
            guard isSame else { return }
            guard let left = bytes.baseAddress, let right = other.baseAddress else { return }
            let count = pread(copy.descriptor, right, bytes.count, place)
            isSame = count == bytes.count && memcmp(left, right, count) == 0
        }
        return isSame
    }
}

/// A descriptor, closed when it is let go.
private final class File {
    /// lseek(2); the C header has them behind a feature macro.
    private static let seekData: Int32 = 3
    private static let seekHole: Int32 = 4

    let descriptor: Int32

    init(_ path: String, _ flags: Int32) throws {
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw File.failure("open", path) }
    }

    deinit { close(descriptor) }

    static func failure(_ operation: String, _ path: String) -> DiskImage.Failure {
        DiskImage.Failure(description: "cannot \(operation) \(path): error \(errno)")
    }

    /// Reads what is not a hole.
    func forEachChunk(
        of bytes: Int, _ body: (off_t, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
        defer { chunk.deallocate() }
        var place: off_t = 0
        while true {
            let start = lseek(descriptor, place, Self.seekData)
            guard start >= 0 else { return }
            let end = lseek(descriptor, start, Self.seekHole)
            place = start
            while place < end {
                let wanted = min(bytes, Int(end - place))
                let count = pread(descriptor, chunk.baseAddress, wanted, place)
                guard count > 0 else { throw File.failure("read", "the image") }
                try body(place, UnsafeRawBufferPointer(rebasing: chunk[..<count]))
                place += off_t(count)
            }
        }
    }
}
