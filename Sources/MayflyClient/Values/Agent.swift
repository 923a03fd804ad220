internal import MayflyWire

/// One running agent as its orchestrator holds it: an identity, a token, and the key behind both.
///
/// Printing it shows neither token nor key.
public struct Agent: Sendable, Identifiable {
    /// The SPIFFE ID `spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}`, whose
    /// instance is never given again (SPIFFE-ID, section 2).
    public let id: String
    /// The orchestration id that it was spawned under.
    public let orchestration: String
    /// The task id that it was spawned for.
    public let task: String
    /// What it may do: scopes `action:resource:identifier`, in the order asked.
    public let scope: [String]
    /// The token that states its grant: a compact JWS (RFC 7515), at most 16 KiB. Whoever has it
    /// may use it: keep it out of logs and argument lists.
    public let token: String
    /// Its grant: 32 lower-case hexadecimal characters, stable over renewals.
    public let grantID: String
    /// When the token ends if nothing ends it before, as its `exp`.
    public let expiresAt: UnixTime
    /// The agent's own key, which its token names in `cnf.jkt` (RFC 7800).
    public let key: AgentKey

    /// The value of an `Authorization` header that presents the token (RFC 6750, section 2.1).
    public var bearerHeader: String { "Bearer \(token)" }

    init(
        _ answer: SpawnedAgentMessage, orchestration: String, task: String, scope: [String],
        key: AgentKey
    ) {
        id = String(decoding: answer.agentID, as: UTF8.self)
        token = String(decoding: answer.token, as: UTF8.self)
        grantID = String(decoding: answer.grantID, as: UTF8.self)
        expiresAt = UnixTime(seconds: answer.expiresAt)
        self.orchestration = orchestration
        self.task = task
        self.scope = scope
        self.key = key
    }

    /// The same agent with the token of a renewal.
    init(_ agent: Agent, renewed: IssuedToken, scope: [String]) {
        id = agent.id
        orchestration = agent.orchestration
        task = agent.task
        key = agent.key
        grantID = agent.grantID
        self.scope = scope
        token = renewed.token
        expiresAt = renewed.expiresAt
    }
}

extension Agent: CustomStringConvertible, CustomReflectable {
    /// The SPIFFE ID: a token that is printed by accident stays in.
    public var description: String { id }

    /// Without token and key, for the same reason.
    public var customMirror: Mirror {
        Mirror(
            self, children: ["id": id, "grantID": grantID, "scope": scope, "expiresAt": expiresAt])
    }
}
