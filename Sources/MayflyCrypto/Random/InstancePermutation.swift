private import CSodium

/// Turns the broker's durable counter into instance numbers that do not show the count.
///
/// A Feistel network of eight rounds over the two 32-bit halves, each round SipHash-2-4 of its
/// number and a half, with the two halves of the key in turn; all numbers little-endian, so that a
/// key gives the same permutation on every machine.
///
/// It promises that two counters never give the same instance (it is a permutation, whatever the
/// round function does), and that who lacks the key cannot read from instances how many there were
/// or in which order. It does not make an instance a secret, nor proof of anything: nothing may be
/// granted because somebody knows one.
package struct InstancePermutation: Sendable {
    package static let keyCount = 32
    private static let rounds: UInt32 = 8

    private let key: LockedSecret

    package init(key: LockedSecret) {
        precondition(key.count == Self.keyCount, "a permutation key is 32 bytes")
        self.key = key
    }

    package func apply(_ counter: UInt64) -> UInt64 {
        key.withBytes { key in
            var (left, right) = Self.halves(counter)
            for round in 0..<Self.rounds {
                (left, right) = (right, left ^ Self.mix(right, round: round, key: key))
            }
            return Self.joined(left, right)
        }
    }

    /// The counter that gave this instance.
    package func invert(_ instance: UInt64) -> UInt64 {
        key.withBytes { key in
            var (left, right) = Self.halves(instance)
            for round in (0..<Self.rounds).reversed() {
                (left, right) = (right ^ Self.mix(left, round: round, key: key), left)
            }
            return Self.joined(left, right)
        }
    }

    private static func halves(_ value: UInt64) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: value >> 32), UInt32(truncatingIfNeeded: value))
    }

    private static func joined(_ left: UInt32, _ right: UInt32) -> UInt64 {
        UInt64(left) << 32 | UInt64(right)
    }

    private static func mix(_ half: UInt32, round: UInt32, key: UnsafeRawBufferPointer) -> UInt32 {
        let subkey = UnsafeRawBufferPointer(rebasing: key[round % 2 == 0 ? 0..<16 : 16..<32])
        var digest: UInt64 = 0
        withUnsafeBytes(of: joined(round, half).littleEndian) { input in
            withUnsafeMutableBytes(of: &digest) { output in
                _ = crypto_shorthash(
                    output.firstOctet, input.octets, UInt64(input.count), subkey.firstOctet)
            }
        }
        return UInt32(truncatingIfNeeded: UInt64(littleEndian: digest))
    }
}
