import Glibc
import MayflyCrypto
import MayflyWire
import Testing

@testable import MayflyClient

/// Times, key files and the table of calls.
struct ValueTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z"),
            (1_900_000_000_123, "2030-03-17T17:46:40.123Z"),
            (UInt64.max, "18446744073709551615"),
        ] as [(UInt64, String)])
    func `a time is written as RFC 3339`(milliseconds: UInt64, text: String) {
        #expect(UnixTime(milliseconds: milliseconds).description == text)
    }

    @Test(
        arguments: [
            (Duration.zero, nil), (.seconds(-1), nil), (.milliseconds(1), 1), (.seconds(1), 1),
            (.milliseconds(1_001), 2), (.seconds(1 << 32), nil),
        ] as [(Duration, UInt32?)])
    func `a lifetime is rounded up to seconds`(duration: Duration, seconds: UInt32?) {
        #expect(duration.wholeSeconds == seconds)
    }

    /// RFC 8410, section 10.3.
    private static let text = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """
    private static let publicKey = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"

    @Test func `a key file of RFC 8410 is read and written byte for byte`() throws {
        let seed = try #require(
            [UInt8](Self.text.utf8).withUnsafeBytes { PrivateKeyText.seed(in: $0) })
        #expect(AttestationKey(seed: seed).publicKeyText == Self.publicKey)
        let written = PrivateKeyText.text(seed: seed).withBytes {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(written == Self.text)
    }

    @Test func `no other text is taken for a key`() {
        let bytes = [UInt8](Self.text.utf8)
        var others: [[UInt8]] = [[], bytes + [0x0A], Array(bytes.dropLast())]
        // The seed itself is any 32 bytes: 43 characters and a half before the last line.
        for place in bytes.indices where !(49..<92).contains(place) {
            var other = bytes
            other[place] ^= 0x01
            others.append(other)
        }
        for other in others {
            #expect(other.withUnsafeBytes { PrivateKeyText.seed(in: $0) } == nil)
        }
    }

    @Test func `a key file that others may read is refused`() throws {
        var template = Array("/tmp/mayfly-client-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        let path = template.withUnsafeBytes {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        defer {
            close(file)
            unlink(path)
        }
        _ = write(file, Self.text, Self.text.utf8.count)
        #expect(try AttestationKey(contentsOf: path).publicKeyText == Self.publicKey)
        chmod(path, 0o640)
        #expect(throws: MayflyError.self) { try AttestationKey(contentsOf: path) }
    }

    @Test func `calls expire in the order of their deadlines and leave their streams`() {
        var table = CallTable()
        func time(_ milliseconds: UInt64) -> MonotonicTime {
            MonotonicTime(nanoseconds: milliseconds * 1_000_000)
        }
        for (stream, deadline) in [(1, 300), (3, 100), (5, 200)] as [(UInt32, UInt64)] {
            table.insert(
                CallTable.Call(deadline: time(deadline), endOffset: UInt64(stream)) { _ in },
                stream: StreamID(rawValue: stream))
        }
        #expect(table.nextDeadline == time(100))
        #expect(table.expire(at: time(99)).isEmpty)
        #expect(table.expire(at: time(100)).map(\.endOffset) == [3])
        #expect(table.nextDeadline == time(200))
        #expect(table.expire(at: time(250)).map(\.endOffset) == [5])
        guard case .late = table.take(StreamID(rawValue: 3)),
            case .unknown = table.take(StreamID(rawValue: 3)),
            case .call = table.take(StreamID(rawValue: 1))
        else { return #expect(Bool(false), "a stream is answered once") }
        #expect(!table.isEmpty)
        #expect(table.drain().isEmpty)
        #expect(table.isEmpty)
    }
}
