internal import MayflyCore
internal import MayflyWire

/// What the feed hands to a reactor, for some of its connections.
struct StreamDelivery: Sendable {
    enum Content: Sendable {
        case message(StreamMessage)
        /// The stream is over, and why.
        case end(Refusal)
    }

    let content: Content
    /// The tags of the connections.
    let watchers: [UInt64]
    /// The feed goes on with these when they have taken it; they are behind.
    let awaitsTaking: Bool
}

/// One message of the stream, encoded once for all who get it.
final class StreamMessage: Sendable {
    let position: UInt64
    let digestCount: Int
    let gap: Bool
    let encoded: EncodedMessage

    init(
        position: UInt64, digests: EndDigests = EndDigests(), firstIssueSeconds: UInt64,
        gap: Bool = false, current: Bool = false
    ) {
        self.position = position
        self.gap = gap
        digestCount = digests.count
        var message = WatchRevocationsResponseMessage()
        message.position = position
        message.firstIssueAt = firstIssueSeconds
        message.gap = gap
        message.current = current
        encoded = digests.bytes.withUnsafeBytes { bytes in
            message.digests = stride(from: 0, to: bytes.count, by: EndDigests.digestBytes).map {
                let end = $0 + EndDigests.digestBytes
                return ByteView(UnsafeRawBufferPointer(rebasing: bytes[$0..<end]))
            }
            return EncodedMessage(message)
        }
    }
}
