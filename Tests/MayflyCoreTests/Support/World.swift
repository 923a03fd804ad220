import Testing

@testable import MayflyCore

/// A broker with a clock, a store and a source of entropy: what the server is around it.
final class World {
    static let settings: BrokerSettings = {
        var settings = BrokerSettings(
            indexSeed: (0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344))
        settings.maximumLiveGrants = 10_000
        settings.maximumApps = 16
        return settings
    }()

    let broker: Broker
    let settings: BrokerSettings
    var now: Instant
    private(set) var stored: Stored
    private var random: SeededRandom
    private var hops = 0

    /// A broker as it comes up on `stored`: empty the first time.
    init(
        _ settings: BrokerSettings = World.settings, stored: Stored = Stored(),
        now: Instant = Fixture.start, seed: UInt64 = 1
    ) {
        self.settings = settings
        self.stored = stored
        self.now = now
        random = SeededRandom(seed: seed)
        broker = Broker(
            settings: settings, issuance: PlainIssuance(), keys: Array(stored.keys.values),
            now: now, position: stored.position, nextSerial: stored.serialBound,
            clockOffset: stored.clockOffset)
        for app in stored.apps.values.sorted(by: { $0.serial < $1.serial }) { broker.restore(app) }
        for token in stored.launchTokens.values.sorted(by: { $0.serial < $1.serial }) {
            broker.restore(token)
        }
        for record in stored.revocations.values.sorted(by: { $0.serial < $1.serial }) {
            #expect(broker.restore(record, restarts: false, at: now).isEmpty)
        }
        for grant in stored.grants.values.sorted(by: { $0.serial < $1.serial }) {
            #expect(broker.restore(grant, at: now))
        }
        _ = broker.finishRecovery()
    }

    /// The same store after a restart.
    func restarted() -> World { World(settings, stored: stored, now: now, seed: 2) }

