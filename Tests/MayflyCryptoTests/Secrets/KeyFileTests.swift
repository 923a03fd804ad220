import MayflyCrypto
import Testing

@Suite struct KeyFileTests {
    /// Secrets of the bytes 1, 2, 3 and 4.
    static let example = """
        mayfly-key-file 1
        token-signing-seed AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE
        checkpoint-signing-seed AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI
        digest-key AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM
        instance-permutation-key BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ

        """

    private func read(_ text: String) throws -> KeyFile {
        var bytes = utf8(text)
        return try bytes.withUnsafeMutableBytes { try KeyFile(wiping: $0) }
    }

    @Test func `the example is read and written again byte for byte`() throws {
        let file = try read(Self.example)
        let secrets = [
            file.tokenSigningSeed, file.checkpointSigningSeed, file.digestKey,
            file.instancePermutationKey,
        ]
        for (index, secret) in secrets.enumerated() {
            let expected = [UInt8](repeating: UInt8(index + 1), count: 32)
            #expect(secret.withBytes { [UInt8]($0) } == expected)
        }
        #expect(file.encoded().withBytes { text([UInt8]($0)) } == Self.example)
        #expect(Self.example.utf8.count == KeyFile.encodedCount)
    }

    @Test func `generated secrets survive the file and differ from each other`() throws {
        let file = KeyFile.generate()
        let again = try read(file.encoded().withBytes { text([UInt8]($0)) })
        #expect(again.tokenSigningSeed.equals(file.tokenSigningSeed))
        #expect(again.checkpointSigningSeed.equals(file.checkpointSigningSeed))
        #expect(again.digestKey.equals(file.digestKey))
        #expect(again.instancePermutationKey.equals(file.instancePermutationKey))
        #expect(!file.tokenSigningSeed.equals(file.checkpointSigningSeed))
        #expect(!file.digestKey.equals(file.instancePermutationKey))
    }

    @Test(arguments: [true, false])
    func `the bytes read are wiped, accepted or not`(isAccepted: Bool) {
        var bytes = utf8(isAccepted ? Self.example : Self.example + "x")
        let count = bytes.count
        let file = bytes.withUnsafeMutableBytes { try? KeyFile(wiping: $0) }
        #expect((file != nil) == isAccepted)
        #expect(bytes == [UInt8](repeating: 0, count: count))
    }

    static let broken: [(String, KeyFileRefusal)] = {
        let lines = example.split(separator: "\n").map(String.init)
        func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
        func replacing(_ index: Int, _ line: String) -> String {
            var changed = lines
            changed[index] = line
            return joined(changed)
        }
        return [
            ("", .unknownFormat),
            ("\n", .unknownFormat),
            ("mayfly-key-file 1", .unknownFormat),
            (replacing(0, "mayfly-key-file 2"), .unknownFormat),
            (replacing(0, "mayfly-key-file 1\r"), .unknownFormat),
            ("\u{FEFF}" + example, .unknownFormat),
            ("\n" + example, .unknownFormat),
            ("mayfly-key-file 1\n", .malformedLine(2)),
            (joined(Array(lines.dropLast())), .malformedLine(5)),
            (String(example.dropLast()), .malformedLine(5)),
            (joined([lines[0], lines[2], lines[1], lines[3], lines[4]]), .malformedLine(2)),
            (joined([lines[0], lines[1], lines[1], lines[3], lines[4]]), .malformedLine(3)),
            (joined([lines[0], "", lines[1], lines[2], lines[3], lines[4]]), .malformedLine(2)),
            (replacing(1, lines[1] + "="), .malformedLine(2)),
            (replacing(1, lines[1] + " "), .malformedLine(2)),
            (replacing(1, lines[1] + "\r"), .malformedLine(2)),
            (replacing(1, String(lines[1].dropLast())), .malformedLine(2)),
            (replacing(1, String(lines[1].dropLast()) + "F"), .malformedLine(2)),
            (replacing(1, lines[1] + "AAAA"), .malformedLine(2)),
            (replacing(2, lines[2].replacing(" ", with: "  ")), .malformedLine(3)),
            (replacing(3, lines[3].replacing(" ", with: "\t")), .malformedLine(4)),
            (replacing(4, "Instance" + lines[4].dropFirst(8)), .malformedLine(5)),
            (example + "\n", .trailingBytes),
            (example + "more", .trailingBytes),
        ]
    }()

    @Test(arguments: broken)
    func `a file that is not exactly the format is refused with its place`(
        text: String, refusal: KeyFileRefusal
    ) {
        #expect(throws: refusal) { try read(text) }
    }

    @Test func `a file with any byte changed is refused or is the file of other secrets`() {
        let original = utf8(Self.example)
        for index in original.indices {
            for flip in [UInt8(0x01), 0x20, 0x80] {
                var changed = original
                changed[index] ^= flip
                let expected = changed
                guard let file = changed.withUnsafeMutableBytes({ try? KeyFile(wiping: $0) }) else {
                    continue
                }
                #expect(file.encoded().withBytes { [UInt8]($0) } == expected)
            }
        }
    }
}
