internal import Glibc
internal import MayflyCore

/// The files of `/proc` that are read here, each at once and into a buffer on the stack.
enum ProcessFiles {
    /// More than either file has: fifty-two numbers and a name of sixty-four bytes.
    private static let fileBytes = 2_048

    /// Nil where no process has this pid, or none that may be seen.
    static func status(of pid: ProcessID) -> ProcessStatus? {
        contents(of: "/proc/\(pid.rawValue)/stat") { ProcessStatus($0) }
    }

    static func facts(ofPidfd descriptor: Int32) -> PidfdFacts? {
        contents(of: "/proc/self/fdinfo/\(descriptor)") { PidfdFacts($0) }
    }

    private static func contents<Result>(
        of path: String, _ body: (UnsafeRawBufferPointer) -> Result?
    ) -> Result? {
        guard let file = Descriptor(owning: open(path, O_RDONLY | O_CLOEXEC)) else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: fileBytes, alignment: 1) { buffer in
            let count = read(file.rawValue, buffer.baseAddress, buffer.count)
            guard count > 0 else { return nil }
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
