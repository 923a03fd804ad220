import MayflyCrypto
import Testing

@testable import MayflyStore

@Suite struct MerkleFrontierTests {
    /// The leaves and roots that Certificate Transparency's implementations test with.
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `the roots are those of RFC 6962`() {
        var frontier = MerkleFrontier()
        #expect(
            hex(frontier.root.bytes)
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (leaf, root) in zip(Self.leaves, Self.roots) {
            frontier.append(leaf: bytes(hex: leaf))
            #expect(hex(frontier.root.bytes) == root)
        }
    }

    /// The definition of RFC 6962, section 2.1, word for word.
    private func root(_ hashes: ArraySlice<Digest32>) -> Digest32 {
        guard let only = hashes.first else { return MerkleHash.emptyRoot }
        guard hashes.count > 1 else { return only }
        var split = 1
        while split * 2 < hashes.count { split *= 2 }
        let middle = hashes.startIndex + split
        return MerkleHash.node(root(hashes[..<middle]), root(hashes[middle...]))
    }

    @Test func `the frontier's root is the definition's at every size`() {
        var frontier = MerkleFrontier()
        var hashes: [Digest32] = []
        for size in 0..<150 {
            #expect(frontier.root == root(hashes[...]))
            let hash = [UInt8("\(size)".utf8.first ?? 0), UInt8(size)].withUnsafeBytes {
                MerkleHash.leaf($0)
            }
            hashes.append(hash)
            frontier.append(hash)
        }
    }

    @Test func `a frontier comes back from its bytes and goes on the same`() throws {
        var frontier = MerkleFrontier()
        for size in 0..<70 {
            var restored = try #require(
                frontier.serialized.withUnsafeBytes { MerkleFrontier(serialized: $0) })
            #expect(restored == frontier)
            frontier.append(leaf: [UInt8(size)])
            restored.append(leaf: [UInt8(size)])
            #expect(restored == frontier)
        }
    }

    @Test func `bytes that are no frontier are refused`() {
        var frontier = MerkleFrontier()
        for leaf in 0..<3 { frontier.append(leaf: [UInt8(leaf)]) }
        let bytes = frontier.serialized
        for bad in [[], [UInt8](bytes.dropLast()), bytes + [0], [UInt8](bytes.dropFirst())] {
            #expect(bad.withUnsafeBytes { MerkleFrontier(serialized: $0) } == nil)
        }
    }
}
