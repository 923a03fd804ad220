import Foundation
import MayflyCore
import MayflyCrypto
import Testing

@testable import MayflyStore

/// proto/AUDIT.md is what a verifier in another language is written from: it must say what is so.
@Suite struct AuditDocumentTests {
    private let text: String
    /// Without white space, for what the page breaks into lines.
    private let dense: String

    init() throws {
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        text = try String(contentsOf: root.appending(path: "proto/AUDIT.md"), encoding: .utf8)
        dense = text.filter { !$0.isWhitespace }
    }

    private func spawned() -> Event {
        var event = Event(time: Sample.time, kind: .agentSpawned)
        event.app = Sample.name("reports")
        event.orchestration = Sample.name("orch-1")
        event.task = Sample.name("task-1")
        event.instance = InstanceID(rawValue: 0x0123_4567_89AB_CDEF)
        event.grant = GrantID(high: 0x0123_4567_89AB_CDEF, low: 0x1122_3344_5566_7788)
        event.token = TokenID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
        event.scope = TextList(Sample.scopes("read:data:customer-12345"))
        event.expiresAt = Sample.time.advanced(bySeconds: 120)
        event.uid = UserID(rawValue: 1_000)
        event.pid = ProcessID(rawValue: 4_242)
        return event
    }

    private func refused() -> Event {
        var event = Event(
            time: Instant(milliseconds: Sample.time.milliseconds + 5), kind: .requestRefused)
        event.reason = .scopeViolation
        event.app = Sample.name("reports")
        event.uid = UserID(rawValue: 1_000)
        event.pid = ProcessID(rawValue: 4_242)
        return event
    }

    private func delegated() -> Event {
        var event = Event(time: Sample.time.advanced(bySeconds: 1), kind: .delegationCreated)
        event.app = Sample.name("reports")
        event.orchestration = Sample.name("orch-1")
        event.task = Sample.name("task-2")
        event.instance = InstanceID(rawValue: 0xFEDC_BA98_7654_3210)
        event.grant = GrantID(high: 0x4041_4243_4445_4647, low: 0x4849_4A4B_4C4D_4E4F)
        event.token = TokenID(high: 0x4041_4243_4445_4647, low: 0xA0A1_A2A3_A4A5_A6A7)
        event.scope = TextList(Sample.scopes("read:data:customer-12345"))
        event.expiresAt = Sample.time.advanced(bySeconds: 61)
        event.uid = UserID(rawValue: 1_000)
        event.pid = ProcessID(rawValue: 4_242)
        event.parent = spawned().grant
        event.depth = 1
        event.chainHash = Bytes32([UInt8](0x40..<0x60))
        return event
    }

    @Test func `the page names every kind of event by its number`() {
        for kind in EventKind.allCases {
            #expect(text.contains("| \(kind.rawValue) | `\(kind.text)` |"))
        }
    }

    @Test func `the page names every reason by its number`() {
        for reason in Reason.allCases {
            #expect(text.contains("| \(reason.rawValue) | `\(reason.code)` |"))
        }
    }

    @Test func `the page's example is what this code makes`() throws {
        var frontier = MerkleFrontier()
        append(spawned(), to: &frontier)
        append(refused(), to: &frontier)
        expectPageHas(hex(frontier.root.bytes))
        let signer = try CheckpointSigner(issuer: Sample.issuer, key: Sample.checkpointKey)
        #expect(text.contains(signer.verifierKey), "\(signer.verifierKey)")
        let note = signer.sign(size: frontier.size, root: frontier.root)
        #expect(text.contains(note), "\(note)")
        append(delegated(), to: &frontier)
        expectPageHas(hex(frontier.root.bytes))
    }

    private func append(_ event: Event, to frontier: inout MerkleFrontier) {
        let leaf = EventLeaf.encode(event, sequence: frontier.size)
        let hash = leaf.withUnsafeBytes { MerkleHash.leaf($0) }
        expectPageHas(hex(leaf))
        expectPageHas(hex(hash.bytes))
        frontier.append(hash)
    }

    private func expectPageHas(_ digits: String) {
        #expect(dense.contains(digits), "\(digits)")
    }
}
