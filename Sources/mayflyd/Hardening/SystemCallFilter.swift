private import CSeccomp
private import Glibc

/// The system calls that a running broker needs (seccomp(2)), in all threads at once.
///
/// What is on no list fails with EPERM: a C library that one day prefers a new call falls back to
/// the old one, and a broker that would die of it would take all agents with it. What only an
/// intruder calls ends the process: nothing acknowledged is lost by that, and he gets no second try.
enum SystemCallFilter {
    /// Gives 0, or a negative error number.
    static func load() -> Int32 {
        guard let filter = seccomp_init(cseccomp_fail_with(UInt16(EPERM))) else { return -ENOMEM }
        defer { seccomp_release(filter) }
        let code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)
        guard code == 0 else { return code }
        for (action, names) in [(cseccomp_allow, needed), (cseccomp_kill_process, hostile)] {
            for name in names {
                let code = add(name, action, to: filter)
                guard code == 0 else { return code }
            }
        }
        for (name, condition) in conditional {
            let code = add(name, cseccomp_allow, condition, to: filter)
            guard code == 0 else { return code }
        }
        // Its flags lie in memory, where a filter cannot look: the library then uses clone().
        let absent = cseccomp_fail_with(UInt16(ENOSYS))
        let absence = add("clone3", absent, to: filter)
        guard absence == 0 else { return absence }
        return seccomp_load(filter)
    }

    /// A call that this machine's architecture does not have needs no rule.
    private static func add(
        _ name: String, _ action: UInt32, _ condition: scmp_arg_cmp? = nil,
        to filter: scmp_filter_ctx
    ) -> Int32 {
        let number = seccomp_syscall_resolve_name(name)
        if number == -1 { return 0 }
        guard var condition else { return seccomp_rule_add_array(filter, action, number, 0, nil) }
        return seccomp_rule_add_array(filter, action, number, 1, &condition)
    }

    private static let needed = [
        // Files: the database, its log, the key file, /proc.
        "open", "openat", "close", "read", "readv", "pread64", "preadv", "write", "writev",
        "pwrite64", "pwritev", "lseek", "fstat", "stat", "lstat", "newfstatat", "statx", "statfs",
        "fstatfs", "access", "faccessat", "faccessat2", "fcntl", "flock", "fsync", "fdatasync",
        "sync_file_range", "ftruncate", "fallocate", "fadvise64", "unlink", "unlinkat", "rename",
        "renameat", "renameat2", "getdents64", "readlink", "readlinkat", "getcwd", "fchmod",
        "fchown", "umask", "dup", "pipe2",
        // Sockets and what tells of them.
        "accept4", "recvfrom", "recvmsg", "sendto", "sendmsg", "getsockopt", "setsockopt",
        "getsockname", "getpeername", "shutdown", "epoll_create1", "epoll_ctl", "epoll_wait",
        "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "eventfd2", "pidfd_open",
        // Memory.
        "brk", "munmap", "mremap", "madvise", "msync", "mlock", "mlock2", "munlock",
        // Threads, time, signals, the end.
        "futex", "rseq", "set_robust_list", "get_robust_list", "membarrier", "sched_yield",
        "sched_getaffinity", "sched_setaffinity", "gettid", "getpid", "getppid", "clock_gettime",
        "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "rt_sigaction",
        "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "rt_sigpending", "sigaltstack",
        "restart_syscall", "exit", "exit_group",
        // What the process is.
        "getuid", "geteuid", "getgid", "getegid", "getrandom", "getrusage", "getrlimit", "sysinfo",
        "uname", "times",
    ]

    /// Allowed with this argument only.
    private static let conditional: [(String, scmp_arg_cmp)] = [
        // The service manager is told through a Unix socket; nothing else is ever made.
        ("socket", equal(0, AF_UNIX)),
        // Memory is data or, from the start, code: never the one and then the other.
        ("mmap", without(2, UInt64(PROT_EXEC))),
        ("mprotect", without(2, UInt64(PROT_EXEC))),
        // To look, not to set.
        ("prlimit64", equal(2, 0)),
        // A thread's name, its timers, the names of its memory.
        ("prctl", equal(0, 15)), ("prctl", equal(0, 29)), ("prctl", equal(0, 0x5356_4D41)),
        // Threads, and no processes.
        ("clone", with(0, 0x0001_0000)),
        // abort() ends this process and no other.
        ("tgkill", equal(0, getpid())),
        ("ioctl", equal(1, 0x5401)), ("ioctl", equal(1, 0x541B)),
    ]

    private static let hostile = [
        "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev",
        "pidfd_getfd", "kcmp", "init_module", "finit_module", "delete_module", "kexec_load",
        "kexec_file_load", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "mount",
        "umount2", "move_mount", "fsopen", "open_tree", "pivot_root", "chroot", "setns", "unshare",
        "add_key", "request_key", "keyctl", "reboot", "swapon", "swapoff", "acct", "iopl", "ioperm",
        "open_by_handle_at",
    ]

    private static func equal(_ place: UInt32, _ value: Int32) -> scmp_arg_cmp {
        scmp_arg_cmp(
            arg: place, op: SCMP_CMP_EQ, datum_a: UInt64(UInt32(bitPattern: value)), datum_b: 0)
    }

    private static func with(_ place: UInt32, _ bits: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: place, op: SCMP_CMP_MASKED_EQ, datum_a: bits, datum_b: bits)
    }

    private static func without(_ place: UInt32, _ bits: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: place, op: SCMP_CMP_MASKED_EQ, datum_a: bits, datum_b: 0)
    }
}
