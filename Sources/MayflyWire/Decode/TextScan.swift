/// Whether bytes are text that C and Swift read alike: valid UTF-8 without a NUL.
enum TextScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// What is wrong with it; nil for good text.
    static func fault(in bytes: UnsafeRawBufferPointer) -> DecodeFailure.Kind? {
        isPlainASCII(bytes) ? nil : slowFault(in: bytes)
    }

    /// ASCII without NUL, eight bytes at a time: tokens, identifiers and scopes are nothing else.
    private static func isPlainASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var offset = 0
        // A byte that is zero borrows its high bit from the subtraction; one from 0x80 has it.
        var suspicious: UInt64 = 0
        while offset + 8 <= bytes.count {
            let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            suspicious |= (word &- ones) | word
            offset += 8
        }
        while offset < bytes.count {
            let byte = UInt64(base.load(fromByteOffset: offset, as: UInt8.self))
            suspicious |= (byte &- 1) | byte
            offset += 1
        }
        return suspicious & highBits == 0
    }

    private static func slowFault(in bytes: UnsafeRawBufferPointer) -> DecodeFailure.Kind? {
        if bytes.contains(0) { return .embeddedNul }
        do {
            _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
            return nil
        } catch {
            return .invalidUTF8
        }
    }
}
