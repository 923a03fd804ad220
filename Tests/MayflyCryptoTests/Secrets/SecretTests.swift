import MayflyCrypto
import Testing

@Suite struct SecretTests {
    private struct Refused: Error {}

    @Test func `a locked secret keeps its bytes and hands them out only in a closure`() {
        let bytes = (0..<32).map { UInt8($0) }
        let secret = bytes.withUnsafeBytes { LockedSecret(copying: $0) }
        #expect(secret.count == 32)
        #expect(secret.withBytes { [UInt8]($0) } == bytes)
    }

    @Test func `a secret of any size is held`() {
        for count in [1, 15, 16, 33, 4_096, 10_000] {
            let secret = LockedSecret(count: count) {
                $0.initializeMemory(as: UInt8.self, repeating: 7)
            }
            #expect(secret.withBytes { $0.allSatisfy { $0 == 7 } && $0.count == count })
        }
    }

    @Test func `memory that nothing was written to reads zero`() {
        let secret = LockedSecret { _ in }
        #expect(secret.withBytes { $0.allSatisfy { $0 == 0 } })
    }

    @Test func `random secrets differ`() {
        #expect(!LockedSecret.random().equals(LockedSecret.random()))
    }

    @Test func `secrets are equal by their bytes`() {
        let one = LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        let same = LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        let longer = LockedSecret(count: 33) { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        #expect(one.equals(same))
        #expect(!one.equals(longer))
        #expect(!one.equals(LockedSecret { _ in }))
    }

    @Test func `a secret that is not made throws what its writer threw`() {
        #expect(throws: Refused.self) {
            _ = try LockedSecret { _ throws(Refused) in throw Refused() }
        }
    }

    @Test func `a secret does not show in a log line`() {
        let secret = LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: 0x41) }
        #expect("\(secret)" == "<32 secret bytes>")
        #expect(String(reflecting: secret) == "<32 secret bytes>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("65"))
    }

    @Test func `constant-time comparison is comparison`() {
        let bytes = (0..<40).map { UInt8($0) }
        func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
            left.withUnsafeBytes { left in
                right.withUnsafeBytes { constantTimeEquals(left, $0) }
            }
        }
        #expect(equal(bytes, bytes))
        #expect(equal([], []))
        #expect(!equal(bytes, [UInt8](bytes.dropLast())))
        #expect(!equal([], [0]))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(!equal(bytes, changed))
        }
    }

    @Test func `wiping leaves zeros`() {
        var bytes = utf8("secret")
        bytes.withUnsafeMutableBytes { wipe($0) }
        #expect(bytes == [UInt8](repeating: 0, count: 6))
    }
}
