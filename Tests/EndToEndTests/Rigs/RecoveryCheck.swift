internal import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// Asks a broker that has just recovered about everything that its predecessor was asked.
struct RecoveryCheck {
    private static let batch = 256
    /// Live grants whose key is asked for again.
    private static let keysProbed = 6
    /// Grants found dead by an earlier check, asked about once more.
    private static let oldDeadProbed = 64

    let ledger: Ledger
    let trail: AuditTrail
    let broker: BrokerProcess

    /// - Parameter apps: every app that the load spoke for.
    func run(apps: [String], _ random: inout RigRandom) throws {
        try compareCount()
        // Authenticated, because its frames may be larger.
        let client = try broker.connect(app: apps[0])
        try presentTampered(client, &random)
        try validateAll(client, &random)
        for app in apps {
            let client = try broker.connect(app: app)
            try releaseOrphans(of: app, client)
            try probeKeys(of: app, client, &random)
        }
    }

    private func accuse(_ violation: String) { ledger.accuse(violation) }

    private func compareCount() throws {
        let status = try broker.connectOperator().status()
        if status.liveGrants != UInt64(trail.liveGrants) {
            accuse("\(status.liveGrants) grants are live, \(trail.liveGrants) by the audit")
        }
    }

    // MARK: Tokens

    /// The first presentation after a restart is where the signature counts: a changed one must
    /// not pass, and must not spoil the true one.
    private func presentTampered(
        _ client: WireClient, _ random: inout RigRandom
    ) throws {
        let grants = ledger.withState { $0.grants }
        let live = grants.filter { !$0.isBuried && !trail.isEnded($0.id) }
        for grant in live.shuffled(using: &random).prefix(8) {
            var token = grant.token
            let signature = (token.lastIndex(of: UInt8(ascii: ".")) ?? 0) + 1
            let place = random.within(signature...(token.count - 2))
            token[place] = token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            if try client.validate(token).valid {
                accuse("a changed token of \(grant.id) is valid")
            }
        }
    }

    private func validateAll(
        _ client: WireClient, _ random: inout RigRandom
    ) throws {
        let grants = ledger.withState { Array($0.grants.enumerated()) }
        let unknown = grants.filter { !$0.element.isBuried }
        let old = grants.filter(\.element.isBuried).shuffled(using: &random)
        let asked = unknown + old.prefix(Self.oldDeadProbed)
        for start in stride(from: 0, to: asked.count, by: Self.batch) {
            let part = asked[start..<min(start + Self.batch, asked.count)]
            let answers = try validate(part.map(\.element.token), client)
            for ((number, grant), answer) in zip(part, answers) {
                compare(number, grant, answer)
            }
        }
    }

    private func compare(
        _ number: ToldGrant.Number, _ grant: ToldGrant, _ answer: ValidateResponseMessage
    ) {
        guard answer.valid else {
            if grant.releasesSent == 0 { accuse("\(grant.id) was granted, and is not valid now") }
            if !trail.isEnded(grant.id) { accuse("\(grant.id) is not valid, and never ended") }
            return ledger.withState { $0.bury(number) }
        }
        if grant.endTold != nil {
            accuse("the release of \(grant.id) was acknowledged, and it is valid now")
        } else if grant.deathTold != nil {
            accuse("\(grant.id) was said to have ended, and it is valid now")
        }
        if trail.isEnded(grant.id) { accuse("\(grant.id) is valid, and the audit has its end") }
        if answer.claims != grant.claims || answer.expiresAt != grant.expiresAt {
            accuse("the claims of \(grant.id) are not those of its token")
        }
        ledger.withState { $0.survived(number) }
    }

    private func validate(
        _ tokens: [[UInt8]], _ client: WireClient
    ) throws -> [ValidateResponseMessage] {
        let items = tokens.map { token in
            var item = ValidateRequestMessage()
            item.token = ByteView(copying: token)
            return item
        }
        let answers = try client.call(
            .validateBatch, ValidateBatchRequestMessage(items: items),
            as: ValidateBatchResponseMessage.self)
        guard answers.items.count == tokens.count else {
            throw WireClient.Failure.malformed("answers are missing")
        }
        return answers.items
    }

    // MARK: What nobody was told

    /// Grants whose answers were lost are their app's to end, by id, once.
    private func releaseOrphans(
        of app: String, _ client: WireClient
    ) throws {
        for orphan in trail.orphans() where orphan.app == app {
            for isLive in [true, false] {
                let ended = try client.release(grant: Array(orphan.grant.utf8))
                if ended != isLive {
                    accuse("the untold grant \(orphan.grant) answers ended=\(ended)")
                }
            }
        }
    }

    /// A key that a live agent holds is refused to a second one, also after a restart.
    private func probeKeys(
        of app: String, _ client: WireClient, _ random: inout RigRandom
    ) throws {
        let (grants, attempts) = ledger.withState { ($0.grants, $0.attempts) }
        let live = grants.filter { $0.deathTold == nil && attempts[$0.attempt].app == app }
        for grant in live.shuffled(using: &random).prefix(Self.keysProbed) {
            let held = attempts[grant.attempt]
            let spawn = SpawnCall(
                app: app, orchestration: app, key: held.key, ledger: ledger)
            guard let status = try client.call(.spawn, try spawn.message(client)).status else {
                accuse("the key of \(grant.id), which is live, was given to another")
                continue
            }
            ledger.withState { $0.spawnRefused([spawn.number], reason: status.reason) }
        }
    }
}

extension ToldGrant {
    /// The payload of the token, as it was signed.
    var claims: [UInt8]? {
        let parts = token.split(separator: UInt8(ascii: "."))
        guard parts.count == 3 else { return nil }
        return Base64URL.decode(Array(parts[1]))
    }
}
