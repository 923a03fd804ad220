/// The names and lists of live grants: two byte strings a block, in pools of a few sizes.
struct TextStore: ~Copyable {
    /// Where two texts are.
    struct Reference {
        fileprivate var pool: UInt8
        fileprivate var slot: Slot

        /// Of what has none here.
        static let none = Reference(pool: 0, slot: .none)
    }

    /// u16 each: bytes of the first text and of the second.
    private static let headerBytes = 4
    private static let chunkBytes = 128 << 10
    /// A sixteenth to a fifth apart, up to the longest texts that the limits allow.
    private static let sizes: [Int] = {
        var sizes = [16] + Array(stride(from: 32, through: 256, by: 32))
        while let last = sizes.last, last < longest { sizes.append((last * 5 / 4 + 15) & ~15) }
        return sizes
    }()
    private static let longest =
        headerBytes + Limits.scopesPerAgent * (Scope.maximumBytes + 1)
        + Limits.audiencesPerAgent * (Limits.audienceBytes + 1)

    private let pools = TextStore.sizes.map { size in
        BlockPool(
            blockBytes: size,
            blocksPerChunk: max(
                4, 1 << (Int.bitWidth - 1 - (chunkBytes / size).leadingZeroBitCount)))
    }

    mutating func keep(_ first: [UInt8], _ second: [UInt8] = []) -> Reference {
        let size = Self.headerBytes + first.count + second.count
        guard let pool = Self.sizes.firstIndex(where: { $0 >= size }) else {
            preconditionFailure("texts are within their limits")
        }
        let slot = pools[pool].take()
        let block = pools[pool].address(of: slot)
        block.storeBytes(of: UInt16(first.count), as: UInt16.self)
        block.storeBytes(of: UInt16(second.count), toByteOffset: 2, as: UInt16.self)
        var place = Self.headerBytes
        for part in [first, second] {
            part.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: block + place, count: bytes.count)
                    .copyMemory(from: bytes)
            }
            place += part.count
        }
        return Reference(pool: UInt8(pool), slot: slot)
    }

    func first(at reference: Reference) -> [UInt8] {
        withFirst(at: reference) { [UInt8]($0) }
    }

    func second(at reference: Reference) -> [UInt8] {
        let block = address(of: reference)
        let start = Self.headerBytes + Int(block.load(as: UInt16.self))
        let count = Int(block.load(fromByteOffset: 2, as: UInt16.self))
        return [UInt8](UnsafeRawBufferPointer(start: block + start, count: count))
    }

    /// Whether the first text is these bytes.
    func isFirst(_ bytes: [UInt8], at reference: Reference) -> Bool {
        withFirst(at: reference) { text in
            text.count == bytes.count && zip(text, bytes).allSatisfy { $0 == $1 }
        }
    }

    mutating func forget(_ reference: Reference) {
        pools[Int(reference.pool)].giveBack(reference.slot)
    }

    /// What the store holds of memory, in chunks.
    var allocatedChunks: Int { pools.reduce(0) { $0 + $1.allocatedChunks } }

    private func withFirst<Result>(
        at reference: Reference, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let block = address(of: reference)
        let count = Int(block.load(as: UInt16.self))
        return body(UnsafeRawBufferPointer(start: block + Self.headerBytes, count: count))
    }

    private func address(of reference: Reference) -> UnsafeMutableRawPointer {
        pools[Int(reference.pool)].address(of: reference.slot)
    }
}
