/// What to revoke.
package enum RevocationTarget: Equatable, Sendable {
    case token(TokenID)
    case agent(AgentName)
    /// Nil means the task's name under every orchestration.
    case task(Name, orchestration: Name?)
    case chain(ChainMember)

    package enum ChainMember: Equatable, Sendable {
        case grant(GrantID)
        case agent(AgentName)
    }
}
