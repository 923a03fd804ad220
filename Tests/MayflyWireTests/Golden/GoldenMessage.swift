import Testing

@testable import MayflyWire

/// One message of each type with every field set, as `protoc --encode` writes it: bytes that no code
/// of this project made.
struct GoldenMessage: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Decodes and encodes again.
    let recode: @Sendable ([UInt8], MessageArena) throws(DecodeFailure) -> [UInt8]

    var testDescription: String { name }

    /// - Parameter name: as the contract calls it; messages that are the same on the wire share a
    ///   type.
    init<Message: DecodableMessage & EncodableMessage>(
        _ name: String, _ type: Message.Type, _ lines: String...
    ) {
        self.name = name
        bytes = Hex.bytes(lines.joined())
        recode = { (bytes, arena) throws(DecodeFailure) in
            // Views may point into the bytes, so the message is encoded before they go.
            let result = bytes.withUnsafeBytes { buffer -> Result<[UInt8], DecodeFailure> in
                do throws(DecodeFailure) {
                    let message = try Message.decode(buffer, arena: arena, limits: .response)
                    return .success(message.encodedBytes())
                } catch {
                    return .failure(error)
                }
            }
            return try result.get()
        }
    }

    static let all = agents + apps + `operator` + trust

    /// The first of its name.
    static func named(_ name: String) -> GoldenMessage? { all.first { $0.name == name } }
}
