internal import MayflyClient

/// Grants as they are shown.
enum GrantText {
    static func json(_ grant: Grant) -> JSON { .object(members(grant)) }

    static func members(_ grant: Grant) -> [(String, JSON)] {
        var members: [(String, JSON)] = [
            ("grant_id", .text(grant.id)),
            ("agent_id", .text(grant.agentID)),
            ("app", .text(grant.app)),
            ("orch_id", .text(grant.orchestration)),
            ("task_id", .text(grant.task)),
            ("scope", .texts(grant.scope)),
            ("depth", .number(UInt64(grant.depth))),
            ("issued_at", .number(grant.issuedAt.seconds)),
            ("expires_at", .number(grant.expiresAt.seconds)),
            ("not_after", .number(grant.notAfter.seconds)),
            ("renewals", .number(UInt64(grant.renewals))),
            ("is_flagged", .flag(grant.isFlagged)),
            ("proof", .text(grant.proof)),
        ]
        if !grant.audience.isEmpty { members.append(("audience", .texts(grant.audience))) }
        if let parent = grant.parentID { members.append(("parent_grant_id", .text(parent))) }
        if let holder = grant.holderID { members.append(("holder_grant_id", .text(holder))) }
        if let uses = grant.usesLeft { members.append(("uses_left", .number(UInt64(uses)))) }
        if let state = grant.state { members.append(("state", .text(state.rawValue))) }
        if let age = grant.heartbeatAgeSeconds {
            members.append(("heartbeat_age_seconds", .number(UInt64(age))))
        }
        return members
    }

    /// What its agent said last, and what was noticed: `live` where it said nothing.
    static func state(_ grant: Grant) -> String {
        var words = [grant.state?.rawValue ?? "live"]
        if let age = grant.heartbeatAgeSeconds { words.append("\(age)s ago") }
        if grant.isFlagged { words.append("missed its heartbeat") }
        if let uses = grant.usesLeft { words.append("\(uses) uses left") }
        if grant.renewals > 0 { words.append("renewed \(grant.renewals)x") }
        return words.joined(separator: ", ")
    }
}
