internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire

/// The way of a request inside one reactor: message, command, signature checks, the core's
/// decision, the log, the signed token, the answer. `Pipeline+*.swift` have one kind each.
final class Pipeline {
    let context: ReactorContext
    /// Answers the operator's questions; only the operator's reactor has one.
    let desk: OperatorDesk?
    let arena = MessageArena()
    var random = RandomSource()
    /// The disk's position as this reactor last looked.
    var durable: LogPosition
    /// An answer of this turn waits for the disk.
    var awaitsDisk = false
    /// In which order tokens are signed.
    let turns: TurnTable
    let meter: RequestMeter
    /// For the meter, at the end of the turn.
    var notes = TurnNotes()
    /// Nanoseconds on the monotonic clock.
    private(set) var turnBegan: UInt64 = 0
    let issuerDigest: Digest32
    private var verificationsLeft = 0
    /// When the others' turn comes; the highest number where nobody else waits.
    private var visitEnds = UInt64.max
    /// What the request under way has looked at rests on this much of the log.
    private var lookedAt = LogPosition.start

    init(context: ReactorContext, desk: OperatorDesk?, turns: TurnTable) {
        self.turns = turns
        self.context = context
        self.desk = desk
        meter = context.metrics.makeMeter()
        durable = context.authority.durablePosition
        issuerDigest = SHA256.digest([UInt8](context.issuer.issuer.utf8))
    }

    // MARK: Turns

    /// A turn of the reactor: everything taken up in it counts from here.
    func beginTurn(at nanoseconds: UInt64) { turnBegan = nanoseconds }

    /// A connection's part of the turn.
    func beginConnection(isContested: Bool) {
        verificationsLeft = ConnectionLimits.verificationsPerTurn
        visitEnds =
            isContested
            ? BrokerClock.monotonicNanoseconds + TurnLimits.visitNanoseconds : UInt64.max
    }

    /// Whether the connection may have another request taken up before others have their turn.
    var hasTurn: Bool {
        verificationsLeft > 0
            && (visitEnds == UInt64.max || BrokerClock.monotonicNanoseconds < visitEnds)
    }

    func spendVerification() { verificationsLeft -= 1 }

    // MARK: Requests

    /// Answers one frame, now or when its token is signed.
    func handle(_ frame: Frame, of connection: Connection, at now: Instant) {
        var request = Request(
            connection: connection, stream: frame.stream, now: now,
            stamp: RequestStamp(method: nil, began: turnBegan))
        arena.reset()
        lookedAt = .start
        do throws(Refusal) {
            if context.isDraining {
                throw Refusal(.shuttingDown, "The broker is stopping; try again when it is back.")
            }
            let envelope = try open(frame)
            guard
                case .found(let method) = Method.lookup(
                    service: envelope.service, method: envelope.method)
            else { throw Refusal(.methodUnknown, "No such method; see proto/PROTOCOL.md.") }
            request.stamp.method = method
            if let refusal = connection.shareRefusal { throw refusal }
            // A client that expects the other kind of answer could not read this one.
            guard frame.flags.contains(.remoteClosed) == method.isServerStreaming else {
                throw Refusal(
                    .unimplemented,
                    method.isServerStreaming
                        ? "The method answers with a stream; call it so (flags 1)."
                        : "The method answers once; call it so (flags 0).")
            }
            try checkRole(of: request.connection)
            try dispatch(method, envelope.payload.rawBuffer, request)
        } catch {
            refuse(error, request)
        }
    }

    private func open(_ frame: Frame) throws(Refusal) -> RequestEnvelope {
        do throws(DecodeFailure) {
            return try RequestEnvelope.decode(frame.payload)
        } catch {
            throw Refusal(error)
        }
    }

    private func dispatch(
        _ method: Method, _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        if method.service == .operator {
            guard request.connection.role == .operator, let desk else {
                throw Refusal(.operatorOnly, "Only the operator socket serves this.")
            }
            return try operate(method, payload, request, desk)
        }
        switch method {
        case .validate: try validate(payload, request)
        case .validateBatch: try validateBatch(payload, request)
        case .getKeys: try getKeys(payload, request)
        case _ where request.connection.role == .operator:
            throw Refusal(.wrongSocket, "The operator socket serves no agents; use the other one.")
        case .watchRevocations: try watchRevocations(payload, request)
        case .authenticate: try authenticate(payload, request)
        case .createLaunchToken: try createLaunchToken(payload, request)
        case .listAppGrants: try listAppGrants(payload, request)
        default: try serveAgent(method, payload, request)
        }
    }

