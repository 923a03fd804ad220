/// What an agent's own grant may be: under its app's terms, and a launch token's where there is one.
struct GrantTerms {
    /// Every scope must be inside each of these.
    private var ceilings: [[Scope]]
    private let defaultLifetimeSeconds: UInt32
    private var maximumLifetimeSeconds: UInt32

    init(_ app: AppRecord, _ settings: BrokerSettings) {
        ceilings = [app.ceiling]
        defaultLifetimeSeconds = app.defaultLifetimeSeconds
        maximumLifetimeSeconds = min(app.maximumLifetimeSeconds, settings.maximumLifetimeSeconds)
    }

    init(_ app: AppRecord, _ launchToken: LaunchToken, _ settings: BrokerSettings) {
        self.init(app, settings)
        ceilings.append(launchToken.ceiling)
        maximumLifetimeSeconds = min(maximumLifetimeSeconds, launchToken.maximumLifetimeSeconds)
    }

    /// Why an agent may not have this scope and this life, or nil.
    func fault(of spec: AgentSpec) -> Refusal? {
        for scope in spec.scope {
            if scope.isReserved { return .scopeReserved }
            for ceiling in ceilings where !ceiling.contains(where: { $0.covers(scope) }) {
                return Refusal(
                    .scopeViolation,
                    "Ask only for scopes that the ceiling of the app, and of the launch token where "
                        + "there is one, covers.")
            }
        }
        if spec.lifetimeSeconds > maximumLifetimeSeconds
            || spec.totalLifetimeSeconds > maximumLifetimeSeconds
        {
            return Refusal(
                .invalidLifetime, "Ask for at most \(maximumLifetimeSeconds) seconds.")
        }
        return nil
    }

    /// Token times are whole seconds, so the end is too: what the token says is what counts.
    func lifetime(of spec: AgentSpec, _ now: Instant) -> (expiresAt: Instant, notAfter: Instant) {
        let asked =
            spec.lifetimeSeconds == 0
            ? min(defaultLifetimeSeconds, maximumLifetimeSeconds) : spec.lifetimeSeconds
        let first = spec.totalLifetimeSeconds == 0 ? asked : min(asked, spec.totalLifetimeSeconds)
        let total = max(first, spec.totalLifetimeSeconds)
        return (
            now.wholeSeconds.advanced(bySeconds: UInt64(first)),
            now.wholeSeconds.advanced(bySeconds: UInt64(total))
        )
    }
}

extension Instant {
    /// Rounded down to a second.
    var wholeSeconds: Instant { Instant(milliseconds: seconds * 1_000) }
}

extension Refusal {
    static var scopeReserved: Refusal {
        Refusal(.scopeReserved, "Scopes of the families admin: and app: are for no agent.")
    }
}
