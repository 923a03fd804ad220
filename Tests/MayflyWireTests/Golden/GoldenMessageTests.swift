private import Foundation
import Testing

@testable import MayflyWire

/// What another implementation encoded decodes, and encodes to the same bytes.
struct GoldenMessageTests {
    @Test(arguments: GoldenMessage.all)
    func `decoding and encoding gives the same bytes`(golden: GoldenMessage) throws {
        #expect(try golden.recode(golden.bytes, MessageArena()) == golden.bytes)
    }

    @Test func `every message of the contract is among them`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
        for file in ["agents", "apps", "grants", "operator", "trust"] {
            let path = root.appending(path: "../../../proto/mayfly/v1/\(file).proto")
            let names = try String(contentsOf: path, encoding: .utf8).matches(
                of: /(?m)^message (\w+)/
            ).map { String($0.1) }
            #expect(!names.isEmpty)
            for name in names { #expect(GoldenMessage.named(name) != nil, "\(name)") }
        }
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
        let golden = try #require(GoldenMessage.named("SpawnBody"))
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

    @Test func `a renewal's fields are where the contract has them`() throws {
        let golden = try #require(GoldenMessage.named("RenewBody"))
        try golden.bytes.withUnsafeBytes { buffer in
            let arena = MessageArena()
            let body = try RenewBodyMessage.decode(buffer, arena: arena)
            #expect(body.proofSequence == 300)
            #expect(body.token.text == "a.b.c")
            #expect(body.renewalID.bytes == Array(1...15) + [255])
            #expect(body.scope.map(\.text) == ["a:b:c", ""])
            #expect(body.ttlSeconds == .max)
            #expect(arena.heldBytes == 0)
        }
    }

    @Test func `a delegation's hop is a view of the received bytes`() throws {
        let bytes = Craft.field(2, "d.e.f") + Craft.number(3, 1) + Craft.field(1, "a.b.c")
        try bytes.withUnsafeBytes { buffer in
            let arena = MessageArena()
            let request = try DelegateRequestMessage.decode(buffer, arena: arena)
            #expect(request.hop.rawBuffer.baseAddress == buffer.baseAddress.map { $0 + 2 })
            #expect(request.hop.text == "d.e.f")
            #expect(request.token.text == "a.b.c")
            #expect(request.byReference)
            #expect(arena.heldBytes == 0)
        }
    }

    @Test func `uses are told apart from uses without limit`() throws {
        let limited = Craft.field(1, "0f") + Craft.number(14, 1)
        let unlimited = Craft.field(1, "0f") + Craft.number(15, 9)
        for (bytes, expected) in [(limited, 0 as UInt32?), (unlimited, nil)] {
            let grant = try bytes.withUnsafeBytes {
                try GrantSummaryMessage.decode($0, arena: MessageArena())
            }
            #expect(grant.usesLeft == expected)
        }
    }

    @Test func `a level without a name is kept as it came`() throws {
        let bytes = Craft.number(1, 77) + Craft.field(2, "t")
        let request = try bytes.withUnsafeBytes {
            try RevokeRequestMessage.decode($0, arena: MessageArena())
        }
        #expect(request.level == RevocationLevelMessage(rawValue: 77))
        #expect(request.encodedBytes() == bytes)
    }

    @Test func `a key's use without a name is kept as it came`() throws {
        let bytes = Craft.field(2, Craft.number(1, 6))
        let response = try bytes.withUnsafeBytes {
            try GetKeysResponseMessage.decode($0, arena: MessageArena())
        }
        #expect(response.keys.map(\.use) == [KeyUseMessage(rawValue: 6)])
        #expect(response.encodedBytes() == bytes)
    }

    @Test func `a state without a name is kept as it came`() throws {
        let bytes = Craft.field(1, "a.b.c") + Craft.number(2, UInt64(bitPattern: -1))
        let request = try bytes.withUnsafeBytes { buffer in
            let request = try HeartbeatRequestMessage.decode(buffer, arena: MessageArena())
            return (state: request.state, bytes: request.encodedBytes())
        }
        #expect(request.state == AgentStateMessage(rawValue: -1))
        #expect(request.bytes == bytes)
    }

    @Test func `what an update does not set is not read`() throws {
        let bytes =
            Craft.field(1, "crawler") + Craft.field(3, "a:b:c") + Craft.number(15, 2)
            + Craft.number(16, 30) + Craft.number(18, 1)
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
