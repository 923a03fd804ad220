import CSQLite
import CSimulatedDisk

/// One file of a disk, through the calls that SQLite makes.
final class RawFile {
    private let memory: UnsafeMutableRawPointer
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: sqlite3_io_methods
    private let disk: Disk

    init(_ disk: Disk, _ name: String, kind: Int32 = SQLITE_OPEN_MAIN_DB) throws {
        guard let vfs = sqlite3_vfs_find(disk.vfs) else { throw DatabaseFailure(code: -1) }
        self.disk = disk
        memory = .allocate(byteCount: Int(vfs.pointee.szOsFile), alignment: 16)
        file = memory.assumingMemoryBound(to: sqlite3_file.self)
        var given: Int32 = 0
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind
        let code = vfs.pointee.xOpen(vfs, name, file, flags, &given)
        guard code == SQLITE_OK, let methods = file.pointee.pMethods else {
            memory.deallocate()
            throw DatabaseFailure(code: code)
        }
        self.methods = methods.pointee
    }

    deinit {
        _ = methods.xClose(file)
        memory.deallocate()
    }

    func write(_ bytes: [UInt8], at offset: Int64 = 0) -> Int32 {
        methods.xWrite(file, bytes, Int32(bytes.count), offset)
    }

    func truncate(_ length: Int64) -> Int32 { methods.xTruncate(file, length) }

    func failNextWrite() { sim_disk_fail_write(disk.handle, 1) }

    func failNextSync() { sim_disk_fail_sync(disk.handle, 1) }

    func sync() -> Int32 { methods.xSync(file, SQLITE_SYNC_NORMAL) }

    /// The whole file; nil where it cannot be read.
    func read() -> [UInt8]? {
        var size: Int64 = 0
        guard methods.xFileSize(file, &size) == SQLITE_OK else { return nil }
        var bytes = [UInt8](repeating: 0xEE, count: Int(size))
        let code = methods.xRead(file, &bytes, Int32(size), 0)
        return code == SQLITE_OK ? bytes : nil
    }
}

extension Disk {
    func exists(_ name: String) -> Bool {
        guard let vfs = sqlite3_vfs_find(self.vfs) else { return false }
        var answer: Int32 = 0
        // Not "exists", which an empty file does not.
        let code = vfs.pointee.xAccess(vfs, name, SQLITE_ACCESS_READWRITE, &answer)
        return code == SQLITE_OK && answer != 0
    }

    func delete(_ name: String, syncsDirectory: Bool) -> Int32 {
        guard let vfs = sqlite3_vfs_find(self.vfs) else { return -1 }
        return vfs.pointee.xDelete(vfs, name, syncsDirectory ? 1 : 0)
    }
}
