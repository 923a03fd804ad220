private import CMayflyProto

/// The memory of one message at a time, given to the protobuf-c decoder as its allocator: a
/// pointer that moves on, and nothing that is freed one by one.
///
/// One arena serves one thread. `reset()` between messages makes the views of the last one invalid,
/// keeps one block of bounded size and gives back the rest; past the ceiling decoding fails.
package final class MessageArena {
    /// One allocation, at a stable address, because protobuf-c holds on to it.
    private let state: UnsafeMutablePointer<ArenaState>

    /// - Parameters:
    ///   - retainedBytes: what is kept between messages.
    ///   - ceilingBytes: what one message may take, decoder overhead included. 1,024 agents with
    ///     every scope and audience that a frame of 1 MiB has room for take less than the default.
    package init(retainedBytes: Int = 256 << 10, ceilingBytes: Int = 8 << 20) {
        state = UnsafeMutablePointer<ArenaState>.allocate(capacity: 1)
        state.initialize(to: ArenaState(retained: retainedBytes, ceiling: ceilingBytes))
        state.pointee.allocator = ProtobufCAllocator(
            alloc: { state, size in
                state?.assumingMemoryBound(to: ArenaState.self).pointee.allocate(size)
            },
            free: { _, _ in },
            allocator_data: UnsafeMutableRawPointer(state))
    }

    deinit {
        state.pointee.releaseBlocks(keepingFirst: false)
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Makes room for the next message: every view into this arena is invalid from here on.
    package func reset() { state.pointee.reset() }

    /// What the arena holds of the process's memory, in use or not.
    package var heldBytes: Int { state.pointee.held }

    /// Decodes bytes that the scan has passed.
    func unpack(
        _ bytes: UnsafeRawBufferPointer, as schema: MessageSchema
    ) throws(DecodeFailure) -> UnsafeRawPointer {
        let descriptor = schema.table.pointee.descriptor
            .assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        let message = state.withMemoryRebound(to: ProtobufCAllocator.self, capacity: 1) {
            protobuf_c_message_unpack(
                descriptor, $0, bytes.count, bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        // The scan refuses whatever the decoder would: what is left is memory.
        guard let message else { throw DecodeFailure(.tooLarge) }
        return UnsafeRawPointer(message)
    }
}

/// The arena's book-keeping. The allocator comes first: protobuf-c is given the address of both.
private struct ArenaState {
    var allocator = ProtobufCAllocator()
    private let retained: Int
    private let ceiling: Int
    private var cursor: UnsafeMutableRawPointer?
    private var available = 0
    /// The first is the retained one.
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private(set) var held = 0

    private static let alignment = 16
    private static let largestBlock = 1 << 20

    init(retained: Int, ceiling: Int) {
        precondition(0 < retained && retained <= ceiling, "the retained block is one of many")
        self.retained = retained
        self.ceiling = ceiling
    }

    /// Nil, which the decoder takes as the end of memory, where the ceiling would be passed.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= ceiling else { return nil }
        let rounded = (max(size, 1) + Self.alignment - 1) & ~(Self.alignment - 1)
        if rounded > available && !addBlock(atLeast: rounded) { return nil }
        guard let result = cursor else { return nil }
        cursor = result + rounded
        available -= rounded
        return result
    }

    private mutating func addBlock(atLeast wanted: Int) -> Bool {
        let usual =
            blocks.isEmpty ? retained : min(2 * (blocks.last?.count ?? 0), Self.largestBlock)
        let size = max(wanted, min(usual, ceiling - held))
        guard held + size <= ceiling else { return false }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: size, alignment: Self.alignment)
        blocks.append(block)
        held += size
        cursor = block.baseAddress
        available = size
        return true
    }

    mutating func reset() {
        if blocks.count > 1 || held > retained { releaseBlocks(keepingFirst: true) }
        cursor = blocks.first?.baseAddress
        available = blocks.first?.count ?? 0
    }

    mutating func releaseBlocks(keepingFirst: Bool) {
        let keep = keepingFirst && (blocks.first?.count ?? 0) <= retained ? min(1, blocks.count) : 0
        for block in blocks[keep...] {
            held -= block.count
            block.deallocate()
        }
        blocks.removeSubrange(keep...)
        cursor = nil
        available = 0
    }
}
