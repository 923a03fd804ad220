import Testing

@testable import MayflyWire

/// What another implementation encoded decodes, and encodes to the same bytes.
struct GoldenMessageTests {
    @Test(arguments: GoldenMessage.all)
    func `decoding and encoding gives the same bytes`(golden: GoldenMessage) throws {
        #expect(try golden.recode(golden.bytes, MessageArena()) == golden.bytes)
    }

    @Test(arguments: GoldenMessage.all)
    func `no prefix crashes, and what decodes encodes again`(golden: GoldenMessage) {
        let arena = MessageArena()
        for length in 0..<golden.bytes.count {
            arena.reset()
            let prefix = Array(golden.bytes[..<length])
            do throws(DecodeFailure) {
                // A cut between two fields is a shorter message; inside one it is refused.
                let again = try golden.recode(prefix, arena)
                arena.reset()
                #expect(try golden.recode(again, arena) == again)
            } catch {
                #expect([.truncated, .tagInvalid].contains(error.kind))
            }
        }
    }

    @Test func `an agent's fields are where the contract has them`() throws {
        let golden = try #require(GoldenMessage.all.first { $0.name == "SpawnBodyMessage" })
        let arena = MessageArena()
        let body = try golden.bytes.withUnsafeBytes {
            try SpawnBodyMessage.decode($0, arena: arena)
        }
        try withExtendedLifetime(arena) {
            #expect(body.proofSequence == .max)
            let agent = try #require(body.agent)
            #expect(agent.orchestration.text == "orch-1")
            #expect(agent.task.equals("task.2"))
            #expect(agent.scope.map(\.text) == ["read:data:customer-1", "write:data:*"])
            #expect(agent.audience.map(\.text) == ["https://api"])
            #expect(agent.publicKey.bytes == Array(1...31) + [255])
            #expect(agent.ttlSeconds == 300)
            #expect(agent.lifetimeSeconds == 86_400)
            #expect(agent.binding == 1)
            #expect(agent.pid == 4_194_304)
            #expect(agent.maximumUses == 3)
            #expect(agent.byReference)
        }
    }

    @Test func `a list that an update does not set is not read`() throws {
        let bytes = Craft.field(1, "crawler") + Craft.field(3, "a:b:c")
        let update = try bytes.withUnsafeBytes {
            try UpdateAppRequestMessage.decode($0, arena: MessageArena())
        }
        #expect(update == UpdateAppRequestMessage(name: "crawler"))
    }

    @Test func `repeated numbers may come packed, single or mixed`() throws {
        let bytes = Craft.number(3, 1) + Craft.field(3, [2, 3]) + Craft.field(3, [])
        let app = try bytes.withUnsafeBytes { try AppMessage.decode($0, arena: MessageArena()) }
        #expect(app.uids == [1, 2, 3])
    }

    @Test func `the body of a spawn is a view of the received bytes`() throws {
        let bytes = Craft.field(1, [8, 1]) + Craft.field(2, [9, 9])
        try bytes.withUnsafeBytes { buffer in
            let arena = MessageArena()
            let request = try SpawnRequestMessage.decode(buffer, arena: arena)
            #expect(request.body.rawBuffer.baseAddress == buffer.baseAddress.map { $0 + 2 })
            #expect(request.body.bytes == [8, 1])
            #expect(request.proof.bytes == [9, 9])
            #expect(arena.heldBytes == 0)
        }
    }
}
