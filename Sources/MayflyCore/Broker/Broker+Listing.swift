/// What apps and the operator look at.
extension Broker {
    /// Which grants to list; nil means any.
    package struct GrantFilter: Sendable {
        package var app: Serial?
        package var orchestration: Name?
        package var task: Name?
        package init(app: Serial? = nil, orchestration: Name? = nil, task: Name? = nil) {
            self.app = app
            self.orchestration = orchestration
            self.task = task
        }
    }

    /// A live grant as it is listed.
    package struct ListedGrant: Sendable {
        package var record: GrantRecord
        package var app: Name
        package var state: AgentState
        /// Nil where it was never heard of.
        package var heartbeatAgeSeconds: UInt64?
        package var isFlagged: Bool
    }

    /// Some of the live grants, from a place on. A look at no more than `scanned` of them, so that
    /// a page may be short; grants that come or go meanwhile may be missed or not.
    ///
    /// - Returns: the page, and where the next one begins; nil at the end.
    package func list(
        _ filter: GrantFilter, from start: Int, limit: Int, scanned: Int, at now: Instant
    ) -> (page: [ListedGrant], next: Int?) {
        var page: [ListedGrant] = []
        var cursor = start
        for _ in 0..<scanned {
            guard page.count < limit else { return (page, cursor) }
            guard let slot = live.nextUsed(from: cursor) else { return (page, nil) }
            cursor = Int(slot.rawValue) + 1
            if matches(slot, filter), standing(of: slot, at: now).reason == nil {
                page.append(listed(slot, now))
            }
        }
        return (page, cursor)
    }

    private func matches(_ slot: Slot, _ filter: GrantFilter) -> Bool {
        if let app = filter.app, live[slot].record.app != app { return false }
        if let wanted = filter.orchestration, live[slot].record.orchestration != wanted {
            return false
        }
        if let wanted = filter.task, live.task(of: slot) != wanted { return false }
        return true
    }

    private func listed(_ slot: Slot, _ now: Instant) -> ListedGrant {
        let record = live.record(at: slot)
        let own = record.holder.flatMap { live.find($0) } ?? slot
        let vitals = live[own].vitals
        guard let app = apps.find(record.app) else { preconditionFailure("a grant has an app") }
        return ListedGrant(
            record: record, app: apps[app].record.name, state: vitals.state,
            heartbeatAgeSeconds: vitals.hasBeaten
                ? (now.milliseconds - min(now.milliseconds, vitals.lastBeat.milliseconds)) / 1_000
                : nil,
            isFlagged: vitals.isFlagged)
    }

    /// The public face of a live agent.
    package struct AgentFace: Sendable {
        package var record: GrantRecord
        /// What the first hop of a chain from its own grant names as `prev`: base64url.
        package var root: [UInt8]
    }

    package func describe(_ agent: AgentName, at now: Instant) -> AgentFace? {
        guard let slot = live.find(agent), standing(of: slot, at: now).reason == nil else {
            return nil
        }
        let record = live.record(at: slot)
        return AgentFace(record: record, root: issuance.rootStatement(of: record))
    }

    /// The app that the caller's connection speaks for, if what it proved still holds.
    package func standingApp(of caller: Caller) -> Serial? {
        app(of: caller).map { apps[$0].record.serial }
    }

    /// Whether the grant's current token says no more than which grant it is.
    package func isByReference(_ grant: GrantID) -> Bool {
        live.find(grant).map { live[$0].record.isByReference } ?? false
    }

    /// The key that a grant is bound to: whose proof a renewal needs.
    package func publicKey(of grant: GrantID) -> PublicKey? {
        live.find(grant).map { live[$0].record.publicKey }
    }

    /// In the order they were made.
    package var revocationRecords: [RevocationRecord] { revocations.all }
    package var launchTokenCount: Int { launchTokens.count }
    package var revocationCount: Int { revocations.count }
    /// What the time that is told has on top of the broker's own.
    package var timeOffset: ClockOffset { clockOffset }
}
