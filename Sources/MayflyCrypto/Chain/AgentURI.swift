/// An agent's SPIFFE ID, `spiffe://{trust domain}/agent/{orch}/{task}/{instance}`.
///
/// The trust domain is 1 to 255 bytes of `[a-z0-9._-]` (SPIFFE-ID, section 2.1), orchestration and
/// task are identifiers, the instance is 16 lower-case hexadecimal characters.
package struct AgentURI: ClaimText {
    private static let scheme = [UInt8]("spiffe://".utf8)
    private static let kind = [UInt8]("agent".utf8)
    private static let maximumTrustDomainCount = 255
    private static let maximumIdentifierCount = 128

    package let bytes: [UInt8]
    private let trustDomainEnd: Int
    private let orchestrationEnd: Int
    private let taskEnd: Int
    /// The last segment.
    package let instance: UInt64

    package var trustDomain: [UInt8] {
        [UInt8](bytes[Self.scheme.count..<trustDomainEnd])
    }

    package var orchestration: [UInt8] {
        [UInt8](bytes[(trustDomainEnd + Self.kind.count + 2)..<orchestrationEnd])
    }

    package var task: [UInt8] { [UInt8](bytes[(orchestrationEnd + 1)..<taskEnd]) }

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.starts(with: Self.scheme) else { return nil }
        let segments = bytes[Self.scheme.count...].split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard segments.count == 5,
            1...Self.maximumTrustDomainCount ~= segments[0].count,
            segments[0].allSatisfy(Self.isTrustDomainByte),
            segments[1].elementsEqual(Self.kind),
            Self.isIdentifier(segments[2]), Self.isIdentifier(segments[3]),
            let instance = Self.instance(UnsafeRawBufferPointer(rebasing: segments[4]))
        else { return nil }
        self.bytes = [UInt8](bytes)
        trustDomainEnd = segments[0].endIndex
        orchestrationEnd = segments[2].endIndex
        taskEnd = segments[3].endIndex
        self.instance = instance
    }

    private static func instance(_ text: UnsafeRawBufferPointer) -> UInt64? {
        var instance: UInt64 = 0
        let isValid = withUnsafeMutableBytes(of: &instance) { Hex.decode(text, into: $0) }
        return isValid ? UInt64(bigEndian: instance) : nil
    }

    private static func isIdentifier(_ segment: Slice<UnsafeRawBufferPointer>) -> Bool {
        1...maximumIdentifierCount ~= segment.count && segment.allSatisfy(Alphabet.isIdentifier)
            && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
    }

    private static func isTrustDomainByte(_ byte: UInt8) -> Bool {
        Alphabet.isIdentifier(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte)
    }
}
