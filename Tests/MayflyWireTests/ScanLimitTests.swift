import Testing

@testable import MayflyWire

/// How much one message may hold.
struct ScanLimitTests {
    @Test(arguments: [(1_024, nil), (1_025, DecodeFailure.Kind.tooManyElements)])
    func `a batch has at most 1,024 items`(count: Int, kind: DecodeFailure.Kind?) {
        let bytes = Craft.repeating(Craft.field(1, Craft.field(1, "token")), count)
        #expect(failure(decoding: bytes, as: ReleaseBatchRequestMessage.self)?.kind == kind)
    }

    @Test(arguments: [(1_024, nil), (1_025, DecodeFailure.Kind.tooManyElements)])
    func `empty elements count like others`(count: Int, kind: DecodeFailure.Kind?) {
        let bytes = Craft.repeating(Craft.field(1, ""), count)
        #expect(failure(decoding: bytes, as: ValidateBatchRequestMessage.self)?.kind == kind)
    }

    @Test(arguments: [(1_024, nil), (1_025, DecodeFailure.Kind.tooManyElements)])
    func `packed elements count like others`(count: Int, kind: DecodeFailure.Kind?) {
        let bytes = Craft.field(3, [UInt8](repeating: 1, count: count))
        #expect(failure(decoding: bytes, as: AppMessage.self)?.kind == kind)
    }

