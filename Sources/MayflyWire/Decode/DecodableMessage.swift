/// A message that can be read from a peer's bytes.
package protocol DecodableMessage {
    /// What the scan checks the bytes against.
    static var schema: MessageSchema { get }

    /// Reads bytes that the scan has passed; others are our bug.
    static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> Self
}

extension DecodableMessage {
    /// Checks and reads a message. Its views live in `bytes` or in `arena`: see `ByteView`.
    ///
    /// The arena is not reset: that is for the caller, once nothing of the last message is in use.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, arena: MessageArena, limits: ScanLimits = .request
    ) throws(DecodeFailure) -> Self {
        try MessageScan.check(bytes, as: schema, limits: limits)
        return try decode(scanned: bytes, arena: arena)
    }
}

/// A message that protobuf-c decodes, from whose C struct the Swift one is made.
protocol UnpackedMessage: DecodableMessage {
    init(_ unpacked: UnpackedPointer)
}

extension UnpackedMessage {
    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> Self {
        Self(UnpackedPointer(try arena.unpack(bytes, as: schema)))
    }
}

/// A decoded C struct in an arena.
struct UnpackedPointer {
    private let pointer: UnsafeRawPointer

    init(_ pointer: UnsafeRawPointer) { self.pointer = pointer }

    /// The struct, of the generated type of the schema that it was decoded with.
    func load<Generated>(as type: Generated.Type) -> Generated { pointer.load(as: type) }
}
