/// Why a key file was not read.
package enum KeyFileRefusal: Error, Equatable, Sendable {
    /// The first line is not `mayfly-key-file 1`.
    case unknownFormat
    /// This line, counted from 1, is not what the format has there.
    case malformedLine(Int)
    /// Something follows the last line.
    case trailingBytes
}

/// The broker's secrets, as its key file holds them.
///
/// Format 1 is a text of five lines, each ended by a newline, with nothing before, between or
/// after them, so that every file accepted is the one encoding of its secrets:
///
///     mayfly-key-file 1
///     token-signing-seed <32 bytes in base64url>
///     checkpoint-signing-seed <32 bytes in base64url>
///     digest-key <32 bytes in base64url>
///     instance-permutation-key <32 bytes in base64url>
///
/// This room knows the bytes; who owns the file and who may read it is the daemon's to check.
package struct KeyFile: Sendable {
    private static let secretCount = 32
    private static let firstLine = [UInt8]("mayfly-key-file 1".utf8)
    private static let names = [
        "token-signing-seed", "checkpoint-signing-seed", "digest-key", "instance-permutation-key",
    ].map { [UInt8]($0.utf8) }
    private static let space = UInt8(ascii: " ")
    private static let newline = UInt8(ascii: "\n")

    /// The length of every key file in bytes.
    package static let encodedCount =
        firstLine.count + 1
        + names.reduce(0) { $0 + $1.count + 1 + Base64URL.encodedCount(secretCount) + 1 }

    /// The Ed25519 seed of the key that signs tokens.
    package let tokenSigningSeed: LockedSecret
    /// The Ed25519 seed of the key that signs checkpoints.
    package let checkpointSigningSeed: LockedSecret
    /// The key of the keyed digests of secrets.
    package let digestKey: LockedSecret
    /// The key of the `InstancePermutation`.
    package let instancePermutationKey: LockedSecret

    private var secrets: [LockedSecret] {
        [tokenSigningSeed, checkpointSigningSeed, digestKey, instancePermutationKey]
    }

    /// Fresh random secrets.
    package static func generate() -> KeyFile {
        KeyFile(
            tokenSigningSeed: .random(), checkpointSigningSeed: .random(), digestKey: .random(),
            instancePermutationKey: .random())
    }

    private init(
        tokenSigningSeed: LockedSecret, checkpointSigningSeed: LockedSecret,
        digestKey: LockedSecret, instancePermutationKey: LockedSecret
    ) {
        self.tokenSigningSeed = tokenSigningSeed
        self.checkpointSigningSeed = checkpointSigningSeed
        self.digestKey = digestKey
        self.instancePermutationKey = instancePermutationKey
    }

    /// False where any of the secrets could not be locked into memory (RLIMIT_MEMLOCK).
    package var isLocked: Bool { secrets.allSatisfy(\.isLocked) }

    /// The file's bytes, in locked memory from the first to the last.
    package func encoded() -> LockedSecret {
        LockedSecret(count: Self.encodedCount) { target in
            var end = 0
            func append(_ bytes: UnsafeRawBufferPointer) {
                UnsafeMutableRawBufferPointer(rebasing: target[end..<end + bytes.count])
                    .copyMemory(from: bytes)
                end += bytes.count
            }
            Self.firstLine.withUnsafeBytes { append($0) }
            withUnsafeBytes(of: Self.newline) { append($0) }
            for (name, secret) in zip(Self.names, secrets) {
                name.withUnsafeBytes { append($0) }
                withUnsafeBytes(of: Self.space) { append($0) }
                secret.withBytes {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: target[end...])
                    Base64URL.encode($0, into: rest)
                    end += Base64URL.encodedCount($0.count)
                }
                withUnsafeBytes(of: Self.newline) { append($0) }
            }
            precondition(end == target.count, "the file has the length its lines add up to")
        }
    }

    /// Reads a file's bytes into locked memory and wipes them, whether they were accepted or not.
    package init(wiping bytes: UnsafeMutableRawBufferPointer) throws(KeyFileRefusal) {
        defer { wipe(bytes) }
        var lines = LineReader(UnsafeRawBufferPointer(bytes))
        guard let first = lines.next(), first.elementsEqual(Self.firstLine) else {
            throw .unknownFormat
        }
        tokenSigningSeed = try Self.secret(at: 0, from: &lines)
        checkpointSigningSeed = try Self.secret(at: 1, from: &lines)
        digestKey = try Self.secret(at: 2, from: &lines)
        instancePermutationKey = try Self.secret(at: 3, from: &lines)
        guard lines.isAtEnd else { throw .trailingBytes }
    }

    private static func secret(
        at index: Int, from lines: inout LineReader
    ) throws(KeyFileRefusal) -> LockedSecret {
        // The first secret stands on the second line.
        let refusal = KeyFileRefusal.malformedLine(index + 2)
        guard let text = lines.next()?.after(names[index] + [space]) else { throw refusal }
        return try LockedSecret(count: secretCount) { target throws(KeyFileRefusal) in
            guard Base64URL.decode(text, into: target) == secretCount else { throw refusal }
        }
    }
}
