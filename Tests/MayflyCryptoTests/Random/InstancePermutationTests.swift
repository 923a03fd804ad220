import MayflyCrypto
import Testing

@Suite struct InstancePermutationTests {
    private func permutation(_ byte: UInt8) -> InstancePermutation {
        InstancePermutation(
            key: LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: byte) })
    }

    @Test func `it can be inverted, at the ends and in between`() {
        let permutation = permutation(1)
        var generator = SeededGenerator(state: 4)
        var counters: [UInt64] = [0, 1, .max, .max - 1, 1 << 32, (1 << 32) - 1, 1 << 63]
        for _ in 0..<10_000 { counters.append(generator.next()) }
        for counter in counters {
            #expect(permutation.invert(permutation.apply(counter)) == counter)
            #expect(permutation.apply(permutation.invert(counter)) == counter)
        }
    }

    @Test func `consecutive counters never share an instance and keep no order`() {
        let permutation = permutation(1)
        let instances = (UInt64(0)..<50_000).map { permutation.apply($0) }
        #expect(Set(instances).count == instances.count)
        let rising = zip(instances, instances.dropFirst()).count { $0 < $1 }
        // Half of them, within more than ten standard deviations.
        #expect((23_500...26_500).contains(rising))
    }

    @Test func `one more in the counter changes about half of the bits`() {
        let permutation = permutation(1)
        let changed = (UInt64(0)..<10_000).reduce(0) { sum, counter in
            sum + (permutation.apply(counter) ^ permutation.apply(counter + 1)).nonzeroBitCount
        }
        #expect((310_000...330_000).contains(changed))
    }

    @Test func `another key is another permutation`() {
        #expect(permutation(1).apply(7) != permutation(2).apply(7))
        // Each half of the key counts.
        for place in [0, 15, 16, 31] {
            let changed = InstancePermutation(
                key: LockedSecret {
                    $0.initializeMemory(as: UInt8.self, repeating: 1)
                    $0[place] ^= 1
                })
            #expect(changed.apply(7) != permutation(1).apply(7))
        }
    }

    @Test func `it stays the permutation that stored counters went through`() {
        #expect(knownInstances == (UInt64(0)..<3).map { permutation(1).apply($0) })
    }

    // SipHash-2-4 in eight Feistel rounds, computed independently.
    private var knownInstances: [UInt64] {
        [
            0xF83A_C2B2_4428_FF2E, 0x0906_5A79_C928_4457, 0x9F5C_6699_85D2_8B34,
        ]
    }
}
