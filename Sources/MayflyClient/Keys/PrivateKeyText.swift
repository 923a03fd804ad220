private import Glibc
package import MayflyCrypto

/// Ed25519 private keys as text: PKCS #8 (RFC 8410, section 7) in PEM (RFC 7468), the one form that
/// all tools read. Version 0, unencrypted, without the public key: always the same 119 bytes around
/// the seed.
package enum PrivateKeyText {
    package static let seedBytes = 32

    private static let firstLine: StaticString = "-----BEGIN PRIVATE KEY-----\n"
    private static let lastLine: StaticString = "\n-----END PRIVATE KEY-----\n"
    /// SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } }
    private static let prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ]
    private static let keyBytes = prefix.count + seedBytes
    package static let textBytes =
        firstLine.utf8CodeUnitCount + Base64.encodedCount(keyBytes) + lastLine.utf8CodeUnitCount

    /// The text of a seed, in locked memory.
    package static func text(seed: LockedSecret) -> LockedSecret {
        LockedSecret(count: textBytes) { target in
            var end = 0
            func append(_ bytes: UnsafeRawBufferPointer) {
                UnsafeMutableRawBufferPointer(rebasing: target[end..<end + bytes.count])
                    .copyMemory(from: bytes)
                end += bytes.count
            }
            append(firstLine.rawBuffer)
            withWipedBytes(keyBytes) { key in
                key.copyBytes(from: prefix)
                seed.withBytes { seed in
                    UnsafeMutableRawBufferPointer(rebasing: key[prefix.count...])
                        .copyMemory(from: seed)
                }
                var encoded: [UInt8] = []
                encoded.reserveCapacity(Base64.encodedCount(keyBytes))
                Base64.append(UnsafeRawBufferPointer(key), to: &encoded)
                encoded.withUnsafeMutableBytes { encoded in
                    append(UnsafeRawBufferPointer(encoded))
                    wipe(encoded)
                }
            }
            append(lastLine.rawBuffer)
        }
    }

    /// The seed in a text; nil where it is not exactly such a text.
    package static func seed(in text: UnsafeRawBufferPointer) -> LockedSecret? {
        guard text.count == textBytes,
            text.starts(with: firstLine.rawBuffer),
            text.suffix(lastLine.utf8CodeUnitCount).elementsEqual(lastLine.rawBuffer)
        else { return nil }
        let encoded = UnsafeRawBufferPointer(
            rebasing: text[firstLine.utf8CodeUnitCount..<text.count - lastLine.utf8CodeUnitCount])
        guard var key = Base64.decode(encoded) else { return nil }
        return key.withUnsafeMutableBytes { key in
            defer { wipe(key) }
            guard key.count == keyBytes, key.starts(with: prefix) else { return nil }
            return LockedSecret(
                copying: UnsafeRawBufferPointer(rebasing: key[prefix.count...]))
        }
    }

    /// The seed in a file that only its owner may read.
    package static func readSeed(_ path: String) throws(MayflyError) -> LockedSecret {
        guard let file = Descriptor(owning: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) else {
            throw .invalidRequest("\(path): \(systemMessage(errno))")
        }
        var status = stat()
        guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .invalidRequest("\(path): not a file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .invalidRequest("\(path): may be read by others; set its mode to 0600")
        }
        // One byte more than the text has, so that a longer file is not taken for one.
        let seed = withWipedBytes(textBytes + 1) { bytes -> LockedSecret? in
            var end = 0
            while end < bytes.count {
                let count = read(
                    file.rawValue, bytes.baseAddress.map { $0 + end }, bytes.count - end)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                end += count
            }
            return self.seed(in: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
        guard let seed else {
            throw .invalidRequest("\(path): not an unencrypted Ed25519 key in PEM (PKCS #8)")
        }
        return seed
    }

    private static func withWipedBytes<Result>(
        _ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { bytes in
            defer { wipe(bytes) }
            return body(bytes)
        }
    }
}

extension StaticString {
    fileprivate var rawBuffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
