/// The check between a peer's bytes and the protobuf-c decoder, which has no recursion limit, takes
/// the last of duplicate fields, accepts invalid UTF-8, embedded NUL and overlong varints, and
/// expands empty messages many times over in memory. What passes here it decodes safely.
///
/// Recursion follows the message's type, not the bytes, and no type is recursive.
struct MessageScan {
    private let limits: ScanLimits
    private var fields = 0
    private var unknownFields = 0

    static func check(
        _ bytes: UnsafeRawBufferPointer, as schema: MessageSchema, limits: ScanLimits
    ) throws(DecodeFailure) {
        guard var cursor = WireCursor(bytes) else { return }
        var scan = MessageScan(limits: limits)
        try scan.message(&cursor, schema.table)
    }

    private init(limits: ScanLimits) { self.limits = limits }

    private mutating func message(
        _ cursor: inout WireCursor, _ table: UnsafePointer<MessageSchema.Table>
    ) throws(DecodeFailure) {
        let rules = table.pointee.rules
        var seen: UInt64 = 0
        var elements = 0
        while !cursor.isAtEnd {
            let (field, wireType) = try cursor.tag()
            fields += 1
            guard fields <= limits.fields else {
                throw DecodeFailure(.tooManyFields, field: field)
            }
            guard field < rules.count, rules[Int(field)].kind != .absent else {
                try unknown(&cursor, field: field, wireType: wireType)
                continue
            }
            let rule = rules[Int(field)]
            if rule.repeated {
                let count = try repeated(&cursor, rule, field: field, wireType: wireType)
                elements += count
                guard elements <= limits.elementsPerMessage else {
                    throw DecodeFailure(.tooManyElements, field: field)
                }
            } else {
                guard seen & rule.once == 0 else {
                    throw DecodeFailure(.duplicateField, field: field)
                }
                seen |= 1 << UInt64(field)
                try value(&cursor, rule, field: field, wireType: wireType)
            }
        }
    }

    /// One element of a repeated field, or a packed run of them; gives their number.
    private mutating func repeated(
        _ cursor: inout WireCursor, _ rule: MessageSchema.Rule, field: UInt32, wireType: UInt8
    ) throws(DecodeFailure) -> Int {
        guard wireType == WireType.delimited else {
            try value(&cursor, rule, field: field, wireType: wireType)
            return 1
        }
        switch rule.kind {
        case .string, .bytes, .message, .absent:
            try value(&cursor, rule, field: field, wireType: wireType)
            return 1
        case .uint32, .uint64, .int32, .int64, .bool:
            let run = try cursor.delimited()
            guard var packed = WireCursor(run) else { return 0 }
            var count = 0
            while !packed.isAtEnd {
                try number(packed.varint(), rule.kind, field: field)
                count += 1
                guard count <= limits.elementsPerMessage else {
                    throw DecodeFailure(.tooManyElements, field: field)
                }
            }
            fields += count
            return count
        }
    }

    @inline(__always)
    private mutating func value(
        _ cursor: inout WireCursor, _ rule: MessageSchema.Rule, field: UInt32, wireType: UInt8
    ) throws(DecodeFailure) {
        switch rule.kind {
        case .string:
            guard wireType == WireType.delimited else { throw mismatch(field, wireType) }
            let text = try cursor.delimited()
            if let kind = TextScan.fault(in: text) { throw DecodeFailure(kind, field: field) }
        case .bytes:
            guard wireType == WireType.delimited else { throw mismatch(field, wireType) }
            _ = try cursor.delimited()
        case .message:
            guard wireType == WireType.delimited, let child = rule.child else {
                throw mismatch(field, wireType)
            }
            let bytes = try cursor.delimited()
            guard var inner = WireCursor(bytes) else { return }
            try message(&inner, child)
        case .uint32, .uint64, .int32, .int64, .bool, .absent:
            guard wireType == WireType.varint else { throw mismatch(field, wireType) }
            try number(cursor.varint(), rule.kind, field: field)
        }
    }

    @inline(__always)
    private func number(
        _ value: UInt64, _ kind: MessageSchema.Kind, field: UInt32
    ) throws(DecodeFailure) {
        let fits =
            switch kind {
            case .bool: value <= 1
            case .uint32: value <= UInt64(UInt32.max)
            case .int32: Int32(exactly: Int64(bitPattern: value)) != nil
            case .uint64, .int64, .string, .bytes, .message, .absent: true
            }
        guard fits else { throw DecodeFailure(.numberOutOfRange, field: field) }
    }

    private mutating func unknown(
        _ cursor: inout WireCursor, field: UInt32, wireType: UInt8
    ) throws(DecodeFailure) {
        try cursor.skipValue(wireType: wireType)
        unknownFields += 1
        guard unknownFields <= limits.unknownFields else {
            throw DecodeFailure(.tooManyUnknownFields, field: field)
        }
    }

    private func mismatch(_ field: UInt32, _ wireType: UInt8) -> DecodeFailure {
        switch wireType {
        case WireType.groupStart, WireType.groupEnd: DecodeFailure(.group, field: field)
        case 6, 7: DecodeFailure(.tagInvalid, field: field)
        default: DecodeFailure(.wireTypeMismatch, field: field)
        }
    }
}
