internal import Glibc

/// Programs of the system that a rig needs, found on the path, run to their end.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether it is there and does what it should.
    static func works(_ name: String, _ arguments: [String]) -> Bool {
        do {
            try run(name, arguments)
            return true
        } catch {
            return false
        }
    }

    static func run(_ name: String, _ arguments: [String]) throws {
        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, name, nil, nil, words, environ)
        guard code == 0 else { throw Failure(description: "\(name) cannot run: error \(code)") }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Failure(description: "\(name) \(arguments) ended with status \(status)")
        }
    }
}
