internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Granted and on its way to disk; its tokens lack their signatures.
struct SigningJob {
    let request: Request
    let issued: [IssuedGrant]
    let restingOn: LogPosition
    let isBatch: Bool
    /// What the answer will take, about.
    let answerBytes: Int
    var tokens: [[UInt8]] = []

    /// What an answer has of each agent besides its token's claims.
    private static let bytesPerAgent = 512

    init(request: Request, issued: [IssuedGrant], restingOn: LogPosition, isBatch: Bool) {
        self.request = request
        self.issued = issued
        self.restingOn = restingOn
        self.isBatch = isBatch
        answerBytes = issued.reduce(0) { $0 + $1.signingInput.count + Self.bytesPerAgent }
    }
}

/// Jobs in the order they were granted, taken a few signatures at a time.
struct SigningQueue {
    private var jobs = ConsumedQueue<SigningJob>()

    var isEmpty: Bool { jobs.isEmpty }

    mutating func append(_ job: SigningJob) { jobs.append(job) }

    /// Works on the oldest job with at most `budget` signatures; gives it back when it is done.
    mutating func work(budget: inout Int, sign: (IssuedGrant) -> [UInt8]) -> SigningJob? {
        guard !jobs.isEmpty else { return nil }
        while budget > 0, jobs.first.tokens.count < jobs.first.issued.count {
            jobs.first.tokens.append(sign(jobs.first.issued[jobs.first.tokens.count]))
            budget -= 1
        }
        return jobs.first.tokens.count == jobs.first.issued.count ? jobs.popFirst() : nil
    }
}

extension Pipeline {
    /// Granted: the tokens are signed while the disk works, and then the request is answered.
    func queueSigning(
        of issued: [IssuedGrant], for request: Request, restingOn position: LogPosition,
        isBatch: Bool = false
    ) {
        awaitsDisk = true
        let job = SigningJob(
            request: request, issued: issued, restingOn: position, isBatch: isBatch)
        request.connection.signing += 1
        request.connection.signingBytes += job.answerBytes
        turns.append(job)
    }

    /// Signs while the disk works; answers what is complete. Bounded, so that the sockets are
    /// looked at between the tokens of a large batch.
    func sign(_ answered: (Connection) -> Void) {
        // The flush that these answers wait for was asked for when they were granted.
        let awaited = awaitsDisk
        defer { awaitsDisk = awaited }
        if turns.isSigningContested { return signInTurn(answered) }
        var budget = turns.hasRivals ? TurnLimits.rivalledSignatures : TurnLimits.signatures
        while budget > 0, let (job, _) = turns.sign(budget: &budget, makeToken) {
            if let job { finish(job, answered) }
        }
    }

    /// The same while several shares have tokens to be signed: a few at a time of whoever has had
    /// least, so that nobody's single token waits behind another's batch.
    private func signInTurn(_ answered: (Connection) -> Void) {
        var time = BrokerClock.monotonicNanoseconds
        let end = time + TurnLimits.contestedNanoseconds
        while time < end {
            var budget = TurnLimits.contestedSignatures
            guard let (job, lane) = turns.sign(budget: &budget, makeToken) else { return }
            if let job { finish(job, answered) }
            let after = BrokerClock.monotonicNanoseconds
            turns.charge(lane, after - time)
            time = after
        }
    }

    private func makeToken(_ grant: IssuedGrant) -> [UInt8] {
        context.issuer.sign(grant.signingInput, by: grant.key)
    }

    private func finish(_ job: SigningJob, _ answered: (Connection) -> Void) {
        let connection = job.request.connection
        connection.signing -= 1
        connection.signingBytes -= job.answerBytes
        pin(job)
        guard !connection.readiness.isClosed else { return connection.settleCharge() }
        answer(job)
        answered(connection)
    }

    private func pin(_ job: SigningJob) {
        var tokens: [Authority.SignedToken] = []
        tokens.reserveCapacity(job.issued.count)
        for (grant, token) in zip(job.issued, job.tokens) {
            let digest = token.withUnsafeBytes {
                Digest(context.issuer.fingerprinter.fingerprint($0))
            }
            tokens.append(
                Authority.SignedToken(
                    grant: grant.grant, digest: digest, unsignedDigest: grant.unsignedDigest))
        }
        context.authority.pin(tokens)
    }

    /// The answers to a spawn, a registration, a renewal and a delegation are one on the wire.
    private func answer(_ job: SigningJob) {
        let agents = zip(job.issued, job.tokens).map { grant, token in
            var agent = SpawnedAgentMessage()
            agent.agentID = context.issuer.subject(of: grant.agent)
            agent.token = token
            agent.grantID = grant.grant.hex
            agent.expiresAt = grant.expiresAt.seconds
            return agent
        }
        if job.isBatch {
            answer(
                job.request, restingOn: job.restingOn, SpawnBatchResponseMessage(agents: agents))
        } else {
            answer(
                job.request, restingOn: job.restingOn, SpawnResponseMessage(agent: agents.first))
        }
    }
}

extension WideIdentifier {
    /// Thirty-two lower-case hex characters.
    var hex: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(32)
        text.append(hex: self)
        return text
    }

    var text: String { String(decoding: hex, as: UTF8.self) }
}
