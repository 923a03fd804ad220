internal import MayflyClient

/// Events as they are shown.
enum EventText {
    static func json(_ event: AuditEvent) -> JSON {
        var members: [(String, JSON)] = [
            ("sequence", .number(event.sequence)),
            ("time_milliseconds", .number(event.time.milliseconds)),
            ("event_type", .text(event.type)),
            ("outcome", .text(event.outcome?.rawValue ?? "")),
        ]
        for (name, value) in words(event) { members.append((name, .text(value))) }
        if !event.scope.isEmpty { members.append(("scope", .texts(event.scope))) }
        for (name, value) in numbers(event) { members.append((name, .number(value))) }
        return .object(members)
    }

    /// One line: when, where in the log, what, and everything that applies by name.
    static func line(_ event: AuditEvent) -> String {
        var line = "\(event.time)  \(event.sequence)  \(event.type)"
        if event.outcome == .denied { line += "  denied" }
        for (name, value) in words(event) { line += "  \(name)=\(value)" }
        if !event.scope.isEmpty { line += "  scope=" + event.scope.joined(separator: ",") }
        for (name, value) in numbers(event) { line += "  \(name)=\(value)" }
        return printable(line) + "\n"
    }

    /// Text that applies. Orchestration and task are in the agent's id where there is one.
    private static func words(_ event: AuditEvent) -> [(String, String)] {
        [
            ("reason", event.reason), ("app", event.app), ("orch_id", event.orchestration),
            ("task_id", event.task), ("agent_id", event.agentID), ("grant_id", event.grantID),
            ("token_id", event.tokenID), ("parent_grant_id", event.parentGrantID),
            ("chain_hash", event.chainHash), ("previous_token_id", event.previousTokenID),
            ("detail", event.detail),
        ].filter { !$0.1.isEmpty }
    }

    private static func numbers(_ event: AuditEvent) -> [(String, UInt64)] {
        var numbers: [(String, UInt64)] = []
        // A peer has a pid, and root's uid is 0; the broker's own doings have neither.
        if event.pid != 0 || event.uid != 0 {
            numbers += [("uid", UInt64(event.uid)), ("pid", UInt64(event.pid))]
        }
        if event.depth != 0 { numbers.append(("depth", UInt64(event.depth))) }
        if event.count != 0 { numbers.append(("count", event.count)) }
        return numbers
    }
}
