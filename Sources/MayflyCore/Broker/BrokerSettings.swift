/// What the operator chose for the whole broker.
package struct BrokerSettings: Sendable {
    /// Life of a grant where neither the request nor the app says: seconds.
    package var defaultLifetimeSeconds: UInt32 = 300
    /// Longest life of any grant: seconds.
    package var maximumLifetimeSeconds: UInt32 = 86_400
    package var maximumLiveGrants: Int = 4_000_000
    /// What one uid, and what one app, may hold of them; nil is its share (`share(of:)`).
    package var liveGrantsPerUid: Int?
    package var liveGrantsPerApp: Int?
    /// Bytes of scopes, audiences, names and hops that the live grants of one uid may have.
    package var liveGrantBytesPerUid: Int = 1 << 30
    package var maximumApps: Int = 1_024
    package var maximumLaunchTokens: Int = 10_000
    package var launchTokensPerUid: Int?
    package var launchTokensPerApp: Int?
    /// Uids that have a share of their own beside those that an app names: the operators' and the
    /// broker's.
    package var operatorUids: Set<UserID> = [UserID(rawValue: 0)]
    /// Records that refuse their name.
    package var maximumRevocations: Int = 10_000
    /// Grants that end at once with what they were bound to; for more the broker is asked again.
    package var boundEndsPerStep = 256
    /// How often one grant may be renewed.
    package var maximumRenewals: UInt16 = 10_000
    /// Seeds the hash indexes; a peer that does not know it cannot aim at one place.
    package var indexSeed: (UInt64, UInt64)

    package var faults = CoreFaults.none

    package init(indexSeed: (UInt64, UInt64)) { self.indexSeed = indexSeed }
}

/// Limits that are part of the contract (proto/PROTOCOL.md), the same for every broker.
package enum Limits {
    package static let scopesPerAgent = 32
    package static let audiencesPerAgent = 8
    package static let audienceBytes = 256
    package static let batchItems = 1_024
    package static let delegationDepth = 5
    package static let uidsPerApp = 64
    package static let orchestrationsPerApp = 256
    package static let attestationKeysPerApp = 16
    /// Life of a launch token where none is asked, and at most: seconds.
    package static let launchTokenSeconds: UInt32 = 30
    package static let maximumLaunchTokenSeconds: UInt32 = 3_600
    package static let maximumHeartbeatSeconds: UInt32 = 86_400
    /// A renewal asked for again within this time gets the same token: seconds.
    package static let renewalRepeatSeconds: UInt64 = 30
    /// How far a hop's time may be from the broker's: seconds.
    package static let hopAheadSeconds: UInt64 = 5
    package static let hopBehindSeconds: UInt64 = 30
    /// Keys whose tokens may still be valid, the current one among them.
    package static let signingKeys = 8
    /// A token longer than this is issued by reference: bytes.
    package static let inlineTokenBytes = 16_384
    /// Of these, all but the dot and the signature.
    static let inlineSigningBytes = inlineTokenBytes - 87
    /// Failed attempts to prove a client secret, of one uid, and of one app from all uids, per minute.
    package static let failuresPerMinute = 10
    package static let failuresOfAppPerMinute = 30
    /// Refusals of one uid recorded singly in one second; the rest are counted.
    package static let refusalsRecordedPerSecond = 10
    /// Uids whose refusals are told apart; the others share one count.
    package static let refusalUids = 256
}

/// What the core needs of cryptography: names, tokens and digests, each a function of its input.
package protocol Issuance: Sendable {
    /// A bijection that hides how many agents there were.
    func instance(for serial: Serial) -> InstanceID
    /// The JWS signing input of the grant's current token, and its BLAKE2b-256 digest.
    ///
    /// - Parameter lineage: of a delegated grant the root statement and every hop, oldest first.
    func seal(_ grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]) -> UnsignedToken
    /// All claims of the grant, JSON: the payload of its token, were it not by reference.
    func claims(of grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]) -> [UInt8]
    /// What the chains of a root grant begin with: base64url.
    func rootStatement(of grant: borrowing GrantRecord) -> [UInt8]
    /// SHA-256 of a root statement or a hop: what the next hop names as `prev`.
    func chainDigest(of link: [UInt8]) -> Digest
}

/// A token that lacks only its signature.
package struct UnsignedToken: Sendable {
    package var signingInput: [UInt8]
    package var digest: Digest

    package init(signingInput: [UInt8], digest: Digest) {
        self.signingInput = signingInput
        self.digest = digest
    }
}
