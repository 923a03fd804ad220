internal import MayflyCore
internal import MayflyStore

/// The core and the log behind one lock, so that the log has the order of the decisions.
final class Authority: Sendable {
    private let broker: Monitor<Broker>
    private let log: LogWriter
    private let clock: BrokerClock

    init(broker: sending Broker, log: LogWriter, clock: BrokerClock) {
        self.broker = Monitor(broker)
        self.log = log
        self.clock = clock
    }

    var durablePosition: LogPosition { log.durablePosition }
    func requestFlush() { log.requestFlush() }

    func apply(
        _ command: Command, from caller: Caller, at now: Instant, entropy: Entropy = .none
    ) -> Outcome {
        decide { broker in
            // The system's clock may have been set since the housekeeper last looked.
            if command.issues { broker.isClockDeviant = clock.isDeviant }
            let outcome = broker.apply(command, from: caller, at: now, entropy: entropy)
            if case .acceptTime(let offset) = command { clock.tell(offset) }
            return outcome
        }
    }

    /// What was presented is not the token of the recovered grant that it names.
    func refuseMismatch(_ command: Command, from caller: Caller, at now: Instant) -> Outcome {
        decide { $0.refuseMismatch(command, from: caller, at: now) }
    }

    private func decide(_ body: (Broker) -> Outcome) -> Outcome {
        broker.withLock { broker in
            let outcome = body(broker)
            if !outcome.events.isEmpty {
                log.append(events: outcome.events, changes: outcome.changes)
            }
            return outcome
        }
    }

    /// Keeps what the tokens just signed digest to. One that another took the place of while it was
    /// being signed is left out.
    func pin(_ tokens: [SignedToken]) {
        broker.withLock { broker in
            for token in tokens {
                broker.pin(
                    token.grant, digest: token.digest, unsignedDigest: token.unsignedDigest)
            }
        }
    }

    struct SignedToken {
        let grant: GrantID
        let digest: Digest
        let unsignedDigest: Digest
    }

    /// Keeps the digest of a recovered grant's token, whose signature was found good.
    func pin(_ presentation: Presentation, unsignedDigest: Digest) {
        _ = broker.withLock {
            $0.pin(
                presentation.grant, digest: presentation.digest, unsignedDigest: unsignedDigest)
        }
    }

    /// What is wrong with a registration before its proof is looked at.
    func registrationFault(
        _ spec: AgentSpec, _ launchToken: Digest, at now: Instant
    ) -> (refusal: Refusal, dependsOn: LogPosition)? {
        broker.withLock { $0.registrationFault(spec, launchToken, at: now) }
    }

    /// A look at the core, and where the log is at that moment.
    func read<Result>(_ body: (Broker) -> Result) -> (result: Result, position: LogPosition) {
        broker.withLock { (body($0), $0.logPosition) }
    }

    /// Expiry, sweeping and summaries; true where there is more to do at once.
    func advance(to now: Instant, limit: Int, isStorageLow: Bool) -> Bool {
        broker.withLock { broker in
            broker.isStorageLow = isStorageLow
            broker.isClockDeviant = clock.isDeviant
            let outcome = broker.apply(
                .advance(limit: limit), from: .broker, at: now)
            if !outcome.events.isEmpty {
                log.append(events: outcome.events, changes: outcome.changes)
            }
            guard case .advanced(let more) = outcome.decision else { return false }
            return more
        }
    }
}
