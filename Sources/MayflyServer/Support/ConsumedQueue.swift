/// First in, first out, and never larger than twice what is in it.
///
/// What was taken is dropped at once: a queue that is never empty under load would else keep
/// everything that ever went through it.
struct ConsumedQueue<Element> {
    /// Places that may be empty at the front before the rest moves up.
    private static var tolerated: Int { 64 }

    private var elements: [Element?] = []
    private var firstIndex = 0

    var isEmpty: Bool { firstIndex == elements.count }
    var count: Int { elements.count - firstIndex }

    /// How much room it takes: places.
    var heldCount: Int { elements.count }

    /// The oldest; there must be one.
    var first: Element {
        get {
            guard let element = elements[firstIndex] else {
                preconditionFailure("what is in the queue was not taken")
            }
            return element
        }
        _modify {
            guard var element = elements[firstIndex].take() else {
                preconditionFailure("what is in the queue was not taken")
            }
            defer { elements[firstIndex] = element }
            yield &element
        }
    }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the oldest; nil where there is none.
    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[firstIndex].take()
        firstIndex += 1
        if isEmpty {
            elements.removeAll(keepingCapacity: elements.count <= ConnectionLimits.requestsInFlight)
            firstIndex = 0
        } else if firstIndex >= Self.tolerated && firstIndex > elements.count / 2 {
            elements.removeSubrange(..<firstIndex)
            firstIndex = 0
        }
        return element
    }
}
