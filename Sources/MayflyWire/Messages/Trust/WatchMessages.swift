private import CMayflyProto

/// `mayfly.v1.WatchRevocationsRequest`.
package struct WatchRevocationsRequestMessage: UnpackedMessage, EncodableMessage, Equatable,
    Sendable
{
    /// 0 asks for everything that is still kept.
    package var afterPosition: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__watch_revocations_request__init)

    package init(afterPosition: UInt64 = 0) { self.afterPosition = afterPosition }

    init(_ unpacked: UnpackedPointer) {
        afterPosition = unpacked.load(as: Mayfly__V1__WatchRevocationsRequest.self).after_position
    }

    package func encode(into writer: inout FieldWriter) { writer.number(1, afterPosition) }
}

/// `mayfly.v1.WatchRevocationsResponse`: one message of the stream; a heartbeat has no digests. Its
/// views are into the decoded bytes, and on the way out into wherever the broker keeps its digests.
package struct WatchRevocationsResponseMessage: DecodableMessage, EncodableMessage {
    /// Of the last digest.
    package var position: UInt64 = 0
    /// 32 bytes each, at most `WireLimits.streamDigests`.
    package var digests: [ByteView] = []
    package var firstIssueAt: UInt64 = 0
    /// Ends before this message were lost to this watcher.
    package var gap = false
    /// The watcher has everything that there is.
    package var current = false

    package static let schema = MessageSchema(mayfly__v1__watch_revocations_response__init)

    package init() {}

    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> WatchRevocationsResponseMessage {
        var message = WatchRevocationsResponseMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            switch field.number {
            case 1: message.position = field.value
            case 2: message.digests.append(field.bytes)
            case 3: message.firstIssueAt = field.value
            case 4: message.gap = field.value != 0
            case 5: message.current = field.value != 0
            default: break
            }
        }
        return message
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, position)
        writer.elements(2, digests)
        writer.number(3, firstIssueAt)
        writer.flag(4, gap)
        writer.flag(5, current)
    }
}
