import Glibc
import MayflyCrypto
import MayflyWire
import Testing

@testable import MayflyClient

/// The agent that a process was started as.
struct InheritedAgentTests {
    private static let seed = LockedSecret.random()

    private func agent() -> Agent {
        var answer = SpawnedAgentMessage()
        answer.agentID = Array("spiffe://mayfly.local/agent/o/t/0123456789abcdef".utf8)
        answer.token = Array("aaaa.bbbb.cccc".utf8)
        answer.grantID = Array("00112233445566778899aabbccddeeff".utf8)
        answer.expiresAt = 1_790_000_300
        return Agent(
            answer, orchestration: "o", task: "t", scope: ["a:b:c"], key: AgentKey(seed: Self.seed))
    }

    private func text() throws -> [UInt8] {
        let text = try #require(
            HandoverText.text(of: agent(), seed: Self.seed, socketPath: "/run/mayfly/agent.sock"))
        return text.withBytes { [UInt8]($0) }
    }

    @Test func `what is handed over is what is read`() throws {
        let read = try #require(InheritedAgent(text: try text()))
        #expect(read.id == agent().id)
        #expect(read.token == agent().token)
        #expect(read.expiresAt == agent().expiresAt)
        #expect(read.socketPath == "/run/mayfly/agent.sock")
        #expect(read.key.publicKey == agent().key.publicKey)
    }

    @Test func `printing it shows neither token nor key`() throws {
        let read = try #require(InheritedAgent(text: try text()))
        var dumped = ""
        dump(read, to: &dumped)
        #expect(!"\(read) \(dumped)".contains("bbbb"))
    }

    @Test func `a text that lacks anything, or has more than one object, is none`() throws {
        let whole = String(decoding: try text(), as: UTF8.self)
        for name in ["socket", "token", "private_key", "agent_id", "expires_at"] {
            let renamed = whole.replacing("\"\(name)\":", with: "\"other\":")
            #expect(InheritedAgent(text: Array(renamed.utf8)) == nil, "\(name)")
        }
        #expect(InheritedAgent(text: Array((whole + whole).utf8)) == nil)
        #expect(InheritedAgent(text: Array(whole.dropLast().utf8)) == nil)
        #expect(InheritedAgent(text: []) == nil)
    }

    @Test func `a socket's path that JSON would have to escape is refused`() {
        #expect(HandoverText.text(of: agent(), seed: Self.seed, socketPath: "/run/\"/s") == nil)
    }
}
