/// The names and lists of live grants: one block each, in pools of a few sizes.
struct TextStore: ~Copyable {
    /// Where one grant's texts are.
    struct Reference {
        fileprivate var pool: UInt8
        fileprivate var slot: Slot

        /// Of a grant that has none here.
        static let none = Reference(pool: 0, slot: .none)
    }

    /// What is kept here of a record.
    struct Texts: Equatable {
        var task: Name
        var scope: TextList
        var audience: TextList
    }

    /// u16 each: bytes of the task, of the scope, of the audience.
    private static let headerBytes = 6
    private static let chunkBytes = 128 << 10
    /// A sixteenth to a fifth apart, up to the longest texts that the limits allow.
    private static let sizes: [Int] = {
        var sizes = Array(stride(from: 32, through: 256, by: 32))
        while let last = sizes.last, last < longest { sizes.append((last * 5 / 4 + 15) & ~15) }
        return sizes
    }()
    private static let longest =
        headerBytes + Name.maximumBytes + Limits.scopesPerAgent * (Scope.maximumBytes + 1)
        + Limits.audiencesPerAgent * (Limits.audienceBytes + 1)

    private let pools = TextStore.sizes.map { size in
        BlockPool(
            blockBytes: size,
            blocksPerChunk: max(
                4, 1 << (Int.bitWidth - 1 - (chunkBytes / size).leadingZeroBitCount)))
    }

    mutating func keep(_ texts: borrowing Texts) -> Reference {
        let parts = [texts.task.bytes, texts.scope.joined, texts.audience.joined]
        let size = parts.reduce(Self.headerBytes) { $0 + $1.count }
        guard let pool = Self.sizes.firstIndex(where: { $0 >= size }) else {
            preconditionFailure("texts are within their limits")
        }
        let slot = pools[pool].take()
        let block = pools[pool].address(of: slot)
        var place = Self.headerBytes
        for (number, part) in parts.enumerated() {
            block.storeBytes(of: UInt16(part.count), toByteOffset: 2 * number, as: UInt16.self)
            part.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: block + place, count: bytes.count)
                    .copyMemory(from: bytes)
            }
            place += part.count
        }
        return Reference(pool: UInt8(pool), slot: slot)
    }

    func texts(at reference: Reference) -> Texts {
        let block = pools[Int(reference.pool)].address(of: reference.slot)
        var place = Self.headerBytes
        func part(_ number: Int) -> [UInt8] {
            let count = Int(block.load(fromByteOffset: 2 * number, as: UInt16.self))
            defer { place += count }
            return [UInt8](UnsafeRawBufferPointer(start: block + place, count: count))
        }
        return Texts(
            task: Name(alreadyChecked: part(0)), scope: TextList(joined: part(1)),
            audience: TextList(joined: part(2)))
    }

    mutating func forget(_ reference: Reference) {
        pools[Int(reference.pool)].giveBack(reference.slot)
    }

    /// What the store holds of memory, in chunks.
    var allocatedChunks: Int { pools.reduce(0) { $0 + $1.allocatedChunks } }
}
