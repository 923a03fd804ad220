@testable internal import MayflyWire

/// Every message that a peer of either side can send: the scan, the decoder and the encoder.
///
/// The first byte names the type, the second whose limits hold. What decodes encodes to bytes that
/// decode and encode to themselves; what is canonical encodes to the same bytes at once.
final class MessageTarget: FuzzTarget {
    static let name = "messages"
    static let longestInput = 8_192
    static let dictionary = [
        "mayfly.v1.Agents", "mayfly.v1.Apps", "mayfly.v1.Operator", "mayfly.v1.Trust", "Spawn",
        "Validate", "type.googleapis.com/google.rpc.ErrorInfo", "mayfly", "read:data:*",
        "\u{8}\u{1}", "\n", "\u{12}", "\u{1A}", "\"",
    ]

    /// What an arena may hold of memory, whatever comes.
    private static let arenaBytes = 8 << 20
    private static let requestEnvelope = KnownMessage.all.count
    private static let responseEnvelope = KnownMessage.all.count + 1

    private let arena = MessageArena(ceilingBytes: MessageTarget.arenaBytes)

    init() {}

    func run(_ bytes: UnsafeRawBufferPointer) {
        var input = FuzzInput(bytes)
        let kind = input.choice(KnownMessage.all.count + 2)
        let limits = input.flag() ? ScanLimits.response : .request
        switch kind {
        case Self.requestEnvelope: readRequest(input.rest)
        case Self.responseEnvelope: _ = try? ResponseEnvelope.decode(input.rest)
        default: recode(input.rest, as: KnownMessage.all[kind], limits)
        }
        expect(arena.heldBytes <= Self.arenaBytes, "memory stays below its ceiling")
        arena.reset()
        expect(arena.heldBytes <= 256 << 10, "an arena keeps one block")
    }

    private func recode(
        _ bytes: UnsafeRawBufferPointer, as type: KnownMessage, _ limits: ScanLimits
    ) {
        guard let once = type.recode(bytes, arena, limits) else { return }
        arena.reset()
        let twice = withExactCopy(of: once) { type.recode($0, arena, limits) }
        expect(twice == once, "\(type.name): what was encoded decodes and encodes to itself")
        if !type.passesOver, CanonicalForm.holds(ArraySlice([UInt8](bytes)), for: type.schema) {
            expect(
                once == [UInt8](bytes), "\(type.name): what is canonical encodes to the same bytes")
        }
    }

    /// An envelope, as a broker opens it, and the message in it as a broker would read it.
    private func readRequest(_ bytes: UnsafeRawBufferPointer) {
        guard let envelope = try? RequestEnvelope.decode(bytes),
            case .found(let method) = Method.lookup(
                service: envelope.service, method: envelope.method)
        else { return }
        expect(method.service.methods.contains(method.rawValue), "a method is of its service")
        _ = try? SpawnRequestMessage.decode(envelope.payload.rawBuffer, arena: arena)
    }

    func seeds() throws -> [[UInt8]] {
        // Messages that are the same on the wire share a type under several names.
        let shared = [
            "SpawnRequestMessage": "ProvenRequestMessage",
            "RegisterRequestMessage":
                "ProvenRequestMessage", "RenewRequestMessage": "ProvenRequestMessage",
        ]
        var seeds: [[UInt8]] = try GoldenSeed.all().compactMap { golden in
            let type = shared[golden.type] ?? golden.type
            guard let kind = KnownMessage.all.firstIndex(where: { $0.name == type }) else {
                return nil
            }
            return [UInt8(kind), 0] + golden.bytes
        }
        guard seeds.count > 50 else { fail("the golden messages are not where they were") }
        var output = OutputBuffer()
        _ = RequestEncoder.appendRequest(
            stream: StreamID(rawValue: 1), method: .spawn,
            message: EncodedMessage(bytes: [10, 1, 8, 18, 1, 9]), to: &output)
        seeds.append([UInt8(Self.requestEnvelope), 0] + output.pending.dropFirst(10))
        output = OutputBuffer()
        ResponseEncoder.appendStatus(
            stream: StreamID(rawValue: 1), code: .permissionDenied, message: "no",
            reason: "SCOPE_VIOLATION", metadata: [("limit", "3")], to: &output)
        seeds.append([UInt8(Self.responseEnvelope), 1] + output.pending.dropFirst(10))
        return seeds
    }
}
