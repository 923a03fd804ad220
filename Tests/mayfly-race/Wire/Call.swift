internal import MayflyCrypto
internal import MayflyWire

/// What was asked and is not answered yet.
struct Call {
    enum Kind {
        case authenticate
        case spawn(Place, keys: [AgentKeyPair])
        case renew(Renewal)
        case delegate(Delegating)
        case end(Ending)
        case validate(Token)
        case validateBatch([Token])
    }

    let kind: Kind
    let sent: Stamp
}

/// The calls under way of one connection, by their streams, which grow by two.
struct CallRing {
    /// Answers may come in any order: room for many times the deepest pipeline.
    private static let capacity = 256

    private var calls = [(stream: StreamID, call: Call)?](repeating: nil, count: capacity)
    private(set) var count = 0

    /// False where a call of long ago still has the place of the next one.
    func hasRoom(for stream: StreamID) -> Bool { calls[Self.place(stream)] == nil }

    mutating func begin(_ stream: StreamID, _ call: Call) {
        precondition(hasRoom(for: stream), "a place is free before it is taken")
        calls[Self.place(stream)] = (stream, call)
        count += 1
    }

    /// Nil where nothing was asked on this stream.
    mutating func end(_ stream: StreamID) -> Call? {
        let place = Self.place(stream)
        guard let (asked, call) = calls[place], asked == stream else { return nil }
        calls[place] = nil
        count -= 1
        return call
    }

    /// Everything under way, when the connection is gone.
    mutating func endAll() -> [Call] {
        let open = calls.compactMap { $0?.call }
        self = CallRing()
        return open
    }

    private static func place(_ stream: StreamID) -> Int { Int(stream.rawValue >> 1) % capacity }
}
