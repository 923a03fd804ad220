import MayflyCrypto
import Testing

@Suite struct KeyFileTests {
    /// Token signing seeds of the bytes 1 and 5, then secrets of the bytes 2, 3 and 4.
    static let example = """
        mayfly-key-file 2
        token-signing-seed 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE
        token-signing-seed 30 BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
        checkpoint-signing-seed AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI
        digest-key AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM
        instance-permutation-key BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ

        """

    /// The same without the seed of the bytes 5, as the first versions wrote it.
    static let exampleOfFormat1 = """
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

    private func written(_ file: KeyFile) -> String {
        file.encoded().withBytes { text([UInt8]($0)) }
    }

    private func isFilled(_ secret: LockedSecret?, with byte: UInt8) -> Bool {
        secret?.withBytes { $0.count == 32 && $0.allSatisfy { $0 == byte } } ?? false
    }

    @Test func `the example is read and written again byte for byte`() throws {
        let file = try read(Self.example)
        #expect(file.tokenSigningSeeds.map(\.number) == [1, 30])
        #expect(isFilled(file.tokenSigningSeed(1), with: 1))
        #expect(isFilled(file.tokenSigningSeed(30), with: 5))
        #expect(file.tokenSigningSeed(2) == nil)
        #expect(isFilled(file.checkpointSigningSeed, with: 2))
        #expect(isFilled(file.digestKey, with: 3))
        #expect(isFilled(file.instancePermutationKey, with: 4))
        #expect(written(file) == Self.example)
    }

    @Test func `a file of format 1 is read as one whose token key is number 1`() throws {
        let file = try read(Self.exampleOfFormat1)
        #expect(file.tokenSigningSeeds.map(\.number) == [1])
        #expect(written(file) == written(try read(Self.example).removing(numbers: [30])))
    }

    @Test func `generated secrets survive the file and differ from each other`() throws {
        let file = KeyFile.generate()
        #expect(file.tokenSigningSeeds.map(\.number) == [1])
        let again = try read(written(file))
        #expect(again.tokenSigningSeeds[0].seed.equals(file.tokenSigningSeeds[0].seed))
        #expect(again.checkpointSigningSeed.equals(file.checkpointSigningSeed))
        #expect(again.digestKey.equals(file.digestKey))
        #expect(again.instancePermutationKey.equals(file.instancePermutationKey))
        #expect(!file.tokenSigningSeeds[0].seed.equals(file.checkpointSigningSeed))
        #expect(!file.digestKey.equals(file.instancePermutationKey))
    }

    @Test func `keys are added in the order of their numbers and removed by them`() throws {
        let file = try read(Self.example)
        let seed = LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: 7) }
        let added = file.adding(number: 9, seed: seed)
        #expect(added.tokenSigningSeeds.map(\.number) == [1, 9, 30])
        #expect(isFilled(added.tokenSigningSeed(9), with: 7))
        #expect(try read(written(added)).tokenSigningSeed(9)?.equals(seed) == true)
        #expect(written(added.removing(numbers: [9, 1_000])) == Self.example)
        #expect(added.removing(numbers: [1, 9]).tokenSigningSeeds.map(\.number) == [30])
        #expect(isFilled(added.removing(numbers: [1, 9]).digestKey, with: 3))
    }

    @Test func `eight keys of the largest numbers fit, a ninth line is refused`() throws {
        var file = try read(Self.example).removing(numbers: [1])
        for number in UInt32.max - 6...UInt32.max {
            file = file.adding(number: number, seed: .random())
        }
        #expect(file.tokenSigningSeeds.count == KeyFile.maximumTokenSigningSeeds)
        #expect(written(try read(written(file))) == written(file))
        let first = Self.example.split(separator: "\n")[1]
        let nine = written(file).replacing("file 2\n", with: "file 2\n\(first)\n")
        #expect(throws: KeyFileRefusal.malformedLine(10)) { try read(nine) }
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
        func numbered(_ first: String, _ second: String) -> String {
            example.replacing("seed 1 ", with: "seed \(first) ")
                .replacing("seed 30 ", with: "seed \(second) ")
        }
        return [
            ("", .unknownFormat),
            ("\n", .unknownFormat),
            ("mayfly-key-file 2", .unknownFormat),
            (replacing(0, "mayfly-key-file 3"), .unknownFormat),
            (replacing(0, "mayfly-key-file 2\r"), .unknownFormat),
            ("\u{FEFF}" + example, .unknownFormat),
            ("\n" + example, .unknownFormat),
            ("mayfly-key-file 2\n", .malformedLine(2)),
            (joined([lines[0]] + lines[3...]), .malformedLine(2)),
            (joined(Array(lines.dropLast())), .malformedLine(6)),
            (String(example.dropLast()), .malformedLine(6)),
            (joined([lines[0], lines[2], lines[1]] + lines[3...]), .malformedLine(3)),
            (joined([lines[0], lines[1], lines[1]] + lines[3...]), .malformedLine(3)),
            (joined(Array(lines[0...3]) + lines[3...]), .malformedLine(5)),
            (joined([lines[0], lines[1], lines[3], lines[2]] + lines[4...]), .malformedLine(4)),
            (joined([lines[0], ""] + lines[1...]), .malformedLine(2)),
            (numbered("0", "30"), .malformedLine(2)),
            (numbered("01", "30"), .malformedLine(2)),
            (numbered("+1", "30"), .malformedLine(2)),
            (numbered("", "30"), .malformedLine(2)),
            (numbered("1", "1"), .malformedLine(3)),
            (numbered("31", "30"), .malformedLine(3)),
            (numbered("1", "4294967296"), .malformedLine(3)),
            (numbered("1", "18446744073709551647"), .malformedLine(3)),
            (example.replacing("seed 1 ", with: "seed "), .malformedLine(2)),
            (replacing(1, lines[1] + "="), .malformedLine(2)),
            (replacing(1, lines[1] + " "), .malformedLine(2)),
            (replacing(1, lines[1] + "\r"), .malformedLine(2)),
            (replacing(1, String(lines[1].dropLast())), .malformedLine(2)),
            (replacing(1, String(lines[1].dropLast()) + "F"), .malformedLine(2)),
            (replacing(1, lines[1] + "AAAA"), .malformedLine(2)),
            (replacing(3, lines[3].replacing(" ", with: "  ")), .malformedLine(4)),
            (replacing(4, lines[4].replacing(" ", with: "\t")), .malformedLine(5)),
            (replacing(5, "Instance" + lines[5].dropFirst(8)), .malformedLine(6)),
            (example + "\n", .trailingBytes),
            (example + "more", .trailingBytes),
            (exampleOfFormat1.replacing("file 1", with: "file 2"), .malformedLine(2)),
            (example.replacing("file 2", with: "file 1"), .malformedLine(2)),
            (exampleOfFormat1.replacing("seed A", with: "seed 1 A"), .malformedLine(2)),
            (exampleOfFormat1 + "more", .trailingBytes),
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