    private func serveAgent(
        _ method: Method, _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        switch method {
        case .spawn: try spawn(payload, request)
        case .spawnBatch: try spawnBatch(payload, request)
        case .challenge: try challenge(payload, request)
        case .register: try register(payload, request)
        case .describe: try describe(payload, request)
        case .renew: try renew(payload, request)
        case .release: try release(payload, request)
        case .releaseBatch: try releaseBatch(payload, request)
        case .delegate: try delegate(payload, request)
        case .heartbeat: try heartbeat(payload, request)
        default: preconditionFailure("\(method) is not an agent's")
        }
    }

    // MARK: The core

    /// Asks the core, with as much entropy as the command takes.
    func apply(_ command: Command, _ request: Request) -> Outcome {
        var entropy = Entropy.none
        let words = command.entropyWords
        if words > 0 {
            entropy.words.reserveCapacity(words)
            for _ in 0..<words { entropy.words.append(random.next()) }
        }
        return context.authority.apply(
            command, from: request.caller, at: request.now, entropy: entropy)
    }

    /// A time of the broker's own clock as it is told: with what the operator accepted on top.
    func told(_ instant: Instant) -> Instant {
        instant.shifted(by: context.clock.offset)
    }

    /// A look at the core: a refusal for what was seen rests on it as an answer does.
    func look<Result>(_ body: (Broker) -> Result) -> (result: Result, position: LogPosition) {
        let seen = context.authority.read(body)
        lookedAt = max(lookedAt, seen.position)
        return seen
    }

    /// A refusal that follows rests on this much of the log.
    func rest(on position: LogPosition) { lookedAt = max(lookedAt, position) }

    /// Reads a message; what cannot be read is a refusal.
    func decode<Message: DecodableMessage>(
        _ type: Message.Type, _ bytes: UnsafeRawBufferPointer
    ) throws(Refusal) -> Message {
        do throws(DecodeFailure) {
            return try Message.decode(bytes, arena: arena)
        } catch {
            throw Refusal(error)
        }
    }

    // MARK: Answers

    func answer(
        _ request: Request, restingOn position: LogPosition, _ message: some EncodableMessage
    ) {
        if position > durable { awaitsDisk = true }
        var fits = true
        append(to: request, restingOn: position) { buffer in
            fits = ResponseEncoder.appendResponse(
                stream: request.stream, message: message, to: &buffer)
            return fits
        }
        // What changes anything was measured before it was done; a read may ask for too much.
        if !fits {
            refuse(
                Refusal(.replyTooLarge, "The answer would not fit one frame; ask for less."),
                request, restingOn: position)
        }
    }

    /// The answer to what issues one token: a grant to be signed, or a refusal.
    func answer(_ request: Request, issuing outcome: Outcome) {
        switch outcome.decision {
        case .issued(let grant):
            queueSigning(of: [grant], for: request, restingOn: outcome.dependsOn)
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("a token is issued or refused")
        }
    }

    /// A refusal that the core has not seen: it is put on record without anyone waiting.
    func refuse(_ refusal: Refusal, _ request: Request) {
        note(refusal.reason, request)
        refuse(refusal, request, restingOn: lookedAt)
    }

    /// Only for the record.
    func note(_ reason: Reason, _ request: Request) {
        _ = context.authority.apply(.recordRefusal(reason), from: request.caller, at: request.now)
    }

    /// A refusal that the core decided and recorded.
    func refuse(_ refusal: Refusal, _ request: Request, restingOn position: LogPosition) {
        if position > durable { awaitsDisk = true }
        notes.refused.append(refusal.reason)
        append(to: request, restingOn: position) { buffer in
            ResponseEncoder.appendStatus(
                stream: request.stream, code: refusal.reason.status, message: refusal.sentence,
                reason: refusal.reason.code, metadata: refusal.metadata, to: &buffer)
            return true
        }
    }

    private func append(
        to request: Request, restingOn position: LogPosition,
        _ write: (inout OutputBuffer) -> Bool
    ) {
        let isReady = request.connection.replies.append(
            restingOn: position, durable: durable, stamp: request.stamp, write)
        if isReady { notes.answered.append(request.stamp) }
    }

    /// A frame that is not a request.
    func refuse(_ fault: WireFault, stream: StreamID, of connection: Connection, at now: Instant) {
        let reason: Reason =
            switch fault {
            case .frameTooLarge: .frameTooLarge
            case .streamingUnsupported: .unimplemented
            default: .malformedMessage
            }
        let request = Request(
            connection: connection, stream: stream, now: now,
            stamp: RequestStamp(method: nil, began: turnBegan))
        lookedAt = .start
        refuse(Refusal(reason, "\(fault.sentence)."), request)
    }
}
