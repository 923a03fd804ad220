internal import MayflyCrypto
internal import MayflyWire

/// One client among several: bursts of pipelined calls on one connection, everything written down
/// in the ledger before it is sent and after it is answered, until the broker is gone.
final class LoadWorker: @unchecked Sendable {
    // Unchecked: made by one thread, then used by one other.

    /// Who the worker is and whom it calls.
    struct Terms: Sendable {
        var socketPath: String
        var app: String
        var attestationKey: AgentKeyPair
        var seed: UInt64
    }

    private enum Operation {
        case spawn([SpawnAttempt.Number], isBatch: Bool)
        case validate([ToldGrant.Number], sent: Moment, isBatch: Bool)
        case release([ToldGrant.Number], sent: Moment, isBatch: Bool)
    }

    /// Past this many live grants a worker releases more than it spawns.
    private static let poolWanted = 400

    private let terms: Terms
    private let ledger: Ledger
    private let client: WireClient
    private let arena = MessageArena(ceilingBytes: 16 << 20)
    /// Frames that go out together.
    private var unsent: [UInt8] = []
    private var random: RigRandom

    init(_ terms: Terms, _ ledger: Ledger) throws {
        self.terms = terms
        self.ledger = ledger
        random = RigRandom(seed: terms.seed)
        client = try WireClient(terms.socketPath, timeoutSeconds: Load.patienceSeconds)
        try client.authenticate(app: terms.app)
    }

    /// Returns when told to, or when the connection ends.
    func run(while goesOn: () -> Bool) {
        do {
            while goesOn() { try burst(of: random.within(1...24)) }
        } catch WireClient.Failure.closed {
            return
        } catch {
            ledger.accuse("a client met \(error)")
        }
    }

