@testable internal import MayflyWire

/// Whether bytes that the scan has passed are the one encoding that proto3 recommends: fields in
/// the order of their numbers, none unknown, none with its default, repeated numbers packed. It is
/// told by nothing but the bytes and the types of the fields.
enum CanonicalForm {
    static func holds(_ bytes: ArraySlice<UInt8>, for schema: MessageSchema) -> Bool {
        holds(bytes, UnsafePointer(schema.table))
    }

    private static func holds(
        _ bytes: ArraySlice<UInt8>, _ table: UnsafePointer<MessageSchema.Table>
    ) -> Bool {
        let rules = table.pointee.rules
        var rest = bytes
        var previous = 0
        while !rest.isEmpty {
            let tag = varint(&rest)
            let field = Int(tag >> 3)
            guard field < rules.count, rules[field].kind != .absent else { return false }
            let rule = rules[field]
            let isAgain = field == previous
            guard field > previous || isAgain else { return false }
            previous = field
            switch rule.kind {
            case .uint32, .uint64, .int32, .int64, .bool:
                guard rule.repeated else {
                    if varint(&rest) == 0 { return false }
                    continue
                }
                // One packed run.
                guard tag & 7 == 2, !isAgain, !content(&rest).isEmpty else { return false }
            case .string, .bytes:
                if content(&rest).isEmpty && !rule.repeated { return false }
            case .message:
                guard let child = rule.child, holds(content(&rest), child) else { return false }
            case .absent: return false
            }
        }
        return true
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return value
    }

    private static func content(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let count = Int(varint(&rest))
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
