import Glibc
import MayflyCrypto
import MayflyServer
import Testing

@testable import mayflyd

@Suite struct `A key file that is written anew` {
    private let scratch: TemporaryDirectory
    private let path: String
    private let old = KeyFile.generate()

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/key"
        try old.encoded().withBytes { text throws(StartFailure) in
            try KeyFileStorage.create(path, text.bytes)
        }
    }

    private func isOnDisk(_ file: KeyFile) throws -> Bool {
        var bytes = try #require(try KeyFileStorage.read(path))
        return bytes.withUnsafeMutableBytes { bytes in
            let read = try? KeyFile(wiping: bytes)
            return read?.encoded().equals(file.encoded()) ?? false
        }
    }

    private func write(_ text: String, to path: String) throws {
        let bytes = Array(text.utf8)
        try KeyFileStorage.create(path, bytes.span.bytes)
    }

    @Test func `holds the new keys, for its owner only, and leaves nothing beside it`() throws {
        let new = old.adding(number: 2, seed: .random())
        try KeyFileOnDisk(path: path).replace(with: new)
        #expect(try isOnDisk(new))
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
        #expect(access(path + ".new", F_OK) != 0)
    }

    @Test func `does not mind a draft that a crash left`() throws {
        try write("half a key fi", to: path + ".new")
        #expect(try isOnDisk(old))
        let new = old.adding(number: 2, seed: .random())
        try KeyFileOnDisk(path: path).replace(with: new)
        #expect(try isOnDisk(new))
    }

    @Test func `is the old one still where the directory cannot be written`() throws {
        // A directory in the draft's place stops root as well.
        #expect(mkdir(path + ".new", 0o700) == 0)
        let new = old.adding(number: 2, seed: .random())
        #expect(throws: SystemFailure.self) { try KeyFileOnDisk(path: path).replace(with: new) }
        #expect(try isOnDisk(old))
    }

    @Test func `is the old one still where its place cannot be taken`() throws {
        let folder = scratch.path + "/folder"
        #expect(mkdir(folder, 0o700) == 0)
        let new = old.adding(number: 2, seed: .random())
        #expect(throws: SystemFailure.self) { try KeyFileOnDisk(path: folder).replace(with: new) }
        #expect(access(folder + ".new", F_OK) != 0)
    }
}
