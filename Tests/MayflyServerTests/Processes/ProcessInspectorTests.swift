internal import CTestProcesses
internal import Glibc
internal import MayflyCore
@testable internal import MayflyServer
import Testing

/// A child of this process, gone with its owner.
private final class Child {
    let pid: pid_t
    private var isEnded = false
    var id: ProcessID { ProcessID(rawValue: UInt32(pid)) }

    init(_ pid: pid_t) throws {
        try #require(pid > 0)
        self.pid = pid
    }

    static func asleep() throws -> Child { try Child(testproc_sleeper(uid_t.max, 0)) }

    func end() {
        // The pid is another's then.
        if isEnded { return }
        isEnded = true
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    deinit { end() }
}

@Suite(.serialized) struct `Processes as they are found` {
    private let inspector = ProcessInspector()
    private let own = ProcessID(rawValue: UInt32(getpid()))

    /// This process at the other end of a socket.
    private func caller() throws -> InspectedProcess {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { ends.forEach { close($0) } }
        return try inspector.peer(of: ends[0], pid: own, ageMilliseconds: 0)
    }

    private func reason(_ body: () throws -> InspectedProcess) throws -> Reason? {
        do {
            _ = try body()
            return nil
        } catch let refusal as Refusal {
            return refusal.reason
        }
    }

    @Test func `the peer is this process, with what makes it one and no other`() throws {
        let peer = try caller()
        #expect(peer.isOwnNamespace && inspector.canBind)
        #expect(peer.identity.pid == own)
        #expect(peer.identity == (try caller()).identity)
        #expect(peer.identity.startTicks > 0)
        #expect(peer.bond.binding == .process)
    }

    @Test func `a child is found, and exits by its descriptor, reaped or not`() throws {
        let child = try Child.asleep()
        let found = try inspector.descendant(child.id, of: caller())
        #expect(found.identity.pid == child.id)
        #expect(found.identity != (try caller()).identity)
        #expect(!found.hasExited)
        kill(child.pid, SIGKILL)
        var info = siginfo_t()
        waitid(P_PID, id_t(child.pid), &info, WEXITED | WNOWAIT)
        #expect(found.hasExited)
        child.end()
        #expect(found.hasExited)
        let facts = found.handle.facts
        #expect(facts != nil && facts?.pid == nil)
    }

    @Test func `a child's child is found`() throws {
        var pids: [pid_t] = [0, 0]
        try #require(testproc_line(&pids) == 0)
        let middle = try Child(pids[0])
        defer { kill(pids[1], SIGKILL) }
        let found = try inspector.descendant(
            ProcessID(rawValue: UInt32(pids[1])), of: caller())
        #expect(found.identity.pid.rawValue == UInt32(pids[1]))
        #expect(middle.pid == pids[0])
    }

    @Test func `what is no running descendant is refused as what it is`() throws {
        let caller = try caller()
        func refusal(_ pid: UInt32) throws -> Reason? {
            try reason { try inspector.descendant(ProcessID(rawValue: pid), of: caller) }
        }
        #expect(try refusal(0) == .processNotFound)
        #expect(try refusal(1) == .processNotDescendant)
        #expect(try refusal(own.rawValue) == .processNotDescendant)
        #expect(try refusal(UInt32(getppid())) == .processNotDescendant)
        #expect(try refusal(.max) == .processNotFound)
        #expect(try refusal(1 << 31) == .processNotFound)
        let zombie = try Child(testproc_zombie())
        #expect(try refusal(UInt32(zombie.pid)) == .processNotFound)
        zombie.end()
        #expect(try refusal(UInt32(zombie.pid)) == .processNotFound)
    }

    @Test func `a thread is no process`() throws {
        let threads = try FileNames(in: "/proc/self/task").names.compactMap { UInt32($0) }
        let thread = try #require(threads.first { $0 != own.rawValue })
        let caller = try caller()
        #expect(
            try reason { try inspector.descendant(ProcessID(rawValue: thread), of: caller) }
                == .processNotFound)
    }

    @Test func `a process is known again by its start and its inode, and another is not`() throws {
        let child = try Child.asleep()
        let identity = try inspector.descendant(child.id, of: caller()).identity
        #expect(inspector.reopen(identity, isByPid: false)?.identity == identity)
        var other = identity
        other.startTicks += 1
        #expect(inspector.reopen(other, isByPid: false) == nil)
        other = identity
        other.inode += 1
        // Where the kernel gives no inodes there is nothing to compare.
        #expect(identity.inode == 0 || inspector.reopen(other, isByPid: false) == nil)
        child.end()
        #expect(inspector.reopen(identity, isByPid: false) == nil)
    }

    @Test func `a process of another pid namespace is refused`() throws {
        guard getuid() == 0 else { return }
        let child = try Child(testproc_foreign())
        let caller = try caller()
        #expect(
            try reason { try inspector.descendant(child.id, of: caller) }
                == .processNamespaceForeign)
    }
}

/// What is in a directory.
private struct FileNames {
    var names: [String] = []

    init(in path: String) throws {
        let directory = try #require(opendir(path))
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
    }
}
