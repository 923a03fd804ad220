private import Glibc
internal import MayflyWire

/// What was begun and what was acknowledged, line by line in a file that outlives a killed broker.
///
/// A line is in the file before any request goes out that rests on it, and a release is in it
/// before it is sent: whoever reads the file later knows what the broker had promised.
///
///     spawned GRANT TOKEN      the spawn was acknowledged
///     releasing GRANT          a release is on its way
///     released GRANT 1         it was acknowledged; 0 where the grant was not live
///     valid GRANT              so a validation answered; or `invalid`
struct Journal: ~Copyable {
    private let file: Int32
    private var pending = OutputBuffer(retainedBytes: 256 << 10)

    init(path: String) throws(LoadFailure) {
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system(path) }
    }

    deinit { _ = close(file) }

    mutating func spawned(_ grant: GrantText, token: [UInt8]) {
        write("spawned ", grant)
        text([UInt8(ascii: " ")])
        text(token)
        text([UInt8(ascii: "\n")])
    }

    mutating func releasing(_ grant: GrantText) { write("releasing ", grant, "\n") }

    mutating func released(_ grant: GrantText, ended: Bool) {
        write("released ", grant, ended ? " 1\n" : " 0\n")
    }

    mutating func validated(_ grant: GrantText, valid: Bool) {
        write(valid ? "valid " : "invalid ", grant, "\n")
    }

    /// Gives the lines to the kernel: the broker may be killed, this machine may not.
    mutating func flush() throws(LoadFailure) {
        while !pending.isEmpty {
            let count = Glibc.write(file, pending.pending.baseAddress, pending.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system("the journal") }
            pending.consumed(count)
        }
    }

    private mutating func write(
        _ before: StaticString, _ grant: GrantText, _ after: StaticString = ""
    ) {
        text(before)
        text(grant.text)
        text(after)
    }

    private mutating func text(_ words: StaticString) {
        pending.append(
            UnsafeRawBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount))
    }

    private mutating func text(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { pending.append($0) }
    }
}
