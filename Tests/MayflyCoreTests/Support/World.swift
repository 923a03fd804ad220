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
            settings: settings, issuance: PlainIssuance(), signingKey: KeyNumber(rawValue: 1),
            now: now, position: stored.position, nextSerial: stored.serialBound)
        for app in stored.apps.values.sorted(by: { $0.serial < $1.serial }) { broker.restore(app) }
        for grant in stored.grants.values.sorted(by: { $0.serial < $1.serial }) {
            #expect(broker.restore(grant))
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
        var entropy = Entropy.none
        if case .spawn(let specs, _, _) = command {
            entropy.words = (0..<(3 * specs.count)).map { _ in random.next() }
        }
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
        let held = HeldToken(issued)
        #expect(broker.pin(held.grant, digest: held.presentation.digest))
        return held
    }

    /// Validates as the server does: a recovered grant's token is proven and pinned first.
    func validate(_ held: HeldToken, from caller: Caller = Fixture.operatorCaller) -> Outcome {
        let outcome = apply(.validate(held.presentation), from: caller)
        guard case .unproven(let grant) = outcome.decision,
            broker.pin(
                held.grant, digest: held.presentation.digest,
                unsignedDigest: held.unsignedDigest)
        else { return outcome }
        #expect(grant.unsignedDigest == held.unsignedDigest)
        return apply(.validate(held.presentation), from: caller)
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
    let presentation: Presentation
    let unsignedDigest: Digest
    var grant: GrantID { issued.grant }

    init(_ issued: IssuedGrant) {
        self.issued = issued
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
    var hasMore: Bool { if case .advanced(let more) = self { more } else { false } }
}
