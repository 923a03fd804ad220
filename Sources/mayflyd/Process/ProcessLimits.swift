private import Glibc
internal import MayflyServer

/// What the process asks of the kernel for itself before it holds a secret or a connection.
enum ProcessLimits {
    /// No core file: one would hold tokens. A limit of one byte rather than none, because a core
    /// pattern that is a pipe ignores every limit but this (core(5), kernel `do_coredump`).
    static func forbidCoreFiles() {
        var limit = rlimit(rlim_cur: 1, rlim_max: 1)
        if setrlimit(Int32(RLIMIT_CORE.rawValue), &limit) != 0 {
            limit = rlimit(rlim_cur: 0, rlim_max: 0)
            setrlimit(Int32(RLIMIT_CORE.rawValue), &limit)
        }
    }

    /// Descriptors kept for the database, the log and the reactors' own use.
    static let reservedDescriptors = 128

    /// As many descriptors as the kernel lets us have; a problem where that is too few.
    static func allowDescriptors(forConnections connections: Int) throws(StartFailure) {
        var limit = rlimit()
        getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
        let needed = UInt64(connections + reservedDescriptors)
        guard UInt64(limit.rlim_cur) >= needed else {
            throw StartFailure(
                .configuration,
                "max-connections \(connections) needs \(needed) descriptors, and the limit of this "
                    + "process is \(limit.rlim_cur): lower the one or raise the other")
        }
    }
}
