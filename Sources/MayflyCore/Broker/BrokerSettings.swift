/// What the operator chose for the whole broker.
package struct BrokerSettings: Sendable {
    /// Life of a grant where neither the request nor the app says: seconds.
    package var defaultLifetimeSeconds: UInt32 = 300
    /// Longest life of any grant: seconds.
    package var maximumLifetimeSeconds: UInt32 = 86_400
    package var maximumLiveGrants: Int = 4_000_000
    package var maximumApps: Int = 1_024
    /// Seeds the hash indexes; a peer that does not know it cannot aim at one place.
    package var indexSeed: (UInt64, UInt64)

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
    /// Refusals of one uid recorded singly in one second; the rest are counted.
    package static let refusalsRecordedPerSecond = 10
    /// Uids whose refusals are told apart; the others share one count.
    package static let refusalUids = 256
}

/// What the core needs of cryptography: names and tokens, both a function of their input alone.
package protocol Issuance: Sendable {
    /// A bijection that hides how many agents there were.
    func instance(for serial: Serial) -> InstanceID
    /// The JWS signing input of the grant's current token, and its BLAKE2b-256 digest.
    func seal(_ grant: borrowing GrantRecord, app: Name) -> UnsignedToken
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
