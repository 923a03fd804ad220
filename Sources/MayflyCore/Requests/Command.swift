/// Everything that can be asked of the broker. Signatures are checked before a command is made.
///
/// What is large and not the most frequent is held by reference, so that a validation does not carry
/// room for an app around.
package enum Command: Sendable {
    case authenticate(app: Name)
    /// `digest` is keyed BLAKE2b-256 of the secret as presented.
    case authenticateClient(id: Name, digest: Digest)
    /// `attestedBy` is the key that vouched for them: it must still be one of the app's.
    case spawn([AgentSpec], proof: Proof, attestedBy: PublicKey? = nil)
    /// For the caller's app, or, from the operator, for the one named.
    indirect case createLaunchToken(LaunchTokenTerms, app: Name? = nil)
    /// `launchToken` is keyed BLAKE2b-256 of the secret as presented. With `supersede`, what was
    /// granted before under the same orchestration and task ends.
    indirect case register(AgentSpec, launchToken: Digest, supersede: Bool)
    case validate(Presentation, Requirement = .none)
    indirect case renew(RenewalRequest)
    /// By whoever holds the token, with a hop that the grant's key signed.
    indirect case delegate(Presentation, HopTerms, isByReference: Bool = false)
    case heartbeat(Presentation, AgentState)
    case release(ReleaseTarget)
    /// The process or the connection is gone: some of the grants that are bound to it end.
    case endBound(Bond)
    indirect case createApp(AppTerms)
    indirect case updateApp(AppAmendment)
    case removeApp(Name)
    indirect case revoke(RevocationTarget, allowsNew: Bool)
    case liftRevocation(Serial)
    /// The key is in the key file already. In an emergency everything signed before it ends.
    case rotateKey(KeyNumber, PublicKey, isEmergency: Bool)
    /// The operator takes the system's clock as it is: what to add to the broker's own from now on.
    case acceptTime(ClockOffset)
    /// A request refused before it became a command, for the audit.
    case recordRefusal(Reason)
    /// The broker starts or stops, with `count` live grants.
    indirect case recordBoundary(EventKind, count: UInt64, detail: [UInt8])
    /// Time passes: expiry, sweeping and summaries, at most `limit` grants ended.
    case advance(limit: Int)
}

extension Command {
    /// How many random words it takes.
    package var entropyWords: Int {
        switch self {
        case .spawn(let specs, _, _): 2 * specs.count
        case .register: 2
        case .renew, .delegate: 1
        default: 0
        }
    }
}

/// Random bits a command may need, drawn by the caller: as many words as the command says.
package struct Entropy: Sendable {
    package var words: [UInt64]
    package init(words: [UInt64]) { self.words = words }
    package static let none = Entropy(words: [])
}
