internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `Ends that are due` {
    private func end(_ number: UInt64, of share: ShareKey?) -> DueEnds.End {
        DueEnds.End(bond: .connection(ConnectionID(rawValue: number)), share: share)
    }

    private let crowd = ShareKey.uid(UserID(rawValue: 1))
    private let quiet = ShareKey.uid(UserID(rawValue: 2))

    @Test func `a share with much to end does not keep another's waiting`() throws {
        var due = DueEnds()
        for number in 1...1_000 { due.append(end(UInt64(number), of: crowd)) }
        #expect(due.next() == end(1, of: crowd))
        due.append(end(2_000, of: quiet))
        due.append(end(3_000, of: nil))
        let next = (0..<3).map { _ in due.next() }
        #expect(next.contains(end(2_000, of: quiet)))
        #expect(next.contains(end(3_000, of: nil)))
    }

    @Test func `what was not ended at once comes again, after the others of its share`() {
        var due = DueEnds()
        due.append(end(1, of: crowd))
        due.append(end(2, of: crowd))
        guard let first = due.next() else { return #expect(Bool(false), "there are two") }
        due.append(first)
        #expect(due.next() == end(2, of: crowd))
        #expect(due.next() == first)
        #expect(due.next() == nil)
        #expect(due.isEmpty)
    }
}