    /// Applies a command as the server would, and checks what every outcome must keep.
    @discardableResult
    func apply(
        _ command: Command, from caller: Caller = Fixture.operatorCaller,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Outcome {
        let entropy = Entropy(words: (0..<command.entropyWords).map { _ in random.next() })
        let outcome = broker.apply(command, from: caller, at: now, entropy: entropy)
        let faults = stored.apply(outcome)
        #expect(faults.isEmpty, sourceLocation: sourceLocation)
        #expect(broker.logPosition == stored.position, sourceLocation: sourceLocation)
        #expect(outcome.dependsOn <= broker.logPosition, sourceLocation: sourceLocation)
        #expect(broker.liveGrants == stored.grants.count, sourceLocation: sourceLocation)
        return outcome
    }

    /// A connection of this app, authenticated.
    func addApp(
        _ terms: AppTerms = Fixture.terms(), sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Caller {
        let outcome = apply(.createApp(terms), sourceLocation: sourceLocation)
        let app = try #require(outcome.decision.app, sourceLocation: sourceLocation)
        return Caller(
            uid: terms.uids.first ?? UserID(rawValue: 65_534), pid: ProcessID(rawValue: 77),
            app: app.serial)
    }

    /// Spawns, and keeps what the agents hold.
    @discardableResult
    func spawn(
        _ specs: [AgentSpec], from caller: Caller,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [HeldToken] {
        let outcome = apply(.spawn(specs, proof: .agent), from: caller)
        let issued = try #require(outcome.decision.spawned, sourceLocation: sourceLocation)
        return issued.map(sign)
    }

    func spawn(
        _ spec: AgentSpec, from caller: Caller, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HeldToken {
        try #require(spawn([spec], from: caller, sourceLocation: sourceLocation).first)
    }

    /// What the server does once a token is signed.
    func sign(_ issued: IssuedGrant) -> HeldToken {
        let record = stored.grants.values.first { $0.id == issued.grant }
        let held = HeldToken(
            issued, token: record?.token ?? TokenID(high: 0, low: 0),
            publicKey: record?.publicKey ?? .zero)
        #expect(
            broker.pin(
                held.grant, digest: held.presentation.digest,
                unsignedDigest: held.unsignedDigest))
        return held
    }

    /// A hop as the delegator would sign it, by what the store has of both: nil where one is gone.
    func hop(
        from: HeldToken, to: HeldToken, scope: [String], seconds: UInt64 = 10,
        audience: [String]? = nil, uses: UInt32? = nil
    ) -> HopTerms? {
        guard let parent = stored.grants.values.first(where: { $0.id == from.grant }) else {
            return nil
        }
        let issuance = PlainIssuance()
        let previous = parent.delegation?.hop ?? issuance.rootStatement(of: parent)
        hops += 1
        let text = [UInt8]("hop \(hops)".utf8)
        let told = now.shifted(by: broker.timeOffset).seconds
        return HopTerms(
            text: text, digest: PlainIssuance.digest(text), delegator: parent.subject,
            delegatorKey: parent.publicKey, delegate: to.issued.agent,
            delegateKey: to.publicKey, held: parent.scope, scope: Fixture.scopes(scope),
            audience: audience.map { TextList(words: $0.map { [UInt8]($0.utf8) }) },
            maximumUses: uses, issuedAtSeconds: told, expiresAtSeconds: told + seconds,
            parent: parent.id, depth: parent.depth + 1,
            previous: issuance.chainDigest(of: previous))
    }

    /// Delegates as the server would: the new grant's token.
    func delegate(
        _ hop: HopTerms?, by held: HeldToken, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HeldToken {
        let hop = try #require(hop, sourceLocation: sourceLocation)
        let outcome = present(held, .delegate(held.presentation, hop))
        return sign(try #require(outcome.decision.issued, sourceLocation: sourceLocation))
    }

    func renewal(
        of held: HeldToken, id: UInt64 = 1, scope: [String]? = nil, seconds: UInt32 = 0
    ) -> Command {
        .renew(
            RenewalRequest(
                presentation: held.presentation, provenBy: held.publicKey,
                renewal: RenewalID(high: 9, low: id), scope: scope.map(Fixture.scopes),
                lifetimeSeconds: seconds))
    }

    /// Validates as the server does: a recovered grant's token is proven and pinned first.
    func validate(
        _ held: HeldToken, _ requirement: Requirement = .none,
        from caller: Caller = Fixture.operatorCaller
    ) -> Outcome {
        present(held, .validate(held.presentation, requirement), from: caller)
    }

    /// Applies a command about a token as the server does.
    func present(
        _ held: HeldToken, _ command: Command, from caller: Caller = Fixture.operatorCaller
    ) -> Outcome {
        let outcome = apply(command, from: caller)
        guard case .unproven(let grant) = outcome.decision else { return outcome }
        guard grant.unsignedDigest == held.unsignedDigest else {
            let refused = broker.refuseMismatch(command, from: caller, at: now)
            #expect(stored.apply(refused).isEmpty)
            return refused
        }
        #expect(
            broker.pin(
                held.grant, digest: held.presentation.digest,
                unsignedDigest: held.unsignedDigest))
        return apply(command, from: caller)
    }

    func isValid(_ held: HeldToken) -> Bool { validate(held).decision.isValid }

    /// Lets time pass, with all that is due; gives what it did.
    @discardableResult
    func pass(milliseconds: UInt64, limit: Int = 1_000) -> [Outcome] {
        now = Instant(milliseconds: now.milliseconds + milliseconds)
        return settle(limit: limit)
    }

    @discardableResult
    func settle(limit: Int = 1_000) -> [Outcome] {
        var outcomes: [Outcome] = []
        var more = true
        while more && outcomes.count < 10_000 {
            let outcome = apply(.advance(limit: limit))
            outcomes.append(outcome)
            more = outcome.decision.hasMore
        }
        #expect(!more, "advance comes to an end")
        return outcomes
    }
}

/// What an agent has after its spawn.
struct HeldToken {
    let issued: IssuedGrant
    let token: TokenID
    let publicKey: PublicKey
    let presentation: Presentation
    let unsignedDigest: Digest
    var grant: GrantID { issued.grant }

    init(_ issued: IssuedGrant, token: TokenID, publicKey: PublicKey) {
        self.issued = issued
        self.token = token
        self.publicKey = publicKey
        presentation = Presentation(
            grant: issued.grant, digest: PlainIssuance.tokenDigest(issued.signingInput))
        unsignedDigest = PlainIssuance.digest(issued.signingInput)
    }
}

extension Decision {
    var refusal: Reason? { if case .refused(let refusal) = self { refusal.reason } else { nil } }
    var app: AppRecord? {
        switch self {
        case .app(let record), .authenticated(let record): record
        default: nil
        }
    }
    var spawned: [IssuedGrant]? { if case .spawned(let issued) = self { issued } else { nil } }
    var isValid: Bool { if case .valid = self { true } else { false } }
    var invalidReason: Reason? { if case .invalid(let reason) = self { reason } else { nil } }
    var isUnproven: Bool { if case .unproven = self { true } else { false } }
    var ended: Bool? { if case .released(let ended) = self { ended } else { nil } }
    var endedWithApp: UInt64? { if case .appRemoved(let count) = self { count } else { nil } }
    var issued: IssuedGrant? { if case .issued(let issued) = self { issued } else { nil } }
    var launchToken: LaunchToken? {
        if case .launchToken(let token) = self { token } else { nil }
    }
    var valid: ValidGrant? { if case .valid(let grant) = self { grant } else { nil } }
    var revokedCount: UInt64? { if case .revoked(let count, _) = self { count } else { nil } }
    var revocation: RevocationRecord? {
        if case .revoked(_, let record) = self { record } else { nil }
    }
    var isAlive: Bool { if case .alive = self { true } else { false } }
    var isRecorded: Bool { if case .recorded = self { true } else { false } }
    var hasMore: Bool { if case .advanced(let more) = self { more } else { false } }
}
