private import MayflyCrypto
internal import MayflyWire

/// The public keys of a broker, with which its signatures are verified without asking it.
public struct BrokerKeys: Equatable, Sendable {
    /// The `iss` of every token.
    public let issuer: String
    /// Current and retired keys.
    public let keys: [BrokerKey]

    /// Keys that were fetched before, or that came another way.
    public init(issuer: String, keys: [BrokerKey]) {
        self.issuer = issuer
        self.keys = keys
    }

    init(_ message: GetKeysResponseMessage) {
        issuer = message.issuer
        keys = message.keys.map { BrokerKey($0) }
    }
}

/// One public key of a broker.
public struct BrokerKey: Equatable, Sendable {
    /// What it signs.
    public enum Use: String, Sendable {
        /// Tokens.
        case token
        /// Checkpoints of the audit.
        case checkpoint
        /// Something that this version does not know.
        case unknown
    }

    /// What it signs.
    public let use: Use
    /// Its RFC 7638 thumbprint in base64url, 43 characters; the `kid` of a token.
    public let keyID: String
    /// Ed25519 (RFC 8032), 32 bytes.
    public let publicKey: [UInt8]
    /// It signs nothing before this.
    public let notBefore: UnixTime
    /// It signs nothing after this; nil where there is no end yet.
    public let notAfter: UnixTime?
    /// For checkpoints, the line `name+hash+key` that verifiers of C2SP signed notes take, and
    /// `mayfly audit verify --key`; else empty.
    public let verifierKey: String

    /// A key for tokens, of which nothing but its bytes is known; its id follows from them.
    ///
    /// - Parameter publicKey: Ed25519 (RFC 8032); nil unless it is 32 bytes.
    public init?(tokenKey publicKey: [UInt8]) {
        guard let key = Ed25519PublicKey(publicKey) else { return nil }
        use = .token
        keyID = String(decoding: key.thumbprint, as: UTF8.self)
        self.publicKey = publicKey
        notBefore = UnixTime(seconds: 0)
        notAfter = nil
        verifierKey = ""
    }

    init(_ message: PublicKeyMessage) {
        use =
            switch message.use {
            case .token: .token
            case .checkpoint: .checkpoint
            default: .unknown
            }
        keyID = message.kid
        publicKey = message.publicKey
        notBefore = UnixTime(seconds: message.notBefore)
        notAfter = message.notAfter == 0 ? nil : UnixTime(seconds: message.notAfter)
        verifierKey = message.verifierKey
    }
}
