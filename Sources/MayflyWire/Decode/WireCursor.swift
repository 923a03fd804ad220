/// A place in protobuf wire format. Every read is bounded by the end; nothing is assumed of the
/// bytes.
struct WireCursor {
    private(set) var next: UnsafeRawPointer
    let end: UnsafeRawPointer

    /// Nil for an empty buffer, which holds no field.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return nil }
        next = base
        end = base + bytes.count
    }

    var isAtEnd: Bool {
        @inline(__always) get { next >= end }
    }

    /// A minimal varint.
    @inline(__always)
    mutating func varint() throws(DecodeFailure) -> UInt64 {
        guard next < end else { throw DecodeFailure(.truncated) }
        let first = next.load(as: UInt8.self)
        if first < 0x80 {
            next += 1
            return UInt64(first)
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(DecodeFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while next < end {
            let byte = next.load(as: UInt8.self)
            next += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                // A last byte of zero adds nothing; the tenth has room for one bit.
                guard byte != 0, shift < 63 || byte == 1 else {
                    throw DecodeFailure(.varintOverlong)
                }
                return value
            }
            shift += 7
            guard shift < 70 else { throw DecodeFailure(.varintOverlong) }
        }
        throw DecodeFailure(.truncated)
    }

    /// The bytes of a length-delimited field.
    @inline(__always)
    mutating func delimited() throws(DecodeFailure) -> UnsafeRawBufferPointer {
        let length = try varint()
        let room = UInt64(end - next) + (DecoderFaults.readsPastEnd ? 1 : 0)
        guard length <= room else { throw DecodeFailure(.truncated) }
        let bytes = UnsafeRawBufferPointer(start: next, count: Int(length))
        next += Int(length)
        return bytes
    }

    mutating func skip(_ count: Int) throws(DecodeFailure) {
        guard count <= end - next else { throw DecodeFailure(.truncated) }
        next += count
    }

    /// A tag: the field's number and wire type.
    @inline(__always)
    mutating func tag() throws(DecodeFailure) -> (field: UInt32, wireType: UInt8) {
        let tag = try varint()
        guard tag >= 8, tag <= UInt64(UInt32.max) else { throw DecodeFailure(.tagInvalid) }
        return (UInt32(truncatingIfNeeded: tag >> 3), UInt8(truncatingIfNeeded: tag & 7))
    }

    /// Skips the value of a field that the contract does not know.
    mutating func skipValue(wireType: UInt8) throws(DecodeFailure) {
        switch wireType {
        case WireType.varint: _ = try varint()
        case WireType.fixed64: try skip(8)
        case WireType.delimited: _ = try delimited()
        case WireType.fixed32: try skip(4)
        case WireType.groupStart, WireType.groupEnd: throw DecodeFailure(.group)
        default: throw DecodeFailure(.tagInvalid)
        }
    }
}

/// The last three bits of a tag.
enum WireType {
    static let varint: UInt8 = 0
    static let fixed64: UInt8 = 1
    static let delimited: UInt8 = 2
    static let groupStart: UInt8 = 3
    static let groupEnd: UInt8 = 4
    static let fixed32: UInt8 = 5
}
