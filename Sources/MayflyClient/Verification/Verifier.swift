internal import MayflyCrypto

/// Verifies tokens where the resources are, without asking the broker: signature, issuer, times,
/// audience, scope, the chain of delegation, and whether it has ended since.
///
///     let verifier = Verifier(keys: try await mayfly.keys(), revocations: Revocations(of: mayfly))
///     let token = try verifier.verify(bearer, audience: "billing", scope: ["read:data:customer-7"])
///
/// A token that was seen before costs a look-up and a comparison of all its bytes, under a
/// microsecond; a new one a signature for itself and one for each hop. For all threads and tasks.
public final class Verifier: Sendable {
    /// What a verifier takes for granted, and how much it keeps.
    public struct Options: Sendable {
        /// The `iss` that tokens must have; nil takes the keys' own.
        public var issuer: String?
        /// How far this host's clock and the broker's may be apart.
        public var leeway: Duration
        /// How long the broker may be silent before no token is good any more.
        public var staleness: Duration
        /// Tokens kept at most, each up to 16 KiB and what it says.
        public var maximumTokens: Int

        /// Half a minute for both clocks and silence, four thousand tokens.
        public init(
            issuer: String? = nil, leeway: Duration = .seconds(30),
            staleness: Duration = .seconds(30), maximumTokens: Int = 4_096
        ) {
            self.issuer = issuer
            self.leeway = leeway
            self.staleness = staleness
            self.maximumTokens = max(2, maximumTokens)
        }
    }

    private struct State {
        /// Nil where the issuer is none that a token can have.
        var lineages: LineageVerifier?
        /// Grows with each replacement of the keys.
        var generation = 0
        var tokens: VerifiedTokenCache
    }

    private let options: Options
    private let leewaySeconds: UInt64
    /// Nil where nobody tells what ended.
    private let revocations: Revocations?
    private let state: Lock<State>

    /// A verifier of one broker's tokens.
    ///
    /// - Parameters:
    ///   - keys: fetched before (`MayflyClient.keys()`) or from a file; `replaceKeys` follows a
    ///     rotation.
    ///   - revocations: what ended before its expiry. Nil knows of no end: then a token is good until
    ///     it expires.
    public init(keys: BrokerKeys, revocations: Revocations?, options: Options = Options()) {
        self.options = options
        leewaySeconds = options.leeway.wholeNanoseconds / 1_000_000_000
        self.revocations = revocations
        state = Lock(
            State(
                lineages: try? LineageVerifier(keys: keys, issuer: options.issuer),
                tokens: VerifiedTokenCache(maximumCount: options.maximumTokens)))
    }

    /// Takes the broker's keys anew, after a rotation. Tokens are verified again by them.
    public func replaceKeys(_ keys: BrokerKeys) {
        state.withLock { state in
            state.lineages = try? LineageVerifier(keys: keys, issuer: options.issuer)
            state.generation += 1
            state.tokens.removeAll()
        }
    }

    /// Tokens that are kept now.
    public var tokenCount: Int { state.withLock { $0.tokens.count } }

    /// Verifies a token for what is asked.
    ///
    /// - Parameters:
    ///   - audience: one that the token must name; nil where any token will do.
    ///   - scope: what the token must allow, every one of them.
    ///   - now: nil takes this process's clock.
    /// - Returns: what the token says.
    /// - Throws: why it is not good enough: the codes of `verifyChain`, and `REVOKED`,
    ///   `REVOCATIONS_STALE`, `SCOPE_VIOLATION`, `BROKER_REQUIRED` of a token that only the broker
    ///   can judge (`verify(_:asking:audience:scope:consumeUse:)`).
    public func verify(
        _ token: String, audience: String? = nil, scope: [String] = [], at now: UnixTime? = nil
    ) throws(VerificationRefusal) -> VerifiedToken {
        let entry = try entry(for: token, at: now ?? .now)
        guard !entry.token.isOnline else { throw .onlineRequired }
        try entry.check(audience: audience, scope: scope)
        return entry.token
    }

    /// Verifies a token as `verify` does and asks the broker as well: for resources where a moment is
    /// too long, for tokens by reference, and for tokens with limited uses.
    ///
    /// - Parameters:
    ///   - consumeUse: take one of its uses, where they are limited.
    /// - Throws: `VerificationRefusal` as `verify`, with `TOKEN_NOT_VALID` where it is the broker that
    ///   refused; `MayflyError` where the broker did not answer.
    public func verify(
        _ token: String, asking client: MayflyClient, audience: String? = nil,
        scope: [String] = [], consumeUse: Bool = false
    ) async throws -> Validation {
        // What is no token of the broker's is not worth a question.
        let entry = try entry(for: token, at: .now)
        if !entry.token.isReference { try entry.check(audience: audience, scope: scope) }
        let validation = try await client.validate(
            token, requiredScope: scope, requiredAudience: audience, consumeUse: consumeUse)
        guard validation.isValid else { throw VerificationRefusal.notValid }
        return validation
    }

    /// The token, its signatures and times found good, and alive as far as is known.
    private func entry(
        for token: String, at now: UnixTime
    ) throws(VerificationRefusal) -> VerifiedTokenCache.Entry {
        let entry: VerifiedTokenCache.Entry
        if let known = state.withLock({ $0.tokens.find(token) }) {
            guard now.seconds < known.lastSecond else { throw VerificationRefusal(.expired) }
            entry = known
        } else {
            entry = try verifyAnew(token, at: now)
        }
        guard let revocations else { return entry }
        try revocations.check(entry, staleness: options.staleness)
        return entry
    }

    private func verifyAnew(
        _ text: String, at now: UnixTime
    ) throws(VerificationRefusal) -> VerifiedTokenCache.Entry {
        let (lineages, generation) = state.withLock { ($0.lineages, $0.generation) }
        guard let lineages else { throw VerificationRefusal(.issuerMismatch) }
        let token = try lineages.verify(text, at: now, leeway: options.leeway)
        let (end, isOver) = token.expiresAt.seconds.addingReportingOverflow(leewaySeconds)
        let entry = VerifiedTokenCache.Entry(
            text, token, lastSecond: isOver ? .max : end, isFollowed: revocations != nil)
        state.withLock { state in
            // The keys may have been replaced meanwhile.
            if state.generation == generation { state.tokens.insert(entry) }
        }
        return entry
    }
}

extension VerificationRefusal {
    fileprivate static let onlineRequired = VerificationRefusal(
        code: "BROKER_REQUIRED", message: "Only the broker can judge this token: ask it.")
    fileprivate static let notValid = VerificationRefusal(
        code: "TOKEN_NOT_VALID", message: "The broker says that the token is not valid for this.")
    static let revoked = VerificationRefusal(
        code: "REVOKED", message: "It, or what it hangs on, has ended.")
    static let stale = VerificationRefusal(
        code: "REVOCATIONS_STALE",
        message: "Nothing was heard of the broker for too long to know what has ended.")
    static let scopeNotCovered = VerificationRefusal(
        code: "SCOPE_VIOLATION", message: "It does not allow what is asked.")
}
