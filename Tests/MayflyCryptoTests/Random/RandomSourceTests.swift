import MayflyCrypto
import Testing

@Suite struct RandomSourceTests {
    @Test func `numbers do not repeat across refills`() {
        var source = RandomSource()
        var seen: Set<UInt64> = []
        for _ in 0..<10_000 { seen.insert(source.next()) }
        #expect(seen.count == 10_000)
        #expect(!seen.contains(0))
    }

    @Test func `every bit is set about half the time`() {
        var source = RandomSource()
        var counts = [Int](repeating: 0, count: 64)
        for _ in 0..<10_000 {
            let value = source.next()
            for bit in 0..<64 where value >> UInt64(bit) & 1 == 1 { counts[bit] += 1 }
        }
        // Ten standard deviations: chance alone does not fail this.
        for count in counts { #expect((4_500...5_500).contains(count)) }
    }

    @Test(arguments: [0, 1, 16, 31, 4_095, 4_096, 4_097, 20_000])
    func `a buffer of any size is filled to its end and not beyond`(count: Int) {
        var source = RandomSource()
        var bytes = [UInt8](repeating: 0, count: count + 8)
        var union = bytes
        // A byte that stays zero through twenty fills was not written.
        for _ in 0..<20 {
            bytes.withUnsafeMutableBytes {
                source.fill(UnsafeMutableRawBufferPointer(rebasing: $0.prefix(count)))
            }
            for index in bytes.indices { union[index] |= bytes[index] }
        }
        #expect(union.prefix(count).allSatisfy { $0 != 0 })
        #expect(union.suffix(8).allSatisfy { $0 == 0 })
    }

    @Test func `odd fills and numbers share a batch without overlap`() {
        var source = RandomSource()
        var seen: Set<[UInt8]> = []
        var drawn = 0
        for round in 0..<2_000 {
            var bytes = [UInt8](repeating: 0, count: 9 + round % 7)
            bytes.withUnsafeMutableBytes { source.fill($0) }
            seen.insert([UInt8](bytes.prefix(8)))
            seen.insert(withUnsafeBytes(of: source.next()) { [UInt8]($0) })
            drawn += 2
        }
        #expect(seen.count == drawn)
    }
}
