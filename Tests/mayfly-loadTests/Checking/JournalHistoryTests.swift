import Testing

@testable import mayfly_load

struct JournalHistoryTests {
    private let grant = "00000000000000000000000000000001"

    private func history(_ lines: String...) -> JournalHistory {
        var history = JournalHistory()
        for line in lines { history.take(ArraySlice(line.utf8)) }
        return history
    }

    private func record(_ history: JournalHistory) throws -> JournalHistory.Record {
        let id = try #require(GrantText([UInt8](grant.utf8)))
        return try #require(history.records[id])
    }

    @Test func `a spawn that was acknowledged must be live`() throws {
        let record = try record(history("spawned \(grant) a.b.c", "valid \(grant)"))
        #expect(record.mustBeLive == true)
        #expect(record.token == [UInt8]("a.b.c".utf8))
    }

    @Test func `a release on its way may have happened or not`() throws {
        #expect(
            try record(history("spawned \(grant) a.b.c", "releasing \(grant)")).mustBeLive == nil)
    }

    @Test func `a release that was acknowledged must hold`() throws {
        let history = history(
            "spawned \(grant) a.b.c", "releasing \(grant)", "released \(grant) 1",
            "invalid \(grant)")
        #expect(try record(history).mustBeLive == false)
        #expect(history.contradictions.isEmpty)
    }

    @Test func `answers that contradict each other are told without any broker`() {
        #expect(
            history("releasing \(grant)", "released \(grant) 1", "valid \(grant)")
                .contradictions.count == 1)
        #expect(history("spawned \(grant) t", "invalid \(grant)").contradictions.count == 1)
        #expect(history("releasing \(grant)", "released \(grant) 0").contradictions.count == 1)
    }

    @Test func `what began after the copy of the disk is not judged`() throws {
        var early = history("spawned \(grant) a.b.c")
        early.forgetWhatBegan(in: history("spawned \(grant) a.b.c", "releasing \(grant)"))
        #expect(try record(early).mustBeLive == nil)
    }

    @Test func `lines that say nothing are passed over`() {
        #expect(history("", "spawned", "spawned xyz t", "dreamt \(grant)").records.isEmpty)
    }
}
