// MayflyWire is bytes ⇄ frame ⇄ message: ttrpc 1.2 over any byte stream, and the protobuf messages
// of proto/. It serves both sides, the broker and its clients, and is the only importer of
// CMayflyProto. It may not know sockets, the domain, cryptography or Foundation: bytes come in as
// buffers that the caller owns, and go out into a buffer that the caller sends.

/// One call of a connection. A client's are odd, from 1, and grow.
package struct StreamID: Hashable, Comparable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static func < (left: StreamID, right: StreamID) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Whether a client may have opened it.
    package var isFromClient: Bool { rawValue & 1 == 1 }

    /// The next id that a client may use; nil when the connection has used them all.
    package var next: StreamID? {
        let (value, overflow) = rawValue.addingReportingOverflow(rawValue == 0 ? 1 : 2)
        return overflow ? nil : StreamID(rawValue: value)
    }

    /// Before the first: its `next` is 1.
    package static let none = StreamID(rawValue: 0)
}

/// What a frame is, byte 8 of its header.
package enum FrameType: UInt8, Sendable {
    case request = 1
    case response = 2
    /// One message of a stream, as it is, without an envelope. Only a broker sends it.
    case data = 3
}

/// Byte 9 of a header. What a bit means depends on the type.
package struct FrameFlags: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Request: a streaming call whose client sends nothing more. Data: the last of its side.
    package static let remoteClosed = FrameFlags(rawValue: 1)
    /// Request: a streaming call whose client goes on sending.
    package static let remoteOpen = FrameFlags(rawValue: 2)
    /// Data, beside `remoteClosed`: there is no message in it. Not in ttrpc's specification; its
    /// published implementations end their streams with it.
    package static let noData = FrameFlags(rawValue: 4)
}

/// The ten bytes before a frame's data, big-endian: u32 length of the data, u32 stream, u8 type,
/// u8 flags.
package struct FrameHeader: Equatable, Sendable {
    package var length: UInt32
    package var stream: StreamID
    /// As received: may be no `FrameType`.
    package var type: UInt8
    package var flags: UInt8

    package static let size = 10

    package init(length: UInt32, stream: StreamID, type: FrameType, flags: FrameFlags = []) {
        self.length = length
        self.stream = stream
        self.type = type.rawValue
        self.flags = flags.rawValue
    }

    /// Reads a header; nil where fewer than ten bytes are there.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= FrameHeader.size else { return nil }
        length = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        stream = StreamID(
            rawValue: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        type = bytes[8]
        flags = bytes[9]
    }

    /// Writes the ten bytes at `destination`.
    func write(to destination: UnsafeMutableRawPointer) {
        destination.storeBytes(of: length.bigEndian, as: UInt32.self)
        destination.storeBytes(of: stream.rawValue.bigEndian, toByteOffset: 4, as: UInt32.self)
        destination.storeBytes(of: type, toByteOffset: 8, as: UInt8.self)
        destination.storeBytes(of: flags, toByteOffset: 9, as: UInt8.self)
    }
}

/// A whole frame, its data a view into the buffer that it was read from.
package struct Frame {
    package var stream: StreamID
    package var type: FrameType
    package var flags: FrameFlags
    package var payload: UnsafeRawBufferPointer
    /// Header and data: how far to move on in the buffer.
    package var consumed: Int

    /// Whether nothing more comes on its stream from the side that sent it.
    package var endsStream: Bool {
        switch type {
        case .request: flags != .remoteOpen
        case .response: true
        case .data: flags.contains(.remoteClosed)
        }
    }

    /// Whether its payload is a message of a stream: of no bytes where every field has its default.
    package var carriesMessage: Bool { type == .data && !flags.contains(.noData) }
}
