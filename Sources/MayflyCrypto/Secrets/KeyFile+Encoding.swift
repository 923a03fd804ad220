/// Why a key file was not read.
package enum KeyFileRefusal: Error, Equatable, Sendable {
    /// The first line is neither `mayfly-key-file 2` nor `mayfly-key-file 1`.
    case unknownFormat
    /// This line, counted from 1, is not what the format has there.
    case malformedLine(Int)
    /// Something follows the last line.
    case trailingBytes
}

/// The bytes of a key file.
///
/// Format 2 is a text of lines, each ended by a newline, with nothing before, between or after
/// them, so that every file accepted is the one encoding of its secrets:
///
///     mayfly-key-file 2
///     token-signing-seed <number> <32 bytes in base64url>
///     checkpoint-signing-seed <32 bytes in base64url>
///     digest-key <32 bytes in base64url>
///     instance-permutation-key <32 bytes in base64url>
///
/// There are 1 to 8 lines of token signing seeds, by ascending number: decimal, from 1, below 2^32.
/// Format 1 has one such line, without a number, which is 1; it is read and never written.
extension KeyFile {
    private static let firstLineOfFormat1 = [UInt8]("mayfly-key-file 1".utf8)
    private static let firstLine = [UInt8]("mayfly-key-file 2".utf8)
    private static let tokenSigningName = [UInt8]("token-signing-seed ".utf8)
    private static let checkpointSigningName = [UInt8]("checkpoint-signing-seed ".utf8)
    private static let digestName = [UInt8]("digest-key ".utf8)
    private static let instancePermutationName = [UInt8]("instance-permutation-key ".utf8)
    private static let space = UInt8(ascii: " ")
    private static let newline = UInt8(ascii: "\n")

    // MARK: Writing

    /// The file's lines: what stands in front of each secret, and the secret.
    private var lines: [(prefix: [UInt8], secret: LockedSecret)] {
        tokenSigningSeeds.map { seed in
            var prefix = Self.tokenSigningName
            DecimalText.append(UInt64(seed.number), to: &prefix)
            prefix.append(Self.space)
            return (prefix, seed.seed)
        } + [
            (Self.checkpointSigningName, checkpointSigningSeed),
            (Self.digestName, digestKey),
            (Self.instancePermutationName, instancePermutationKey),
        ]
    }

    /// The file's bytes in format 2, in locked memory from the first to the last.
    package func encoded() -> LockedSecret {
        let lines = lines
        let secretTextCount = Base64URL.encodedCount(Self.secretCount)
        let count = lines.reduce(Self.firstLine.count + 1) {
            $0 + $1.prefix.count + secretTextCount + 1
        }
        return LockedSecret(count: count) { target in
            var end = 0
            func append(_ bytes: [UInt8]) {
                bytes.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: target[end..<end + $0.count])
                        .copyMemory(from: $0)
                }
                end += bytes.count
            }
            append(Self.firstLine + [Self.newline])
            for (prefix, secret) in lines {
                append(prefix)
                secret.withBytes {
                    Base64URL.encode(
                        $0, into: UnsafeMutableRawBufferPointer(rebasing: target[end...]))
                }
                end += secretTextCount
                append([Self.newline])
            }
            precondition(end == target.count, "the file has the length its lines add up to")
        }
    }

    // MARK: Reading

    /// Reads a file's bytes into locked memory and wipes them, whether they were accepted or not.
    package init(wiping bytes: UnsafeMutableRawBufferPointer) throws(KeyFileRefusal) {
        defer { wipe(bytes) }
        var lines = NumberedLines(UnsafeRawBufferPointer(bytes))
        let seeds: [TokenSigningSeed]
        switch lines.next() {
        case let line? where line.elementsEqual(Self.firstLine):
            seeds = try Self.numberedSeeds(from: &lines)
        case let line? where line.elementsEqual(Self.firstLineOfFormat1):
            let seed = try Self.secret(after: Self.tokenSigningName, from: &lines)
            seeds = [TokenSigningSeed(number: 1, seed: seed)]
        default:
            throw .unknownFormat
        }
        self.init(
            tokenSigningSeeds: seeds,
            checkpointSigningSeed: try Self.secret(after: Self.checkpointSigningName, from: &lines),
            digestKey: try Self.secret(after: Self.digestName, from: &lines),
            instancePermutationKey: try Self.secret(
                after: Self.instancePermutationName, from: &lines))
        guard lines.isAtEnd else { throw .trailingBytes }
    }

    private static func numberedSeeds(
        from lines: inout NumberedLines
    ) throws(KeyFileRefusal) -> [TokenSigningSeed] {
        var seeds: [TokenSigningSeed] = []
        // One more than there may be of the line's kind is a line of the wrong kind.
        while seeds.count < maximumTokenSigningSeeds,
            let text = lines.nextIfPresent(after: tokenSigningName)
        {
            guard let (digits, secret) = text.split(at: space),
                let number = DecimalText.parse(digits).flatMap({ UInt32(exactly: $0) }),
                number > seeds.last?.number ?? 0
            else { throw .malformedLine(lines.number) }
            let seed = try Self.secret(secret, onLine: lines.number)
            seeds.append(TokenSigningSeed(number: number, seed: seed))
        }
        guard !seeds.isEmpty else { throw .malformedLine(lines.number + 1) }
        return seeds
    }

    private static func secret(
        after name: [UInt8], from lines: inout NumberedLines
    ) throws(KeyFileRefusal) -> LockedSecret {
        guard let text = lines.nextIfPresent(after: name) else {
            throw .malformedLine(lines.number + 1)
        }
        return try secret(text, onLine: lines.number)
    }

    private static func secret(
        _ text: UnsafeRawBufferPointer, onLine number: Int
    ) throws(KeyFileRefusal) -> LockedSecret {
        try LockedSecret(count: secretCount) { target throws(KeyFileRefusal) in
            guard Base64URL.decode(text, into: target) == secretCount else {
                throw .malformedLine(number)
            }
        }
    }
}

/// Lines with their numbers, for refusals that say where.
private struct NumberedLines {
    private var reader: LineReader
    /// Of the line read last, counted from 1.
    private(set) var number = 0

    init(_ text: UnsafeRawBufferPointer) { reader = LineReader(text) }

    var isAtEnd: Bool { reader.isAtEnd }

    mutating func next() -> UnsafeRawBufferPointer? {
        number += 1
        return reader.next()
    }

    /// What follows a name on the next line; nil, with the line left where it is, where the line
    /// does not begin with it or there is none.
    mutating func nextIfPresent(after name: [UInt8]) -> UnsafeRawBufferPointer? {
        var ahead = reader
        guard let text = ahead.next()?.after(name) else { return nil }
        reader = ahead
        number += 1
        return text
    }
}
