import Glibc
import MayflyServer
import Testing

@testable import mayflyd

private func status(of work: () throws -> Void) -> MayflyServer.ExitStatus? {
    do {
        try work()
        return nil
    } catch let failure as StartFailure {
        return failure.status
    } catch {
        return .cannotCreate
    }
}

@Suite struct `The data directory` {
    @Test func `is made for its owner only, with what is missing above it`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/state/mayfly"
        let held = try DataDirectory.open(path)
        var found = stat()
        #expect(stat(path, &found) == 0)
        #expect(found.st_mode & 0o7777 == 0o700)
        _ = consume held
    }

    @Test func `has one broker at a time, and another once the first is gone`() throws {
        let scratch = try TemporaryDirectory()
        let first = try DataDirectory.open(scratch.path)
        #expect(status { _ = try DataDirectory.open(scratch.path) } == .alreadyRunning)
        _ = consume first
        #expect(status { _ = try DataDirectory.open(scratch.path) } == nil)
    }

    @Test func `is refused when others may write in it`() throws {
        let scratch = try TemporaryDirectory()
        chmod(scratch.path, 0o770)
        #expect(status { _ = try DataDirectory.open(scratch.path) } == .cannotCreate)
    }

    @Test func `is refused when a link stands where the lock should`() throws {
        let scratch = try TemporaryDirectory()
        symlink("/tmp/mayflyd-test-elsewhere", scratch.path + "/" + DataDirectory.lockName)
        #expect(status { _ = try DataDirectory.open(scratch.path) } == .cannotCreate)
    }
}

@Suite struct `The key file on disk` {
    private let secret: [UInt8] = Array("a secret\n".utf8)

    @Test func `is made for its owner only and read back`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/key"
        #expect(try KeyFileStorage.read(path) == nil)
        try KeyFileStorage.create(path, secret.span.bytes)
        #expect(try KeyFileStorage.read(path) == secret)
        var found = stat()
        #expect(stat(path, &found) == 0)
        #expect(found.st_mode & 0o7777 == 0o600)
        #expect(found.st_nlink == 1)
    }

    @Test func `is never replaced`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/key"
        try KeyFileStorage.create(path, secret.span.bytes)
        let other: [UInt8] = [1]
        #expect(status { try KeyFileStorage.create(path, other.span.bytes) } == .keyFileRefused)
        #expect(try KeyFileStorage.read(path) == secret)
    }

    @Test func `is made also where a crash left a draft`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/key"
        try KeyFileStorage.create(path + ".new", secret.span.bytes)
        try KeyFileStorage.create(path, secret.span.bytes)
        #expect(access(path + ".new", F_OK) != 0)
    }

    @Test(arguments: [mode_t(0o640), 0o604, 0o660, 0o602, 0o610])
    func `is refused when anyone else may touch it`(mode: mode_t) throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/key"
        try KeyFileStorage.create(path, secret.span.bytes)
        chmod(path, mode)
        #expect(status { _ = try KeyFileStorage.read(path) } == .keyFileRefused)
    }

    @Test(.enabled(if: geteuid() == 0, "not run: giving a file away needs root"))
    func `is refused when it belongs to someone else`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.path + "/key"
        try KeyFileStorage.create(path, secret.span.bytes)
        chown(path, 12_345, 12_345)
        #expect(status { _ = try KeyFileStorage.read(path) } == .keyFileRefused)
    }

    @Test func `is refused when it is a link, a directory or too long`() throws {
        let scratch = try TemporaryDirectory()
        let long = [UInt8](repeating: 65, count: KeyFileStorage.maximumBytes + 1)
        try KeyFileStorage.create(scratch.path + "/long", long.span.bytes)
        try KeyFileStorage.create(scratch.path + "/key", secret.span.bytes)
        symlink(scratch.path + "/key", scratch.path + "/link")
        mkdir(scratch.path + "/directory", 0o700)
        for name in ["long", "link", "directory"] {
            #expect(
                status { _ = try KeyFileStorage.read(scratch.path + "/" + name) }
                    == .keyFileRefused)
        }
    }
}
