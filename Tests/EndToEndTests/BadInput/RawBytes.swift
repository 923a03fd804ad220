internal import MayflyWire

/// Bytes that the codec would never write.
enum Raw {
    /// A frame with any header: the length is that of the data unless another is claimed.
    static func frame(
        stream: UInt32 = 1, type: UInt8 = 1, flags: UInt8 = 0, claiming length: UInt32? = nil,
        _ data: [UInt8] = []
    ) -> [UInt8] {
        bigEndian(length ?? UInt32(data.count)) + bigEndian(stream) + [type, flags] + data
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    // MARK: protobuf

    static func varint(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func tag(_ field: UInt64, _ wireType: UInt64) -> [UInt8] {
        varint(field << 3 | wireType)
    }

    static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] {
        tag(field, 0) + varint(value)
    }

    static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        tag(field, 2) + varint(UInt64(value.count)) + value
    }

    static func text(_ field: UInt64, _ value: String) -> [UInt8] {
        bytes(field, [UInt8](value.utf8))
    }

    /// A `ttrpc.Request` with any names.
    static func envelope(
        _ service: String, _ method: String, _ payload: [UInt8] = [], extra: [UInt8] = []
    ) -> [UInt8] {
        text(1, service) + text(2, method) + bytes(3, payload) + extra
    }

    /// Itself in a field of itself, over and over.
    static func nested(depth: Int, in field: UInt64) -> [UInt8] {
        var message: [UInt8] = []
        for _ in 0..<depth { message = bytes(field, message) }
        return message
    }
}

extension WireClient {
    /// Sends a call with any bytes as its message, and waits for its answer.
    func call(_ method: Method, raw payload: [UInt8]) throws -> Reply {
        try call(method, EncodedMessage(bytes: payload))
    }

    /// Sends any bytes as the data of a request, and waits for its answer.
    func call(data: [UInt8]) throws -> Reply {
        let stream = try nextStream()
        try send(Raw.frame(stream: stream.rawValue, data))
        return try reply(to: stream)
    }
}
