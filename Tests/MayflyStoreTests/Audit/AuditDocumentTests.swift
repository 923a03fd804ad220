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
        let leaves = [spawned(), refused()].enumerated().map {
            EventLeaf.encode($1, sequence: UInt64($0))
        }
        var frontier = MerkleFrontier()
        for leaf in leaves {
            let hash = leaf.withUnsafeBytes { MerkleHash.leaf($0) }
            #expect(dense.contains(hex(leaf)), "\(hex(leaf))")
            #expect(dense.contains(hex(hash.bytes)), "\(hex(hash.bytes))")
            frontier.append(hash)
        }
        #expect(dense.contains(hex(frontier.root.bytes)), "\(hex(frontier.root.bytes))")
        let signer = try CheckpointSigner(issuer: Sample.issuer, key: Sample.checkpointKey)
        #expect(text.contains(signer.verifierKey), "\(signer.verifierKey)")
        let note = signer.sign(size: frontier.size, root: frontier.root)
        #expect(text.contains(note), "\(note)")
    }
}
