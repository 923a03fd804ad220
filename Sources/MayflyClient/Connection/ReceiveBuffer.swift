/// Bytes received and not yet read as frames, in one piece.
///
/// It grows to the frame that is coming, at most to the frame limit, and shrinks when it is empty.
struct ReceiveBuffer: ~Copyable {
    private static let usualBytes = 64 << 10

    private var storage = UnsafeMutableRawBufferPointer.allocate(
        byteCount: usualBytes, alignment: 16)
    private var start = 0
    private var end = 0

    deinit { storage.deallocate() }

    /// What was received; good until the next change of the buffer.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[start..<end]) }

    /// Where to receive more.
    var room: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: storage[end...])
    }

    mutating func received(_ count: Int) {
        precondition(0 <= count && count <= storage.count - end, "bytes are received into the room")
        end += count
    }

    mutating func consume(_ count: Int) {
        precondition(0 <= count && count <= end - start, "bytes are received before they are read")
        start += count
    }

    /// Makes room for a frame of `size` bytes that begins with what is left.
    mutating func makeRoom(for size: Int) {
        let left = end - start
        let wanted = max(size, Self.usualBytes)
        if storage.count < wanted || (left == 0 && storage.count > Self.usualBytes) {
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 16)
            block.copyMemory(from: bytes)
            storage.deallocate()
            storage = block
        } else if start > 0 {
            storage.copyMemory(from: bytes)
        }
        start = 0
        end = left
    }
}
