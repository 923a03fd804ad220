import Foundation
import MayflyCrypto
import Testing

@Suite struct ChainVectorTests {
    @Test(arguments: ChainCase.all)
    func `each case is judged as the file says`(test: ChainCase) throws {
        #expect(try refusal(test.token, for: test.audience) == test.refusal)
    }

    @Test func `there are valid chains of every depth and more than forty broken ones`() {
        #expect(ChainCase.all.count { $0.refusal == nil } >= 15)
        #expect(ChainCase.all.count { $0.refusal != nil } >= 40)
        #expect(Set(ChainCase.all.map(\.name)).count == ChainCase.all.count)
        let asked = ChainCase.all.map { $0.token + utf8($0.audience ?? "") }
        #expect(Set(asked).count == ChainCase.all.count)
    }

    @Test func `every refusal has a case`() {
        #expect(Set(ChainCase.all.compactMap(\.refusal)) == Set(ChainRefusal.allCases))
    }

    @Test func `the committed file is the one that the cases make`() throws {
        let text = try ChainVectorFile.text()
        if ChainVectorFile.isToBeWritten {
            try Data(text.utf8).write(to: ChainVectorFile.url)
        }
        let committed = try Data(contentsOf: ChainVectorFile.url)
        // Compared as bytes and not shown: the difference would fill the screen.
        let isSame = committed == Data(text.utf8)
        #expect(isSame, "MAYFLY_WRITE_VECTORS=1 writes the file again")
    }
}
