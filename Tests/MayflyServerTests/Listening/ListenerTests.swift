internal import CLinux
internal import Glibc
@testable internal import MayflyServer
import Testing

@Suite struct `Where the broker listens` {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func listen(
        _ path: String, mode: mode_t = 0o660, directoryMode: mode_t = 0o750
    ) throws -> Listener {
        try Listener(path: path, mode: mode, directoryMode: directoryMode, role: .agents)
    }

    private func mode(of path: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_mode & 0o777
    }

    private func canConnect(_ path: String) throws -> Bool {
        let probe = try owned(clinux_unix_socket())
        return clinux_unix_connect(probe.rawValue, path) == 0
    }

    @Test func `the socket and a directory made for it have the modes wanted`() throws {
        let path = directory.path + "/run/agent.sock"
        let listener = try listen(path)
        #expect(try mode(of: path) == 0o660)
        #expect(try mode(of: directory.path + "/run") == 0o750)
        #expect(try canConnect(path))
        _ = consume listener
    }

    @Test func `its socket is gone with it`() throws {
        let path = directory.path + "/agent.sock"
        do { _ = try listen(path) }
        #expect(access(path, F_OK) != 0)
    }

    @Test func `a stale socket gives way`() throws {
        let path = directory.path + "/agent.sock"
        do {
            let stale = try owned(clinux_unix_socket())
            let bound = clinux_unix_bind(stale.rawValue, path)
            try #require(bound == 0)
        }
        let listener = try listen(path)
        #expect(try canConnect(path))
        _ = consume listener
    }

    @Test func `a socket that another process listens on is left to it`() throws {
        let path = directory.path + "/agent.sock"
        let first = try listen(path)
        #expect {
            _ = try listen(path)
        } throws: {
            ($0 as? SystemFailure)?.errorNumber == EADDRINUSE
        }
        #expect(try canConnect(path))
        _ = consume first
    }

    @Test func `a file that is no socket is left alone`() throws {
        let path = directory.path + "/agent.sock"
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect {
            _ = try listen(path)
        } throws: {
            ($0 as? SystemFailure)?.errorNumber == EEXIST
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test func `a link to a socket elsewhere is no socket`() throws {
        let elsewhere = directory.path + "/elsewhere.sock"
        let listener = try listen(elsewhere)
        let path = directory.path + "/agent.sock"
        try #require(symlink(elsewhere, path) == 0)
        #expect(throws: SystemFailure.self) { _ = try listen(path) }
        #expect(try canConnect(elsewhere))
        _ = consume listener
    }

    @Test(arguments: [0o755, 0o770, 0o777, 0o751])
    func `a directory that is open to more than it may be is refused`(open mode: mode_t) throws {
        let run = directory.path + "/run"
        try #require(mkdir(run, 0o700) == 0 && chmod(run, mode) == 0)
        #expect {
            _ = try listen(run + "/agent.sock")
        } throws: {
            ($0 as? SystemFailure)?.errorNumber == EPERM
        }
    }

    @Test func `a directory that is closed to more than it may be will do`() throws {
        let run = directory.path + "/run"
        try #require(mkdir(run, 0o700) == 0)
        _ = try listen(run + "/agent.sock")
        #expect(try mode(of: run) == 0o700)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
    func `a directory of someone else is refused`() throws {
        let run = directory.path + "/run"
        try #require(mkdir(run, 0o700) == 0 && chown(run, 12_345, 12_345) == 0)
        #expect {
            _ = try listen(run + "/agent.sock")
        } throws: {
            ($0 as? SystemFailure)?.errorNumber == EPERM
        }
    }

    private static var kernelRefuses: Bool {
        guard let probe = Descriptor(owning: clinux_unix_socket()) else { return false }
        return clinux_refuse_descriptors(probe.rawValue) == 0
    }

    @Test(.enabled(if: kernelRefuses, "a kernel before 6.16 lets descriptors through"))
    func `who came before the broker took its socket over may have passed something`() throws {
        let path = directory.path + "/agent.sock"
        let socket = clinux_unix_socket()
        try #require(clinux_unix_bind(socket, path) == 0 && Glibc.listen(socket, 4) == 0)
        let early = try owned(clinux_unix_socket())
        try #require(clinux_unix_connect(early.rawValue, path) == 0)
        let listener = try Listener(inherited: socket, role: .agents)
        let late = try owned(clinux_unix_socket())
        try #require(clinux_unix_connect(late.rawValue, path) == 0)
        let first = try owned(clinux_accept(socket))
        let second = try owned(clinux_accept(socket))
        #expect(!listener.refusesDescriptors(of: first.rawValue))
        #expect(listener.refusesDescriptors(of: second.rawValue))
        #expect(listener.mayTakeDescriptors, "and someone has to close it")
    }

    @Test func `a directory that cannot be made is refused with what is wrong`() throws {
        #expect(throws: SystemFailure.self) { _ = try listen(directory.path + "/no/run/a.sock") }
        #expect(throws: SystemFailure.self) { _ = try listen("relative.sock") }
        #expect(throws: SystemFailure.self) { _ = try listen("/at-the-root.sock") }
    }
}
