internal import MayflyCore
internal import MayflyWire

/// What the operator names for revocation, read strictly: each level has one form, or for a chain
/// two that cannot be taken for each other.
extension RevocationTarget {
    init(_ message: RevokeRequestMessage, issuer: TokenIssuer) throws(Refusal) {
        if message.level != .task && (!message.orchestration.isEmpty || message.allowNew) {
            throw Refusal(
                .invalidTarget,
                "orch_id and allow_new are for a task; the other levels name what never comes again."
            )
        }
        switch message.level {
        case .token:
            guard let token: TokenID = parseHex(message.target) else {
                throw Refusal(
                    .invalidTarget, "A token is named by its jti, 32 lower-case hex characters.")
            }
            self = .token(token)
        case .agent:
            guard let agent = issuer.agent(message.target) else {
                throw Refusal(
                    .invalidTarget,
                    "An agent is named by its SPIFFE ID under \(issuer.trustDomain).")
            }
            self = .agent(agent)
        case .task:
            self = try .task(message)
        case .chain:
            if let grant: GrantID = parseHex(message.target) {
                self = .chain(.grant(grant))
            } else if let agent = issuer.agent(message.target) {
                self = .chain(.agent(agent))
            } else {
                throw Refusal(
                    .invalidTarget,
                    "A chain is named by a grant id or a SPIFFE ID, of any grant or agent in it.")
            }
        default:
            throw Refusal(.invalidTarget, "A token, an agent, a task or a chain is revoked.")
        }
    }

    private static func task(_ message: RevokeRequestMessage) throws(Refusal) -> RevocationTarget {
        let orchestration = Name(message.orchestration)
        guard let task = Name(message.target),
            orchestration != nil || message.orchestration.isEmpty
        else {
            throw Refusal(
                .invalidTarget,
                "A task is named by its id, 1 to \(Name.maximumBytes) bytes of [A-Za-z0-9._-], and "
                    + "may be narrowed to one orchestration.")
        }
        return .task(task, orchestration: orchestration)
    }
}

extension RevocationRecordMessage {
    /// - Parameter offset: what the time that is told has on top of the broker's own.
    init(_ record: RevocationRecord, offset: ClockOffset) {
        self.init()
        recordID = record.serial.rawValue
        task = record.task.text
        orchestration = record.orchestration?.text ?? ""
        allowNew = record.allowsNew
        createdAt = record.createdAt.shifted(by: offset).seconds
        lapsesAt = record.lapsesAt.shifted(by: offset).seconds
    }
}
