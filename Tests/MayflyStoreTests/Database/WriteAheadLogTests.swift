import Foundation
import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct WriteAheadLogTests {
    /// A policy by reference, which `#expect` can call.
    private final class Subject {
        private var policy = LogCopyPolicy(copyAfterPages: 100)

        func next(pages: Int, isCopierDone: Bool) -> LogCopyPolicy.Step {
            policy.next(pages: pages, isCopierDone: isCopierDone)
        }

        func copied(_ pages: Int) { policy.copied(pages) }
    }

    @Test func `the log is copied in bulk when it has grown, and finished by the writer`() {
        let policy = Subject()
        #expect(policy.next(pages: 99, isCopierDone: false) == .nothing)
        #expect(policy.next(pages: 100, isCopierDone: false) == .startCopier)
        #expect(policy.next(pages: 500, isCopierDone: false) == .nothing)
        #expect(policy.next(pages: 510, isCopierDone: true) == .finishHere)
        policy.copied(510)
        // Begun anew: the next hundred pages count from the start.
        #expect(policy.next(pages: 3, isCopierDone: false) == .nothing)
        #expect(policy.next(pages: 103, isCopierDone: false) == .startCopier)
    }

    @Test func `a log that a reader holds is copied again only after it has grown again`() {
        let policy = Subject()
        #expect(policy.next(pages: 100, isCopierDone: false) == .startCopier)
        #expect(policy.next(pages: 120, isCopierDone: true) == .finishHere)
        policy.copied(70)
        #expect(policy.next(pages: 169, isCopierDone: false) == .nothing)
        #expect(policy.next(pages: 170, isCopierDone: false) == .startCopier)
    }

    @Test func `under constant load the log stays bounded and nothing is lost`() throws {
        let directory = try TemporaryDirectory()
        let store = try Sample.open(directory.database, walPages: 250)
        let events = (0..<500).map { Sample.event($0) }
        var largest = 0
        for _ in 0..<400 {
            try store.commit(events: events)
            try store.tidy()
            let size = try FileManager.default.attributesOfItem(
                atPath: directory.database + "-wal")[.size]
            largest = max(largest, size as? Int ?? .max)
        }
        // Four times what starts a copy: some for the growth while the bulk is being copied.
        #expect(largest < 4 * 250 * Connection.pageBytes, "\(largest) bytes")
        #expect(store.walCheckpoints >= 10)
        let report = try AuditVerifier(path: directory.database, key: Sample.verifierKey()).verify()
        #expect(report.isSound)
        #expect(report.events == 200_000)
    }
}
