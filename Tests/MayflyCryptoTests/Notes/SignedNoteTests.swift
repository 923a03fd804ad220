@testable import MayflyCrypto
import Testing

@Suite struct SignedNoteTests {
    private let key = privateKey(5)

    private func name(_ text: String = "broker.example/audit") throws -> NoteName {
        try #require(NoteName(text))
    }

    private func checkpoint(_ size: UInt64 = 42) throws -> Checkpoint {
        Checkpoint(origin: try name(), size: size, root: SHA256.digest(utf8("root")))
    }

    private func verifierKey() throws -> NoteVerifierKey {
        NoteVerifierKey(name: try name(), key: key.publicKey)
    }

    private func refusal(_ note: [UInt8]) throws -> NoteRefusal? {
        switch SignedNote.verify(note, with: try verifierKey()) {
        case .success: nil
        case .failure(let refusal): refusal
        }
    }

    /// A properly signed note over any text.
    private func signed(_ body: String) throws -> [UInt8] {
        let identified = try verifierKey().id + key.signature(for: utf8(body))
        return utf8("\(body)\n— broker.example/audit \(text(Base64.encode(identified)))\n")
    }

    @Test func `a signed checkpoint is verified and reads as it was written`() throws {
        let note = SignedNote.sign(try checkpoint(), with: key, name: try name())
        #expect(try SignedNote.verify(note, with: verifierKey()).get() == checkpoint())
        let lines = text(note).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 6)
        #expect(lines[0] == "broker.example/audit")
        #expect(lines[1] == "42")
        #expect(lines[2] == "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=")
        #expect(lines[3] == "")
        #expect(lines[4].hasPrefix("— broker.example/audit "))
    }

    // The example of golang.org/x/mod/sumdb/note, whose keys and notes C2SP signed-note describes.
    @Test func `the verifier key of the reference implementation is read and written`() throws {
        let line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        let key = try #require(NoteVerifierKey(line))
        #expect(key.name.description == "PeterNeumann")
        #expect(hex(key.id) == "c74f20a3")
        #expect(key.description == line)
    }

    @Test func `the signature of the reference implementation's example is valid`() throws {
        let line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        let body = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            """
        let signature =
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
            + "qdngotpRZb6KE6RyyBwJnAM=\n"
        let key = try #require(NoteVerifierKey(line))
        // Valid, and only then seen not to be a checkpoint.
        #expect(
            SignedNote.verify(utf8(body + "\n" + signature), with: key)
                == .failure(.notACheckpoint))
    }

    @Test func `every single changed bit is refused`() throws {
        let note = SignedNote.sign(try checkpoint(), with: key, name: try name())
        let verifierKey = try verifierKey()
        for index in note.indices {
            for bit in 0..<8 {
                var changed = note
                changed[index] ^= 1 << UInt8(bit)
                guard case .failure = SignedNote.verify(changed, with: verifierKey) else {
                    Issue.record("byte \(index), bit \(bit) was accepted")
                    continue
                }
            }
        }
    }

    @Test func `every cut and every inserted byte is refused`() throws {
        let note = SignedNote.sign(try checkpoint(), with: key, name: try name())
        for count in note.indices { #expect(try refusal([UInt8](note.prefix(count))) != nil) }
        for index in 0...note.count {
            for byte in utf8("\n A=0+") {
                var changed = note
                changed.insert(byte, at: index)
                #expect(try refusal(changed) != nil)
            }
        }
    }

    @Test func `another key under the same name, and the same key under another, are unknown`()
        throws
    {
        let other = SignedNote.sign(try checkpoint(), with: privateKey(6), name: try name())
        #expect(try refusal(other) == .unknownSigner)
        let renamed = SignedNote.sign(try checkpoint(), with: key, name: try name("other"))
        #expect(try refusal(renamed) == .unknownSigner)
    }

    @Test func `signatures of others are skipped, up to sixteen in all`() throws {
        let note = SignedNote.sign(try checkpoint(), with: key, name: try name())
        let witness = utf8("— witness.example AAAAAAAA\n")
        #expect(try refusal(note + witness) == nil)
        let fifteen = (0..<15).flatMap { _ in witness }
        #expect(try refusal(note + fifteen) == nil)
        #expect(try refusal(note + fifteen + witness) == .malformed)
        #expect(try refusal(note + utf8("\n")) == .malformed)
        #expect(try refusal(note + utf8("witness\n")) == .malformed)
        #expect(try refusal(note + utf8("— witness.example AAAAAAA\n")) == .malformed)
        #expect(try refusal(note + utf8("— witness.example AAAA\n")) == .malformed)
    }

    @Test func `a second signature of ours must be valid too`() throws {
        let note = SignedNote.sign(try checkpoint(), with: key, name: try name())
        let bad = Base64.encode(try verifierKey().id + [UInt8](repeating: 1, count: 64))
        let line = utf8("— broker.example/audit \(text(bad))\n")
        #expect(try refusal(note + line) == .invalidSignature)
    }

    @Test func `a note over 16 KiB is not looked at`() throws {
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: SignedNote.maximumCount + 1)
        #expect(try refusal(long) == .tooLong)
        #expect(try refusal([UInt8](long.dropLast())) == .malformed)
    }

    static let root = "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I="

    @Test(arguments: [
        "o\n042\n\(root)\n", "o\n-1\n\(root)\n", "o\n+1\n\(root)\n", "o\n\n\(root)\n",
        "o\n1 \n\(root)\n",
        "o\n18446744073709551616\n\(root)\n", "o\n99999999999999999999999\n\(root)\n",
        "o\n1\n\(root.dropLast())\n", "o\n1\n\(root)=\n", "o\n1\nAAAA\n", "o\n1\n\(root)\r\n",
        "o\n1\n\(root)\nextension\n", "o o\n1\n\(root)\n", "o+o\n1\n\(root)\n", "ö\n1\n\(root)\n",
        "o\n0x1\n\(root)\n", "o\n1\n", "o\n",
    ])
    func `a signed text that is not exactly a checkpoint is refused`(body: String) throws {
        let refusal = try refusal(try signed(body))
        #expect(refusal == .notACheckpoint || refusal == .malformed)
        #expect(utf8(body).withUnsafeBytes { Checkpoint(parsing: $0) } == nil)
    }

    @Test(arguments: [UInt64(0), 1, 9, 10, UInt64(Int64.max), .max])
    func `every size is written and read`(size: UInt64) throws {
        let checkpoint = try checkpoint(size)
        let parsed = checkpoint.text.withUnsafeBytes { Checkpoint(parsing: $0) }
        #expect(parsed == checkpoint)
    }

    @Test(arguments: [
        "", "PeterNeumann", "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a2+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ])
    func `a line that is not exactly a verifier key is refused`(line: String) {
        #expect(NoteVerifierKey(line) == nil)
    }

    @Test(arguments: ["", "a b", "a+b", "a\nb", "a\u{7F}", "ä", String(repeating: "a", count: 256)])
    func `a name outside the alphabet or too long is refused`(name: String) {
        #expect(NoteName(name) == nil)
    }
}
