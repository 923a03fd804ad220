@testable import MayflyServer
import Testing

@Suite struct `A queue that drops what was taken` {
    @Test func `what goes in comes out in order`() {
        var queue = ConsumedQueue<Int>()
        var taken: [Int] = []
        for number in 0..<500 {
            queue.append(number)
            if number % 3 != 0, let first = queue.popFirst() { taken.append(first) }
        }
        while let first = queue.popFirst() { taken.append(first) }
        #expect(taken == Array(0..<500))
        #expect(queue.isEmpty && queue.popFirst() == nil)
    }

    @Test func `a queue that is never empty does not grow`() {
        var queue = ConsumedQueue<Int>()
        for number in 0..<10 { queue.append(number) }
        for number in 0..<100_000 {
            queue.append(number)
            _ = queue.popFirst()
        }
        #expect(queue.count == 10)
        #expect(queue.heldCount <= 128)
    }

    @Test func `what was taken is not kept`() {
        final class Token {}
        var queue = ConsumedQueue<Token>()
        weak var first: Token?
        do {
            let token = Token()
            first = token
            queue.append(token)
        }
        queue.append(Token())
        #expect(first != nil)
        _ = queue.popFirst()
        #expect(first == nil)
    }

    @Test func `the oldest can be worked on in place`() {
        var queue = ConsumedQueue<[Int]>()
        queue.append([1])
        queue.append([2])
        queue.first.append(7)
        #expect(queue.popFirst() == [1, 7])
        #expect(queue.first == [2])
    }
}
