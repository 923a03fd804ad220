/// What happened, so that nobody has to believe that a run met what it is meant to test.
struct Tally {
    private(set) var granted: [String: Int] = [:]
    /// Refused, not valid, or ended.
    private(set) var reasons: [Why: Int] = [:]
    private(set) var notes: [Note.Kind: Int] = [:]
    /// That refusals named.
    private(set) var limits: [String: Int] = [:]
    var crashes = 0
    var disk = Disk()

    /// What lost power kept, tore and dropped.
    struct Disk {
        var syncs: UInt64 = 0
        var kept: UInt64 = 0
        var torn: UInt64 = 0
        var dropped: UInt64 = 0
    }

    mutating func count(_ exchange: Exchange) {
        switch exchange.answer {
        case .refused(let why), .invalid(let why): reasons[why, default: 0] += 1
        default: granted[exchange.request.label, default: 0] += 1
        }
        if let limit = exchange.limit { limits[limit, default: 0] += 1 }
        for note in exchange.notes {
            notes[note.kind, default: 0] += 1
            if note.grant != nil, let why = note.why { reasons[why, default: 0] += 1 }
        }
    }

    mutating func add(_ other: Tally) {
        granted.merge(other.granted, uniquingKeysWith: +)
        reasons.merge(other.reasons, uniquingKeysWith: +)
        notes.merge(other.notes, uniquingKeysWith: +)
        limits.merge(other.limits, uniquingKeysWith: +)
        crashes += other.crashes
        disk.syncs += other.disk.syncs
        disk.kept += other.disk.kept
        disk.torn += other.disk.torn
        disk.dropped += other.disk.dropped
    }

    /// Those that the broker's core knows.
    private static let limits = [
        "live_grants", "live_grants_per_uid", "live_grants_per_app", "live_grant_bytes_per_uid",
        "launch_tokens", "launch_tokens_per_uid", "launch_tokens_per_app", "apps", "revocations",
        "keys", "renewals_per_grant", "failures_per_minute",
    ]

    /// What the rules know and no request met.
    var unmet: [String] {
        let reasons = Why.allCases.filter { $0.isMet && self.reasons[$0] == nil }.map { "\($0)" }
        let kinds = Note.Kind.allCases.filter { notes[$0] == nil }.map { "\($0)" }
        let limits = Self.limits.filter { self.limits[$0] == nil }
        return reasons + kinds + limits + (disk.torn == 0 ? ["a torn write"] : [])
    }

    var text: String {
        let granted = self.granted.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let reasons = self.reasons.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key) \($0.value)" }
        let limits = self.limits.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return """
            granted: \(granted.joined(separator: ", "))
            refused, invalid, ended: \(reasons.joined(separator: ", "))
            limits: \(limits.joined(separator: ", "))
            crashes: \(crashes); disk: \(disk.syncs) syncs, lost power kept \(disk.kept) writes, \
            tore \(disk.torn), dropped \(disk.dropped)
            """
    }
}

extension Request {
    var label: String {
        switch self {
        case .authenticate, .authenticateClient: "authenticate"
        case .spawn: "spawn"
        case .createLaunchToken: "launch token"
        case .register: "register"
        case .validate: "validate"
        case .renew: "renew"
        case .delegate: "delegate"
        case .heartbeat: "heartbeat"
        case .releaseToken, .releaseGrant: "release"
        case .endBound: "end bound"
        case .createApp, .updateApp, .removeApp: "app"
        case .revokeToken: "revoke token"
        case .revokeAgent: "revoke agent"
        case .revokeTask: "revoke task"
        case .revokeChainOfGrant, .revokeChainOfAgent: "revoke chain"
        case .liftRevocation: "lift"
        case .rotateKey: "rotate key"
        case .acceptTime: "accept time"
        case .advance: "advance"
        case .start, .stop: "start or stop"
        }
    }
}