    private func burst(of count: Int) throws {
        var underWay: [StreamID: Operation] = [:]
        unsent.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            let operation = try enqueueSomething()
            underWay[client.lastStream] = operation
        }
        try client.send(unsent)
        while !underWay.isEmpty {
            let reply = try client.receiveReply()
            guard let operation = underWay.removeValue(forKey: reply.stream) else {
                throw WireClient.Failure.malformed("an answer to no call")
            }
            try settle(operation, reply)
        }
    }

    private func enqueue(_ method: Method, _ message: some EncodableMessage) throws {
        unsent += try client.frame(method, message)
    }

    // MARK: Asking

    private func enqueueSomething() throws -> Operation {
        let isFull = ledger.withState { $0.pool.count > Self.poolWanted }
        let spawns = isFull ? 15 : 40
        let choice = random.below(100)
        if choice < spawns * 3 / 4 { return try enqueueSpawn() }
        if choice < spawns { return try enqueueBatch() }
        let count = isFull || random.chance(percent: 20) ? random.within(1...12) : 1
        let isBatch = count > 1 || random.chance(percent: 10)
        let targets = pick(count)
        guard !targets.isEmpty else { return try enqueueSpawn() }
        return random.chance(percent: 50)
            ? try enqueueValidate(targets, isBatch: isBatch)
            : try enqueueRelease(targets, isBatch: isBatch)
    }

    private func pick(_ count: Int) -> [ToldGrant.Number] {
        ledger.withState { state in
            (0..<count).compactMap { _ in state.pick(&random) }
        }
    }

    /// One agent, now and then with a key or under an orchestration id that others use just then.
    private func enqueueSpawn() throws -> Operation {
        let reusesKey = random.chance(percent: 12)
        let isContested = random.chance(percent: 8)
        let (key, contest) = ledger.withState { state in
            let key =
                reusesKey && !state.keys.isEmpty
                ? state.keys.count - 1 - random.below(min(8, state.keys.count)) : state.addKey()
            return (key, state.attempts.count / 16)
        }
        let call = SpawnCall(
            app: terms.app, orchestration: isContested ? "contest-\(contest)" : terms.app, key: key,
            ledger: ledger)
        try enqueue(.spawn, try call.message(client))
        return .spawn([call.number], isBatch: false)
    }

    private func enqueueBatch() throws -> Operation {
        let call = SpawnBatchCall(app: terms.app, count: random.within(1...8), ledger: ledger)
        try enqueue(.spawnBatch, try call.message(client, attestedBy: terms.attestationKey))
        return .spawn(call.numbers, isBatch: true)
    }

    private func enqueueValidate(
        _ targets: [ToldGrant.Number], isBatch: Bool
    ) throws -> Operation {
        let (tokens, sent) = ledger.withState { state in
            (targets.map { state.grants[$0].token }, state.tick())
        }
        let items = tokens.map { token in
            var item = ValidateRequestMessage()
            item.token = ByteView(copying: token)
            item.omitClaims = true
            return item
        }
        if isBatch {
            try enqueue(.validateBatch, ValidateBatchRequestMessage(items: items))
        } else {
            try enqueue(.validate, items[0])
        }
        return .validate(targets, sent: sent, isBatch: isBatch)
    }

    /// By token, or by grant id where the grant is the worker's own app's.
    private func enqueueRelease(
        _ targets: [ToldGrant.Number], isBatch: Bool
    ) throws -> Operation {
        let (items, sent) = ledger.withState { state in
            let items = targets.map { number in
                state.willRelease(number)
                let grant = state.grants[number]
                let isOwn = state.attempts[grant.attempt].app == terms.app
                return isOwn && random.chance(percent: 30)
                    ? ReleaseRequestMessage(target: .grant(ByteView(copying: grant.id)))
                    : ReleaseRequestMessage(target: .token(ByteView(copying: grant.token)))
            }
            return (items, state.tick())
        }
        if isBatch {
            try enqueue(.releaseBatch, ReleaseBatchRequestMessage(items: items))
        } else {
            try enqueue(.release, items[0])
        }
        return .release(targets, sent: sent, isBatch: isBatch)
    }

    // MARK: Being told

    private func settle(_ operation: Operation, _ reply: WireClient.Reply) throws {
        if let status = reply.status { return refused(operation, status.reason) }
        let bytes = reply.payload
        switch operation {
        case .spawn(let numbers, let isBatch):
            let agents =
                isBatch
                ? try decode(SpawnBatchResponseMessage.self, bytes).agents
                : [try decode(SpawnResponseMessage.self, bytes).agent].compactMap(\.self)
            guard agents.count == numbers.count else {
                throw WireClient.Failure.malformed("agents are missing")
            }
            ledger.withState { state in
                for (number, agent) in zip(numbers, agents) { state.spawned(number, agent) }
            }
        case .validate(let targets, let sent, let isBatch):
            let items =
                isBatch
                ? try decode(ValidateBatchResponseMessage.self, bytes).items
                : [try decode(ValidateResponseMessage.self, bytes)]
            guard items.count == targets.count else {
                throw WireClient.Failure.malformed("answers are missing")
            }
            ledger.withState { state in
                for (target, item) in zip(targets, items) {
                    state.validated(target, isValid: item.valid, sent: sent)
                }
            }
        case .release(let targets, let sent, let isBatch):
            let ended =
                isBatch
                ? try decode(ReleaseBatchResponseMessage.self, bytes).ended
                : [try decode(ReleaseResponseMessage.self, bytes).ended]
            guard ended.count == targets.count else {
                throw WireClient.Failure.malformed("answers are missing")
            }
            ledger.withState { state in
                for (target, ended) in zip(targets, ended) {
                    state.released(target, ended: ended, sent: sent)
                }
            }
        }
    }

    private func refused(_ operation: Operation, _ reason: String) {
        ledger.withState { state in
            if case .spawn(let numbers, _) = operation {
                state.spawnRefused(numbers, reason: reason)
            } else if !(state.isStopping && reason == "SHUTTING_DOWN") {
                state.accuse("a call about live tokens was refused: \(reason)")
            }
        }
    }

    private func decode<Response: DecodableMessage>(
        _ type: Response.Type, _ bytes: [UInt8]
    ) throws -> Response {
        arena.reset()
        return try bytes.withUnsafeBytes {
            try Response.decode($0, arena: arena, limits: .response)
        }
    }
}
