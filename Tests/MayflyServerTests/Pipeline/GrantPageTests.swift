internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `A page of the live grants` {
    @Test(arguments: [0, 1, 255, 4_294_967_295])
    func `goes on where the one before ended`(_ place: Int) throws {
        let cursor = GrantPage.cursor(at: place)
        #expect(cursor.utf8.count == 8)
        #expect(try GrantPage(limit: 0, cursor: cursor).start == place)
    }

    @Test func `begins at the first of a hundred where nothing is asked`() throws {
        let page = try GrantPage(limit: 0, cursor: "")
        #expect(page.start == 0)
        #expect(page.limit == 100)
        #expect(try GrantPage(limit: 1_000, cursor: "").limit == 1_000)
    }

    @Test(arguments: ["0", "0000000G", "0000000A", "000000000", "+0000001", "-0000001", "       1"])
    func `is refused a cursor that no page gave`(_ cursor: String) {
        let refusal = #expect(throws: Refusal.self) { try GrantPage(limit: 1, cursor: cursor) }
        #expect(refusal?.reason == .invalidQuery)
    }

    @Test func `has at most a thousand grants`() {
        let refusal = #expect(throws: Refusal.self) { try GrantPage(limit: 1_001, cursor: "") }
        #expect(refusal?.reason == .invalidQuery)
    }
}

@Suite struct `An accepted time` {
    @Test(
        arguments: [
            (0, 0), (499, 0), (500, 1_000), (1_499, 1_000), (-499, 0), (-500, -1_000),
            (-315_360_000_001, -315_360_000_000),
        ] as [(Int64, Int64)])
    func `moves the told clock by the nearest whole second`(_ deviation: Int64, _ shift: Int64) {
        #expect(wholeSeconds(deviation) == shift)
    }
}
