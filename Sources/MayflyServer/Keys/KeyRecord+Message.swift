internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

extension PublicKeyMessage {
    /// A key that signs tokens, its times as they are told.
    init(_ record: KeyRecord, told offset: ClockOffset) {
        let key = Ed25519PublicKey(record.publicKey)
        self.init()
        use = .token
        kid = String(decoding: key.thumbprint, as: UTF8.self)
        publicKey = key.bytes
        notBefore = record.notBefore.shifted(by: offset).seconds
        notAfter = record.notAfter?.shifted(by: offset).secondsRoundedUp ?? 0
    }

    /// The key that signs checkpoints.
    init(checkpoint key: Ed25519PublicKey, verifierKey: String) {
        self.init()
        use = .checkpoint
        kid = String(decoding: key.thumbprint, as: UTF8.self)
        publicKey = key.bytes
        self.verifierKey = verifierKey
    }
}

extension Instant {
    /// Whole seconds since the Unix epoch, no earlier than this.
    var secondsRoundedUp: UInt64 { seconds + (milliseconds % 1_000 == 0 ? 0 : 1) }
}
