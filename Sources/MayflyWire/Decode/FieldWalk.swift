/// The fields of a message that the scan has passed, one after the other.
///
/// For messages whose business is to carry another message's bytes, and for the frequent ones around
/// a token: the decoder would copy those, a walk gives views of them. The scan has seen to it that a
/// number fits its field.
struct FieldWalk {
    struct Field {
        var number: UInt32
        /// Of a varint.
        var value: UInt64
        /// Of a length-delimited field.
        var bytes: ByteView
    }

    private var cursor: WireCursor?

    init(_ bytes: UnsafeRawBufferPointer) { cursor = WireCursor(bytes) }

    mutating func next() throws(DecodeFailure) -> Field? {
        guard var cursor, !cursor.isAtEnd else { return nil }
        let (number, wireType) = try cursor.tag()
        var field = Field(number: number, value: 0, bytes: .empty)
        switch wireType {
        case WireType.varint: field.value = try cursor.varint()
        case WireType.delimited: field.bytes = ByteView(try cursor.delimited())
        default: try cursor.skipValue(wireType: wireType)
        }
        self.cursor = cursor
        return field
    }
}
