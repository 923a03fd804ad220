/// The seed of a key that signs tokens, and the number by which grants remember which key it was.
package struct TokenSigningSeed: Sendable {
    /// From 1; never used again for another key.
    package let number: UInt32
    /// An Ed25519 seed of 32 bytes.
    package let seed: LockedSecret
}

/// The broker's secrets, as its key file holds them.
///
/// Several keys sign tokens at one time only while they are being rotated: an old one stays until
/// the last token that it signed has expired. The file's bytes are in `KeyFile+Encoding.swift`; who
/// owns the file and who may read it is the daemon's to check.
package struct KeyFile: Sendable {
    static let secretCount = 32

    /// The most keys that sign tokens.
    package static let maximumTokenSigningSeeds = 8

    /// 1 to 8, by ascending number.
    package let tokenSigningSeeds: [TokenSigningSeed]
    /// The Ed25519 seed of the key that signs checkpoints.
    package let checkpointSigningSeed: LockedSecret
    /// The key of the keyed digests of secrets.
    package let digestKey: LockedSecret
    /// The key of the `InstancePermutation`.
    package let instancePermutationKey: LockedSecret

    init(
        tokenSigningSeeds: [TokenSigningSeed], checkpointSigningSeed: LockedSecret,
        digestKey: LockedSecret, instancePermutationKey: LockedSecret
    ) {
        precondition(
            (1...Self.maximumTokenSigningSeeds).contains(tokenSigningSeeds.count),
            "a broker has 1 to 8 keys that sign tokens")
        self.tokenSigningSeeds = tokenSigningSeeds
        self.checkpointSigningSeed = checkpointSigningSeed
        self.digestKey = digestKey
        self.instancePermutationKey = instancePermutationKey
    }

    /// Fresh random secrets; the one key that signs tokens is number 1.
    package static func generate() -> KeyFile {
        KeyFile(
            tokenSigningSeeds: [TokenSigningSeed(number: 1, seed: .random())],
            checkpointSigningSeed: .random(), digestKey: .random(),
            instancePermutationKey: .random())
    }

    /// False where any of the secrets could not be locked into memory (RLIMIT_MEMLOCK).
    package var isLocked: Bool {
        tokenSigningSeeds.allSatisfy(\.seed.isLocked) && checkpointSigningSeed.isLocked
            && digestKey.isLocked && instancePermutationKey.isLocked
    }
}

/// Rotation: each change is another key file, to be written before anything is signed by it.
extension KeyFile {
    package func tokenSigningSeed(_ number: UInt32) -> LockedSecret? {
        tokenSigningSeeds.first { $0.number == number }?.seed
    }

    /// With one more key. The number is one that no key here has, and there is room for it
    /// (`maximumTokenSigningSeeds`).
    package func adding(number: UInt32, seed: LockedSecret) -> KeyFile {
        precondition(number >= 1, "keys are counted from 1")
        precondition(seed.count == Self.secretCount, "a seed is 32 bytes")
        precondition(tokenSigningSeed(number) == nil, "each key has a number of its own")
        let added = tokenSigningSeeds + [TokenSigningSeed(number: number, seed: seed)]
        return replacingTokenSigningSeeds(added.sorted { $0.number < $1.number })
    }

    /// Without these keys, of which at least one other stays. Numbers that no key has are skipped.
    package func removing(numbers: some Collection<UInt32>) -> KeyFile {
        replacingTokenSigningSeeds(tokenSigningSeeds.filter { !numbers.contains($0.number) })
    }

    private func replacingTokenSigningSeeds(_ seeds: [TokenSigningSeed]) -> KeyFile {
        KeyFile(
            tokenSigningSeeds: seeds, checkpointSigningSeed: checkpointSigningSeed,
            digestKey: digestKey, instancePermutationKey: instancePermutationKey)
    }
}
