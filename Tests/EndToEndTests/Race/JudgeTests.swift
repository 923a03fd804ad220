internal import MayflyCrypto
internal import Testing
@testable internal import mayfly_race

/// What the race's judge makes of a history: a rig that is lenient finds nothing.
@Suite struct `The judge of the race` {
    private var world = RaceWorld()

    // MARK: What is allowed

    @Test mutating func `a grant is valid until its end was sent, and may be either until then`() {
        let token = world.spawn()
        world.validate(token, finds: true)
        let early = world.sequence.next()
        let ending = world.send(.releaseGrant, token)
        world.validate(token, finds: true)
        let between = world.sequence.next()
        world.end(ending, found: true)
        world.validate(token, finds: true, sent: between)
        world.validate(token, finds: false, sent: early)
        world.validate(token, finds: false)
        #expect(world.violations == [])
    }

    @Test mutating func `what was lost with a broker may have happened, until a sign of life`() {
        let token = world.spawn()
        let ending = world.send(.revokeToken, token)
        ending.attempt.state = .lost(world.sequence.next())
        world.validate(token, finds: true)
        #expect(world.violations == [])
        world.validate(token, finds: false)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `what was lost with a broker may be found to have happened`() {
        let token = world.spawn()
        let ending = world.send(.revokeChain, token)
        ending.attempt.state = .lost(world.sequence.next())
        world.validate(token, finds: false)
        #expect(world.violations == [])
        world.validate(token, finds: true)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `a renewal that was lost is repeated, and the old token was dead before`() {
        let token = world.spawn()
        let lost = world.send(renewalOf: token)
        lost.attempt.state = .lost(world.sequence.next())
        world.validate(token, finds: false)
        let new = world.renew(world.send(renewalOf: token, isRepeat: true), to: [2])
        #expect(world.violations == [])
        if let new { world.validate(new, finds: true) }
        #expect(new != nil)
        #expect(world.violations == [])
    }

    // MARK: What is not

    @Test(arguments: Ending.Way.allCases)
    mutating func `nothing is valid after its end was acknowledged`(way: Ending.Way) {
        let token = world.spawn()
        world.end(world.send(way, token), found: way == .revokeTask ? nil : true)
        world.validate(token, finds: true)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `nothing that nobody threatens is invalid`() {
        let token = world.spawn()
        world.validate(token, finds: false)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `what one answer found dead no other finds alive`() {
        let token = world.spawn()
        _ = world.send(.releaseGrant, token)
        world.validate(token, finds: false)
        world.validate(token, finds: true)
        #expect(world.violations.count == 1)
    }

    @Test(arguments: [true, false])
    mutating func `a delegated grant dies with its parent and with its holder`(parent: Bool) {
        let (giver, holder) = (world.spawn(), world.spawn())
        let child = world.delegate(from: giver, to: holder)
        world.validate(child, finds: true)
        world.end(world.send(.revokeAgent, parent ? giver : holder), found: true)
        world.validate(child, finds: false)
        #expect(world.violations == [])
        world.validate(child, finds: true)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `nothing is delegated from the dead`() {
        let (giver, holder) = (world.spawn(), world.spawn())
        world.end(world.send(.releaseToken, giver), found: true)
        _ = world.delegate(from: giver, to: holder)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `a token is renewed once`() {
        let token = world.spawn()
        let (first, second) = (world.send(renewalOf: token), world.send(renewalOf: token))
        _ = world.renew(first, to: [2])
        #expect(world.violations == [])
        _ = world.renew(second, to: [3])
        #expect(world.violations.count == 1)
    }

    @Test mutating func `the old token is dead once the new one was told`() {
        let token = world.spawn()
        let new = world.renew(world.send(renewalOf: token), to: [2])
        if let new { world.validate(new, finds: true) }
        #expect(world.violations == [])
        world.validate(token, finds: true)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `of renewals that all are refused one should have won`() {
        let token = world.spawn()
        let rivals = (0..<4).map { _ in world.send(renewalOf: token) }
        for rival in rivals { world.refuse(rival) }
        #expect(world.violations.count == 1)
    }

    @Test mutating func `a grant ends once`() {
        let token = world.spawn()
        let (first, second) = (world.send(.releaseGrant, token), world.send(.revokeToken, token))
        world.end(first, found: true)
        world.end(second, found: true)
        #expect(world.violations.count == 1)
    }

    @Test mutating func `an end that finds nothing was beaten by another`() {
        let token = world.spawn()
        let (first, second) = (world.send(.releaseGrant, token), world.send(.revokeToken, token))
        world.end(first, found: false)
        #expect(world.violations == [])
        world.end(second, found: false)
        #expect(world.violations.count == 1)
    }
}

/// A judge, and histories for it.
private struct RaceWorld {
    var sequence = StampCounter()
    private var judge = Judge()
    private let family = Family(task: "task", steps: 0)
    private let agent = AgentURI("spiffe://mayfly.local/agent/race/task/0000000000000001")
    private var grants: UInt64 = 0

    var violations: [String] { judge.violations.map(\.sentence) }

    mutating func spawn() -> Token { token(basis: nil) }

    private mutating func token(basis: (Grant, Grant)?) -> Token {
        grants += 1
        guard let agent else { preconditionFailure("the agent's name is one") }
        let grant = Grant(
            family: family, reference: GrantReference(high: 0, low: grants), agent: agent,
            key: AgentKeyPair(), basis: basis.map { (parent: $0, holder: $1) },
            notAfterSeconds: 0, chainDigest: SHA256.digest([]))
        let token = Token(grant: grant, bytes: [1])
        grant.add(token)
        return token
    }

    mutating func validate(_ token: Token, finds isValid: Bool, sent: Stamp? = nil) {
        let sent = sent ?? sequence.next()
        judge.validated(token, isValid: isValid, sent: sent, answered: sequence.next())
    }

    mutating func delegate(from token: Token, to holder: Token) -> Token {
        let delegating = Delegating(token: token, holder: holder.grant, hop: [])
        judge.delegated(delegating, sent: sequence.next())
        return self.token(basis: (token.grant, holder.grant))
    }

    // MARK: Ends

    mutating func send(_ way: Ending.Way, _ token: Token) -> Ending {
        let ending = Ending(way: way, attempt: Attempt(sent: sequence.next()), token: token)
        ending.threaten()
        return ending
    }

    mutating func end(_ ending: Ending, found: Bool?) {
        judge.ended(ending, found: found, answered: sequence.next())
    }

    // MARK: Renewals

    mutating func send(renewalOf token: Token, isRepeat: Bool = false) -> Renewal {
        let attempt = Attempt(sent: sequence.next())
        token.fate.risk(attempt)
        let trial = Trial(token: token, rivals: 1, place: nil)
        return Renewal(attempt: attempt, token: token, id: [], trial: trial, isRepeat: isRepeat)
    }

    mutating func renew(_ renewal: Renewal, to bytes: [UInt8]) -> Token? {
        judge.renewed(renewal, to: bytes, answered: sequence.next())
    }

    mutating func refuse(_ renewal: Renewal) {
        judge.renewalRefused(renewal, answered: sequence.next())
    }
}
