private import CMayflyProto

/// What the scan has to know of a message type: one rule per field number, made once from the
/// descriptor that protoc-c generated, so that scan and decoder cannot disagree.
package struct MessageSchema: Sendable {
    /// A field's type, as far as its bytes can be wrong.
    enum Kind: UInt8 {
        case absent
        case uint32
        case uint64
        /// int32 and enumerations, whose negative values are ten bytes on the wire.
        case int32
        case int64
        case bool
        case string
        case bytes
        case message
    }

    struct Rule {
        var kind = Kind.absent
        var repeated = false
        /// The bits of a singular field and of those that share a oneof with it.
        var once: UInt64 = 0
        /// The type of a `message` field.
        var child: UnsafePointer<Table>?
    }

    struct Table {
        /// Indexed by field number; entry 0 is absent.
        var rules: UnsafeMutableBufferPointer<Rule>
        var descriptor: UnsafeRawPointer
    }

    /// Lives as long as the program and does not change once it is made.
    nonisolated(unsafe) let table: UnsafePointer<Table>

    /// The schema of the generated type `Generated`, by its generated initialiser.
    init<Generated>(_ initialize: (UnsafeMutablePointer<Generated>?) -> Void) {
        let message = UnsafeMutablePointer<Generated>.allocate(capacity: 1)
        defer { message.deallocate() }
        initialize(message)
        // Every generated struct starts with its base.
        let base = UnsafeRawPointer(message).load(as: ProtobufCMessage.self)
        guard let descriptor = base.descriptor else {
            preconditionFailure("a generated message has a descriptor")
        }
        table = MessageSchema.makeTable(descriptor, depth: 1)
    }

    private static func makeTable(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) -> UnsafePointer<Table> {
        precondition(depth <= WireLimits.messageDepth, "no message type is recursive")
        let fields = UnsafeBufferPointer(
            start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
        let highest = fields.last?.id ?? 0
        precondition(highest < 64, "the scan keeps the fields it has seen in one word")
        let rules = UnsafeMutableBufferPointer<Rule>.allocate(capacity: Int(highest) + 1)
        rules.initialize(repeating: Rule())
        for field in fields {
            var rule = Rule()
            rule.kind = kind(of: field)
            rule.repeated = field.label == PROTOBUF_C_LABEL_REPEATED
            if !rule.repeated {
                rule.once = fields.reduce(into: 0) { bits, other in
                    if other.id == field.id || sharesOneof(field, other) { bits |= 1 << other.id }
                }
            }
            if rule.kind == .message, let child = field.descriptor {
                rule.child = makeTable(
                    child.assumingMemoryBound(to: ProtobufCMessageDescriptor.self),
                    depth: depth + 1)
            }
            rules[Int(field.id)] = rule
        }
        let table = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        table.initialize(to: Table(rules: rules, descriptor: UnsafeRawPointer(descriptor)))
        return UnsafePointer(table)
    }

    private static func sharesOneof(
        _ field: ProtobufCFieldDescriptor, _ other: ProtobufCFieldDescriptor
    ) -> Bool {
        let oneof = PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue
        return field.flags & oneof != 0 && other.flags & oneof != 0
            && field.quantifier_offset == other.quantifier_offset
    }

    private static func kind(of field: ProtobufCFieldDescriptor) -> Kind {
        switch field.type {
        case PROTOBUF_C_TYPE_UINT32: .uint32
        case PROTOBUF_C_TYPE_UINT64: .uint64
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_ENUM: .int32
        case PROTOBUF_C_TYPE_INT64: .int64
        case PROTOBUF_C_TYPE_BOOL: .bool
        case PROTOBUF_C_TYPE_STRING: .string
        case PROTOBUF_C_TYPE_BYTES: .bytes
        case PROTOBUF_C_TYPE_MESSAGE: .message
        default: preconditionFailure("the contract uses no fixed, zigzag or floating numbers")
        }
    }
}