    @Test func `packed runs add up`() {
        let bytes = Craft.repeating(Craft.field(3, [UInt8](repeating: 1, count: 600)), 2)
        #expect(
            failure(decoding: bytes, as: AppMessage.self)
                == DecodeFailure(.tooManyElements, field: 3))
    }

    @Test(arguments: [(16, nil), (17, DecodeFailure.Kind.tooManyUnknownFields)])
    func `a few unknown fields are passed over`(count: Int, kind: DecodeFailure.Kind?) {
        let unknown = [
            Craft.number(1_000, 7), Craft.field(60, "later"),
            Craft.varint(61 << 3 | 1) + [UInt8](repeating: 1, count: 8),
            Craft.varint(62 << 3 | 5) + [UInt8](repeating: 1, count: 4),
        ]
        let fields = (0..<count).flatMap { unknown[$0 % unknown.count] }
        let bytes = Craft.field(1, "token") + fields
        #expect(failure(decoding: bytes, as: ValidateRequestMessage.self)?.kind == kind)
    }

    @Test func `unknown fields of all items count together`() {
        let bytes = Craft.repeating(Craft.field(1, Craft.number(9, 1)), 17)
        #expect(
            failure(decoding: bytes, as: ValidateBatchRequestMessage.self)?.kind
                == .tooManyUnknownFields)
    }

    @Test func `fields of all items count together`() {
        let limits = ScanLimits(fields: 9, elementsPerMessage: 10, unknownFields: 0)
        let item = Craft.field(1, Craft.field(1, "a") + Craft.number(2, 1))
        #expect(
            failure(
                decoding: Craft.repeating(item, 3), as: ValidateBatchRequestMessage.self,
                limits: limits) == nil)
        #expect(
            failure(
                decoding: Craft.repeating(item, 4), as: ValidateBatchRequestMessage.self,
                limits: limits)?.kind == .tooManyFields)
    }

    private static let messagesWithField15 = [
        "App", "UpdateAppRequest", "GrantSummary", "Event", "StatusResponse",
    ]

    /// protobuf-c alone overflows its stack on such bytes where a type is recursive.
    @Test(arguments: [1, 2, 3, 15])
    func `9,000 levels of nesting end in an answer`(field: UInt64) {
        var bytes: [UInt8] = []
        var header: [[UInt8]] = []
        var size = 0
        for _ in 0..<9_000 {
            let prefix = Craft.varint(field << 3 | 2) + Craft.varint(UInt64(size))
            header.append(prefix)
            size += prefix.count
        }
        bytes = Array(header.reversed().joined())
        for golden in GoldenMessage.all {
            let arena = MessageArena()
            let result = Result { () throws(DecodeFailure) in try golden.recode(bytes, arena) }
            // As an unknown field it is one length and is passed over.
            if field == 15, !Self.messagesWithField15.contains(golden.name) {
                #expect((try? result.get()) != nil)
            }
            #expect(arena.heldBytes <= 1 << 20)
        }
    }

    @Test func `the largest delegation fits a frame before its client names an app`() {
        var request = DelegateRequestMessage()
        let text = { ByteView(copying: [UInt8](repeating: 0x61, count: $0)) }
        request.token = text(WireLimits.tokenBytes)
        request.hop = text(WireLimits.hopBytes)
        request.byReference = true
        let size = RequestEncoder.frameSize(
            method: .delegate, message: request, timeoutNanoseconds: .max)
        #expect(size <= WireLimits.frameBytesBeforeAuthenticate)
        #expect(failure(decoding: request.encodedBytes(), as: DelegateRequestMessage.self) == nil)
    }

    @Test func `the largest hop is inside its limit`() {
        let scopes = 64
        let audiences = 16
        // A quoted text of 256 bytes and its comma; names, keys and ids beside them.
        let payload = (scopes + audiences) * (256 + 3) + 2_048
        let signature = 86
        let header = 64
        #expect(header + 1 + (payload * 4 + 2) / 3 + 1 + signature <= WireLimits.hopBytes)
    }

    @Test func `the largest message of a stream fits a frame and is read`() {
        var message = WatchRevocationsResponseMessage()
        message.position = .max
        message.firstIssueAt = .max
        message.gap = true
        let digest = ByteView(copying: [UInt8](repeating: 0xFF, count: 32))
        message.digests = Array(repeating: digest, count: WireLimits.streamDigests)
        let bytes = message.encodedBytes()
        #expect(bytes.count <= WireLimits.outboundFrameBytes)
        #expect(
            failure(decoding: bytes, as: WatchRevocationsResponseMessage.self, limits: .response)
                == nil)
    }

    @Test func `the longest list of revocations fits a frame and is read`() {
        var record = RevocationRecordMessage()
        record.recordID = .max
        record.task = String(repeating: "t", count: 128)
        record.orchestration = String(repeating: "o", count: 128)
        record.allowNew = true
        record.createdAt = .max
        record.lapsesAt = .max
        let list = ListRevocationsResponseMessage(
            records: Array(repeating: record, count: 10_000))
        #expect(ResponseEncoder.frameSize(of: list) <= WireLimits.outboundFrameBytes)
        #expect(
            failure(
                decoding: list.encodedBytes(), as: ListRevocationsResponseMessage.self,
                limits: .response) == nil)
    }

    @Test func `the largest batch of agents that a frame holds is decoded`() throws {
        let frame = largestSpawnBatch()
        #expect(frame.count <= WireLimits.frameBytes)
        #expect(frame.count > WireLimits.frameBytes * 9 / 10)
        let arena = MessageArena()
        try frame.withUnsafeBytes { bytes in
            let batch = try SpawnBatchBodyMessage.decode(bytes, arena: arena)
            #expect(batch.agents.count == WireLimits.batchItems)
            #expect(batch.agents.allSatisfy { $0.scope.count == 32 && $0.audience.count == 8 })
        }
        arena.reset()
        #expect(arena.heldBytes <= 256 << 10)
    }

    /// 1,024 agents with all their scopes and audiences, filled up to the frame limit.
    private func largestSpawnBatch() -> [UInt8] {
        let perAgent = WireLimits.frameBytes / WireLimits.batchItems - 32
        var agent = AgentSpecMessage()
        agent.orchestration = ByteView(copying: "orchestration")
        agent.task = ByteView(copying: "task")
        agent.publicKey = ByteView(copying: [UInt8](repeating: 1, count: 32))
        agent.scope = Array(repeating: ByteView(copying: "read:data:customer-1"), count: 32)
        agent.audience = Array(repeating: ByteView(copying: "a"), count: 8)
        let room = perAgent - agent.encodedSize
        agent.audience[0] = ByteView(copying: String(repeating: "a", count: max(room, 1)))
        var body = SpawnBatchBodyMessage()
        body.proofSequence = 1
        body.agents = Array(repeating: agent, count: WireLimits.batchItems)
        return body.encodedBytes()
    }
}
