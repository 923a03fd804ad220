internal import MayflyCrypto
internal import MayflyWire

/// Requests, written into the output.
extension Conversation {
    /// Agents in one batch of what is not measured.
    private static let asideBatch = 256

    func begin(_ call: Call) throws(LoadFailure) -> StreamID {
        guard let stream = session.nextStream() else {
            throw .unusable("a connection has used all its stream ids")
        }
        calls.begin(stream, call)
        share.inFlight += 1
        return stream
    }

    func send(
        _ method: Method, _ message: some EncodableMessage, on stream: StreamID
    ) throws(LoadFailure) {
        guard
            RequestEncoder.appendRequest(
                stream: stream, method: method, message: message, to: &output)
        else { throw .unusable("the batch does not fit a frame: make --batch smaller") }
    }

    // MARK: Spawn

    func spawn(_ began: Moment) throws(LoadFailure) {
        guard share.plan.batch > 1, let attestation = share.attestation else {
            let key = share.keys.take()
            let stream = try begin(Call(kind: .spawn(key), began: began))
            return try spawnOne(key, stream)
        }
        let keys = (0..<share.plan.batch).map { _ in share.keys.take() }
        let stream = try begin(Call(kind: .spawnBatch(keys), began: began))
        try spawnBatch(keys.map { $0.publicKey.bytes }, attestation, stream)
    }

    /// One request for agents of the population. Their keys sign nothing later, so that where a
    /// batch is attested any 32 bytes will do.
    func populate() throws(LoadFailure) {
        let began = Moment.now()
        guard let attestation = share.attestation else {
            share.populationLeft -= 1
            let stream = try begin(Call(kind: .populate(1), began: began))
            return try spawnOne(AgentKeyPair(), stream)
        }
        let count = min(Self.asideBatch, share.populationLeft)
        share.populationLeft -= count
        let stream = try begin(Call(kind: .populate(count), began: began))
        let keys = (0..<count).map { _ in share.randomBytes(count: Ed25519PublicKey.count) }
        try spawnBatch(keys, attestation, stream)
    }

    private func spawnOne(_ key: AgentKeyPair, _ stream: StreamID) throws(LoadFailure) {
        try send(.spawn, session.spawn(template, key: key), on: stream)
    }

    private func spawnBatch(
        _ keys: [[UInt8]], _ attestation: AgentKeyPair, _ stream: StreamID
    ) throws(LoadFailure) {
        var body = SpawnBatchBodyMessage()
        body.proofSequence = session.nextProofSequence()
        body.agents = keys.map { key in
            var agent = template
            agent.publicKey = ByteView(copying: key)
            return agent
        }
        let bytes = body.encodedBytes()
        var message = SpawnBatchRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: session.proof(
                .spawnBatch, sequence: body.proofSequence, body: bytes, by: attestation))
        message.attestationKey = ByteView(copying: attestation.publicKey.bytes)
        try send(.spawnBatch, message, on: stream)
    }

    // MARK: Release

    func release(_ due: [Agent], _ began: Moment) throws(LoadFailure) {
        for agent in due { share.journal?.releasing(agent.grant) }
        let stream = try begin(Call(kind: .release(due), began: began))
        try release(due.map(\.grant), isBatch: share.plan.batch > 1, stream)
    }

    /// One request of the end of the run; false where nothing is left.
    func clear(_ now: Moment) throws(LoadFailure) -> Bool {
        if agents.count > 0 {
            let some = agents.takeDue(at: .distantFuture, limit: Self.asideBatch)
            for agent in some { share.journal?.releasing(agent.grant) }
            let stream = try begin(Call(kind: .clearAgents(some), began: now))
            try release(some.map(\.grant), isBatch: true, stream)
            return true
        }
        guard !population.isEmpty else { return false }
        let some = population.suffix(Self.asideBatch)
        population.removeLast(some.count)
        let stream = try begin(Call(kind: .clearPopulation(some.count), began: now))
        try release(Array(some), isBatch: true, stream)
        return true
    }

    private func release(
        _ grants: [GrantText], isBatch: Bool, _ stream: StreamID
    ) throws(LoadFailure) {
        var text: [UInt8] = []
        text.reserveCapacity(grants.count * GrantText.characters)
        for grant in grants { grant.append(to: &text) }
        let whole = ByteView(copying: text)
        let items = grants.indices.map { place in
            let start = place * GrantText.characters
            let part = whole.rawBuffer[start..<start + GrantText.characters]
            return ReleaseRequestMessage(
                target: .grant(ByteView(UnsafeRawBufferPointer(rebasing: part))))
        }
        // The views above point into `whole` without holding it.
        try withExtendedLifetime(whole) { () throws(LoadFailure) in
            if isBatch {
                try send(.releaseBatch, ReleaseBatchRequestMessage(items: items), on: stream)
            } else if let only = items.first {
                try send(.release, only, on: stream)
            }
        }
    }

    // MARK: Validate

    /// Presents a token of this connection's agents, of the population, or, where a journal is
    /// kept, now and then one that is dead.
    func present(_ began: Moment) throws(LoadFailure) {
        let choices = agents.count + share.book.count
        if !released.isEmpty, choices == 0 || workload.choose(below: 8) == 0 {
            let (frame, grant) = released[workload.choose(below: released.count)]
            let call = Call(kind: .validate(expectsValid: false, grant: grant), began: began)
            return frame.append(stream: try begin(call), to: &output)
        }
        guard choices > 0 else { throw .unusable("there is no token to present") }
        let choice = workload.choose(below: choices)
        if choice < agents.count, let frame = agents[choice].frame {
            let grant = agents[choice].grant
            let call = Call(kind: .validate(expectsValid: true, grant: grant), began: began)
            frame.append(stream: try begin(call), to: &output)
        } else {
            let call = Call(kind: .validate(expectsValid: true, grant: nil), began: began)
            share.book.append(max(0, choice - agents.count), stream: try begin(call), to: &output)
        }
    }
}
