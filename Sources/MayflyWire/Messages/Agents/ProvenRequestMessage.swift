private import CMayflyProto

/// `mayfly.v1.SpawnRequest`, `RegisterRequest` and `RenewRequest`, which are the same on the wire: a
/// body and the proof over it. Its views are into the decoded bytes: the body is exactly what was
/// received, because the proof covers those bytes.
package struct ProvenRequestMessage: DecodableMessage, EncodableMessage {
    /// A serialized `SpawnBody`, `RegisterBody` or `RenewBody`.
    package var body = ByteView.empty
    package var proof = ByteView.empty

    package static let schema = MessageSchema(mayfly__v1__spawn_request__init)

    package init() {}

    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> ProvenRequestMessage {
        var message = ProvenRequestMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            if field.number == 1 { message.body = field.bytes }
            if field.number == 2 { message.proof = field.bytes }
        }
        return message
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, body)
        writer.bytes(2, proof)
    }
}

package typealias SpawnRequestMessage = ProvenRequestMessage
package typealias RegisterRequestMessage = ProvenRequestMessage
package typealias RenewRequestMessage = ProvenRequestMessage
