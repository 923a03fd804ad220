internal import MayflyCore
internal import MayflyCrypto

/// The core may not know cryptography and has its own 32 bytes; here the two meet.
extension Digest {
    init(_ digest: Digest32) {
        guard let value = digest.withBytes({ Bytes32($0) }) else {
            preconditionFailure("both are 32 bytes")
        }
        self = value
    }
}

extension Ed25519PublicKey {
    init(_ key: PublicKey) {
        guard let value = key.withBytes({ Ed25519PublicKey($0) }) else {
            preconditionFailure("both are 32 bytes")
        }
        self = value
    }
}

extension PublicKey {
    init(_ key: Ed25519PublicKey) {
        guard let value = key.withBytes({ Bytes32($0) }) else {
            preconditionFailure("both are 32 bytes")
        }
        self = value
    }
}
