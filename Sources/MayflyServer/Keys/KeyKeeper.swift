internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore

/// The broker's secrets while it runs, and how the key file changes when a signing key does.
///
/// The file always has every key that the core knows, and at most one more: it is written before
/// the core decides, so that a crash in between leaves a key that nobody was ever told of.
final class KeyKeeper: Sendable {
    private let file: Monitor<KeyFile>
    private let storage: any KeyStorage

    init(_ file: KeyFile, storage: any KeyStorage) {
        self.file = Monitor(file)
        self.storage = storage
    }

    /// What tokens are signed and recognised by.
    var ring: TokenKeyRing { TokenKeyRing(file.withLock { $0 }.tokenSigningSeeds) }

    // MARK: At the start

    /// The keys of the store, or, for a store that has none, the record of the file's first.
    ///
    /// - Returns: all of them, and the one among them that the store has to be told of.
    static func records(
        of file: KeyFile, stored: [KeyRecord], now: Instant, position: LogPosition
    ) throws(KeyFileMismatch) -> (all: [KeyRecord], new: KeyRecord?) {
        guard stored.isEmpty else {
            for record in stored { try check(file, has: record) }
            return (stored, nil)
        }
        // Of a store that was made before keys were counted, this is the key of every grant.
        guard let seed = file.tokenSigningSeed(1) else {
            throw KeyFileMismatch(
                description:
                    "the key file has no token-signing-seed 1, and the database names no other")
        }
        let record = KeyRecord(
            number: KeyNumber(rawValue: 1), publicKey: publicKey(of: seed), state: .current,
            notBefore: now, notAfter: nil, position: position)
        return ([record], record)
    }

    private static func check(
        _ file: KeyFile, has record: KeyRecord
    ) throws(KeyFileMismatch) {
        let number = record.number.rawValue
        guard let seed = file.tokenSigningSeed(number) else {
            throw KeyFileMismatch(
                description: "the key file lacks token-signing-seed \(number), which the database "
                    + "names: restore the newer key file")
        }
        guard publicKey(of: seed) == record.publicKey else {
            throw KeyFileMismatch(
                description: "token-signing-seed \(number) of the key file is another key than the "
                    + "database names: restore the key file that belongs to it")
        }
    }

    /// Takes out of the file what the core does not know: keys that it has forgotten, and one that
    /// was made just before a crash.
    func prune(to known: [KeyRecord]) throws {
        let (pruned, isChanged) = pruned(to: known)
        guard isChanged else { return }
        try storage.replace(with: pruned)
        file.withLock { $0 = pruned }
    }

    private func pruned(to known: [KeyRecord]) -> (file: KeyFile, isChanged: Bool) {
        let current = file.withLock { $0 }
        let numbers = Set(known.map(\.number.rawValue))
        let unknown = current.tokenSigningSeeds.map(\.number).filter { !numbers.contains($0) }
        return (unknown.isEmpty ? current : current.removing(numbers: unknown), !unknown.isEmpty)
    }

    // MARK: Rotation

    /// Makes a key and writes it to the file, durably, without what the core has forgotten. The core
    /// decides after that. Called by one thread: the operator's.
    ///
    /// - Parameter known: as the core has them.
    func addKey(
        known: [KeyRecord], isEmergency: Bool
    ) throws(Refusal) -> (number: KeyNumber, publicKey: PublicKey) {
        // The last place in the file is for an emergency.
        let places = KeyFile.maximumTokenSigningSeeds - (isEmergency ? 0 : 1)
        guard known.count < places else {
            throw Refusal(
                .keysExhausted,
                "\(known.count) keys may still have valid tokens; wait until some have none.",
                limit: .keys)
        }
        let before = pruned(to: known).file
        let used =
            file.withLock { $0 }.tokenSigningSeeds.map(\.number)
            + known.map(\.number.rawValue)
        guard let highest = used.max(), highest < .max else {
            throw Refusal(.keysExhausted, "There are no numbers left for keys.", limit: .keys)
        }
        let seed = LockedSecret.random()
        let after = before.adding(number: highest + 1, seed: seed)
        do {
            try storage.replace(with: after)
        } catch {
            throw Refusal(
                .keyStorageFailed, "The key file could not be written; nothing changed: \(error)")
        }
        file.withLock { $0 = after }
        return (KeyNumber(rawValue: highest + 1), Self.publicKey(of: seed))
    }

    private static func publicKey(of seed: LockedSecret) -> PublicKey {
        let key = Ed25519PrivateKey(seed: seed).publicKey
        guard let value = PublicKey(key.bytes) else {
            preconditionFailure("an Ed25519 key is 32 bytes")
        }
        return value
    }
}
