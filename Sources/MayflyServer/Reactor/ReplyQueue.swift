internal import MayflyCore
internal import MayflyWire

/// One connection's answers on their way out.
///
/// An answer that rests on something not yet on disk is held, and becomes ready when the log is
/// durable up to its position; another that rests on nothing new does not wait behind it.
struct ReplyQueue: ~Copyable {
    private struct Held {
        var position: LogPosition
        var bytes: Int
        var stamp: RequestStamp
    }

    /// May be sent now.
    var ready = OutputBuffer(retainedBytes: ConnectionLimits.retainedBytes)
    private var held = OutputBuffer(retainedBytes: ConnectionLimits.retainedBytes)
    private var marks = ConsumedQueue<Held>()

    /// Answers that wait for the disk.
    var heldCount: Int { marks.count }
    var bytes: Int { ready.count + held.count }

    /// Writes one answer to where it belongs; `write` says whether it wrote one.
    ///
    /// - Returns: whether there is one that may be sent now.
    mutating func append(
        restingOn position: LogPosition, durable: LogPosition, stamp: RequestStamp,
        _ write: (inout OutputBuffer) -> Bool
    ) -> Bool {
        guard position > durable else { return write(&ready) }
        let before = held.count
        guard write(&held) else { return false }
        marks.append(Held(position: position, bytes: held.count - before, stamp: stamp))
        return false
    }

    /// Makes ready what the disk now has, and tells of each answer.
    mutating func release(upTo durable: LogPosition, _ released: (RequestStamp) -> Void) {
        var bytes = 0
        while !marks.isEmpty, marks.first.position <= durable, let mark = marks.popFirst() {
            bytes += mark.bytes
            released(mark.stamp)
        }
        guard bytes > 0 else { return }
        ready.append(UnsafeRawBufferPointer(rebasing: held.pending[..<bytes]))
        held.consumed(bytes)
    }
}
