import MayflyCrypto
import MayflyWire
import Testing

@testable import mayfly_load

struct CrewTests {
    private let scope = ["read:data:1", "read:data:2"].compactMap { ScopeText($0) }

    private func crew(_ count: Int) throws -> Crew {
        let members = try (0..<count).map { number in
            var agent = SpawnedAgentMessage()
            agent.agentID = [UInt8](
                "spiffe://mayfly.local/agent/load/task-0/000000000000000\(number)".utf8)
            agent.grantID = [UInt8](String(repeating: "\(number)", count: 32).utf8)
            agent.token = [UInt8]("token-\(number)".utf8)
            agent.expiresAt = 1_900_000_000
            return try #require(Member(agent, key: AgentKeyPair()))
        }
        return Crew(members, rootDigest: SHA256.digest([UInt8]("root".utf8)))
    }

    private func session() throws -> Session {
        var answer = AuthenticateResponseMessage()
        answer.challenge = [UInt8](repeating: 3, count: 32)
        answer.issuer = "load"
        return try Session(answer, stream: StreamID(rawValue: 1))
    }

    @Test func `the member that waited longest is renewed next, and none twice at once`() throws {
        var crew = try crew(3)
        #expect((0..<3).map { _ in crew.takeIdle() } == [0, 1, 2])
        #expect(crew.takeIdle() == nil)
        for place in [1, 0, 2] { crew.renewed(place, token: [UInt8(place)]) }
        #expect(crew.idleCount == 3)
        #expect((0..<3).map { _ in crew.takeIdle() } == [1, 0, 2])
        #expect(crew.members.map(\.token) == [[0], [1], [2]])
    }

    @Test func `each hop of a chain follows from the one before`() throws {
        let crew = try crew(4)
        var session = try session()
        var end = try #require(crew.root)
        for depth in 1...3 {
            let hop = try #require(Hop(parsing: crew.hop(from: end, &session, scope: scope)))
            #expect(hop.isSigned)
            #expect(hop.content.depth == UInt8(depth))
            #expect(hop.content.previous == end.previous)
            #expect(hop.content.parent == end.grant)
            #expect(hop.content.delegator == crew.members[depth - 1].id)
            #expect(hop.content.delegate == crew.members[depth].id)
            #expect(hop.content.proofSequence == UInt64(depth))
            end = ChainEnd(
                depth: depth, grant: hop.grant, previous: hop.digest, token: [])
        }
    }
}
