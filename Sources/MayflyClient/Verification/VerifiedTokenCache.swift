private import Glibc
internal import MayflyCrypto

/// Tokens that were verified, found by their signature and compared as a whole.
///
/// Two generations, each of half the size: what was not asked for during a whole generation goes.
/// Only what the broker signed gets in, so that nobody else chooses what is kept.
struct VerifiedTokenCache {
    /// One token with all that a repeat needs.
    final class Entry: Sendable {
        let text: String
        let token: VerifiedToken
        /// The first second in which it has expired, leeway included.
        let lastSecond: UInt64
        /// What the stream of ends would name.
        let digests: [RevocationDigest]
        private let scope: [ScopeText]

        /// - Parameter isFollowed: whether ends are told, so that they will be looked for.
        init(_ text: String, _ token: VerifiedToken, lastSecond: UInt64, isFollowed: Bool) {
            self.text = text
            self.token = token
            self.lastSecond = lastSecond
            digests = isFollowed ? token.revocationDigests : []
            scope = token.scope.compactMap { ScopeText([UInt8]($0.utf8)) }
        }

        func check(audience: String?, scope wanted: [String]) throws(VerificationRefusal) {
            if let audience {
                guard token.audience.contains(where: { $0.utf8.elementsEqual(audience.utf8) })
                else {
                    throw VerificationRefusal(.audienceMismatch)
                }
            }
            for text in wanted {
                var text = text
                guard let wanted = text.withUTF8({ ScopeText(UnsafeRawBufferPointer($0)) }),
                    scope.contains(where: { $0.covers(wanted) })
                else { throw .scopeNotCovered }
            }
        }
    }

    /// The last sixteen characters of the signature: 96 bits that the broker's key chose.
    private struct Key: Hashable {
        let high: UInt64
        let low: UInt64

        init?(_ token: UnsafeBufferPointer<UInt8>) {
            guard token.count >= 16 else { return nil }
            let end = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(token).suffix(16))
            high = end.loadUnaligned(as: UInt64.self)
            low = end.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        }
    }

    private let generationCount: Int
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]

    init(maximumCount: Int) { generationCount = max(1, maximumCount / 2) }

    var count: Int { young.count + old.count }

    mutating func find(_ token: String) -> Entry? {
        var token = token
        return token.withUTF8 { bytes -> Entry? in
            guard let key = Key(bytes) else { return nil }
            if let entry = young[key] { return entry.text.hasBytes(bytes) ? entry : nil }
            guard let entry = old[key], entry.text.hasBytes(bytes) else { return nil }
            old[key] = nil
            keep(entry, key)
            return entry
        }
    }

    mutating func insert(_ entry: Entry) {
        var text = entry.text
        guard let key = text.withUTF8({ Key($0) }) else { return }
        keep(entry, key)
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }

    private mutating func keep(_ entry: Entry, _ key: Key) {
        if young.count >= generationCount {
            old = young
            young = [:]
        }
        young[key] = entry
    }
}

extension String {
    fileprivate func hasBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        utf8.withContiguousStorageIfAvailable { own in
            guard own.count == bytes.count, let left = own.baseAddress,
                let right = bytes.baseAddress
            else { return false }
            return memcmp(left, right, own.count) == 0
        } ?? utf8.elementsEqual(bytes)
    }
}
