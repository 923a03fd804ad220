internal import Glibc

/// What the kernel says about this process, for Operator.Status.
struct ProcessFigures {
    var cpuUserMicroseconds: UInt64 = 0
    var cpuSystemMicroseconds: UInt64 = 0
    var residentBytes: UInt64 = 0
    var openDescriptors: UInt32 = 0
    /// Given to the disk.
    var writtenBytes: UInt64 = 0
    var pid: UInt32 = 0

    static func read() -> ProcessFigures {
        var figures = ProcessFigures()
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        figures.cpuUserMicroseconds = microseconds(usage.ru_utime)
        figures.cpuSystemMicroseconds = microseconds(usage.ru_stime)
        figures.pid = UInt32(getpid())
        let pages = text(of: "/proc/self/statm").split(separator: " ")
        if pages.count > 1, let resident = UInt64(pages[1]) {
            figures.residentBytes = resident * UInt64(sysconf(Int32(_SC_PAGESIZE)))
        }
        // What /proc/self/io calls write_bytes, which a process that cannot be dumped may not read.
        figures.writtenBytes = UInt64(usage.ru_oublock) * 512
        figures.openDescriptors = countDescriptors()
        return figures
    }

    private static func microseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_usec)
    }

    private static func countDescriptors() -> UInt32 {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count: UInt32 = 0
        while readdir(directory) != nil { count += 1 }
        // Without ".", ".." and the directory's own descriptor.
        return count > 3 ? count - 3 : 0
    }

    /// The first 4 KiB of a file of /proc; empty where it cannot be read.
    private static func text(of path: String) -> String {
        guard let file = Descriptor(owning: open(path, O_RDONLY | O_CLOEXEC)) else { return "" }
        return withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
            let count = Glibc.read(file.rawValue, buffer.baseAddress, buffer.count)
            guard count > 0 else { return "" }
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
