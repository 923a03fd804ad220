internal import MayflyCore
internal import MayflyCrypto

/// What an end is announced at. The words are part of the contract (proto/PROTOCOL.md, "The stream
/// of ends").
enum EndLevel: CaseIterable {
    /// By `jti`: this token of the grant, and no later one.
    case token
    /// By grant id.
    case grant
    /// By SPIFFE ID: all that the agent holds.
    case agent
    /// By task id, under every orchestration, or by `orchestration/task`.
    case task
    /// By the root grant's id: the whole tree.
    case chain

    var word: StaticString {
        switch self {
        case .token: "token"
        case .grant: "grant"
        case .agent: "agent"
        case .task: "task"
        case .chain: "chain"
        }
    }
}

/// Digests on their way to the watchers: SHA-256(level ‖ 0x00 ‖ target), so that no name leaks to
/// a peer that does not know it already.
struct EndDigests {
    /// 32 bytes each, one behind the other.
    private(set) var bytes: [UInt8] = []

    static let digestBytes = 32

    var count: Int { bytes.count / Self.digestBytes }
    var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ level: EndLevel, _ target: [UInt8]) {
        var message: [UInt8] = []
        message.reserveCapacity(6 + target.count)
        message.append(level.word)
        message.append(0)
        message += target
        bytes += SHA256.digest(message).bytes
    }
}

/// Which ends an event of the log announces: at most two.
///
/// Expiry is none: a verifier has a clock. What hangs on an ended grant is announced as it is
/// swept, and dies at once for a verifier that looks at the ancestors which a chain names.
struct EndAnnouncer {
    static let digestsPerEvent = 2

    /// The SPIFFE ID of an agent.
    let subject: (AgentName) -> [UInt8]

    func announce(_ event: Event, in digests: inout EndDigests) {
        switch event.kind {
        case .grantReleased, .grantEnded:
            if let grant = event.grant { digests.append(.grant, grant.hex) }
            // A token delegated to the agent does not name the grant that holds it, but the agent.
            if event.parent == nil { announceAgent(of: event, in: &digests) }
        case .tokenRenewed:
            if let token = event.previousToken { digests.append(.token, token.hex) }
        case .tokenRevoked:
            if let token = event.token { digests.append(.token, token.hex) }
            if let grant = event.grant { digests.append(.grant, grant.hex) }
        case .agentRevoked:
            announceAgent(of: event, in: &digests)
        case .taskRevoked:
            announceTask(of: event, in: &digests)
        case .chainRevoked:
            if let root = event.grant { digests.append(.chain, root.hex) }
        case .brokerStarted, .brokerStopped, .appRegistered, .appUpdated, .appDeregistered,
            .appAuthenticated, .agentSpawned, .grantExpired, .requestRefused, .refusalsSummarized,
            .launchTokenIssued, .launchTokensExpired, .agentRegistered, .delegationCreated,
            .revocationLifted, .revocationLapsed, .useConsumed, .heartbeatMissed, .keyRotated,
            .keyRetired, .timeAccepted:
            break
        }
    }

    private func announceAgent(of event: Event, in digests: inout EndDigests) {
        guard let orchestration = event.orchestration, let task = event.task,
            let instance = event.instance
        else { return }
        let agent = AgentName(orchestration: orchestration, task: task, instance: instance)
        digests.append(.agent, subject(agent))
    }

    /// Where the name goes on being used, it cannot be what is dead: the grants under it are
    /// announced one by one.
    private func announceTask(of event: Event, in digests: inout EndDigests) {
        guard let task = event.task, event.detail.starts(with: "allow_new=false".utf8) else {
            return
        }
        let orchestration = event.orchestration.map { $0.bytes + [UInt8(ascii: "/")] } ?? []
        digests.append(.task, orchestration + task.bytes)
    }
}
