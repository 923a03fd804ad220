private import Glibc

/// The data, the key, the sockets and the log of the lives of one broker; gone with its owner.
/// Its path is short: what binds a socket in it has 107 bytes for the whole path.
final class Home {
    let path: String

    init() throws(RaceFailure) {
        var template = Array("/tmp/mayfly-race-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw .system("making a directory") }
        path = String(cString: made)
        mkdir(path + "/run", 0o700)
        mkdir(path + "/run/operator", 0o700)
    }

    deinit { Self.remove(path) }

    var data: String { path + "/data" }
    var agentSocket: String { path + "/run/agent.sock" }
    var operatorSocket: String { path + "/run/operator/operator.sock" }
    var log: String { path + "/log" }

    /// What the database takes of the disk.
    var databaseBytes: Int {
        var status = stat()
        return stat(data + "/mayfly.db", &status) == 0 ? Int(status.st_size) : 0
    }

    /// The end of what the brokers wrote.
    var lastWords: String {
        guard let file = fopen(log, "r") else { return "" }
        defer { fclose(file) }
        fseek(file, -Self.lastWordsBytes, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: Self.lastWordsBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static let lastWordsBytes = 4_096

    private static func remove(_ path: String) {
        guard unlink(path) != 0, let entries = opendir(path) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { remove(path + "/" + name) }
        }
        closedir(entries)
        rmdir(path)
    }
}
