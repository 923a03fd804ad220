/// The bounds of the wire, as proto/PROTOCOL.md states them. Frame limits are on the data of a
/// frame, without its header of ten bytes.
package enum WireLimits {
    /// Inbound, until the connection has named its app.
    package static let frameBytesBeforeAuthenticate = 64 << 10
    /// Inbound, from then on.
    package static let frameBytes = 1 << 20
    /// Outbound: ttrpc's own limit.
    package static let outboundFrameBytes = 4 << 20
    package static let batchItems = 1_024
    /// A token in a request, in characters. What would be longer is issued by reference.
    package static let tokenBytes = 16 << 10
    /// A hop in a request, in characters: 64 scopes and 16 audiences of 256 bytes each, quoted and
    /// in base64url, with a token beside it inside the smaller frame.
    package static let hopBytes = 32 << 10
    /// Digests in one message of a stream of revocations.
    package static let streamDigests = 4_096
    /// How deep messages may be nested in each other; the contract's deepest is three.
    package static let messageDepth = 8
}

/// What the scan allows in one message, all that it holds included.
package struct ScanLimits: Equatable, Sendable {
    /// Fields, elements of repeated fields included.
    package var fields: Int
    /// Elements of repeated fields in any one message, without those inside the elements.
    package var elementsPerMessage: Int
    /// Fields that the contract does not know: what a newer peer may send.
    package var unknownFields: Int

    package init(fields: Int, elementsPerMessage: Int, unknownFields: Int) {
        self.fields = fields
        self.elementsPerMessage = elementsPerMessage
        self.unknownFields = unknownFields
    }

    /// What a broker allows its clients: 1,024 agents with all their scopes fit.
    package static let request = ScanLimits(
        fields: 65_536, elementsPerMessage: WireLimits.batchItems, unknownFields: 16)
    /// What a client allows its broker: any answer of 4 MiB that is not padding.
    package static let response = ScanLimits(
        fields: 1 << 20, elementsPerMessage: 65_536, unknownFields: 1_024)
}
