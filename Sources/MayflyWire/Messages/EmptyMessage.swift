/// A message without fields: that it came is all it says.
package protocol EmptyMessage: DecodableMessage, EncodableMessage, Equatable, Sendable {
    init()
}

extension EmptyMessage {
    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> Self { Self() }

    package func encode(into writer: inout FieldWriter) {}
}
