/// What time may do. In which order and how fast dead grants are swept is the broker's own affair;
/// that nothing but the dead is swept, and in the end all of it, is judged here.
extension Auditor {
    func advance(_ limit: Int, _ exchange: Exchange) throws(Disagreement) -> Verdict {
        for summary in refusals.summaries(at: exchange.now) { note(summary) }
        var left = exchange.notes.dropFirst(notes.count)
        var launches = 0
        var ended = 0
        for fact in exchange.facts {
            if case .launchGone(let serial) = fact {
                try lapse(fact, present.launches[serial].map { $0.expiresAt <= exchange.now })
                launches += 1
                continue
            }
            if launches > 0 { tell(.launchTokensExpired, UInt64(launches), in: &left) }
            launches = 0
            try missed(in: &left, exchange)
            switch fact {
            case .grantGone(let serial):
                try swept(serial, in: &left, exchange)
                ended += 1
            case .recordGone(let serial):
                try lapse(fact, present.records[serial].map { isOver($0, exchange.now) })
                tell(.revocationLapsed, in: &left)
            case .keyGone(let number):
                try lapse(fact, present.keys[number].map { isOver($0, exchange.now) })
                tell(.keyRetired, UInt64(number), in: &left)
            // It went with its last grant.
            case .appGone where facts.contains(fact): continue
            default: throw Disagreement("time does not bring about \(fact)")
            }
        }
        if launches > 0 { tell(.launchTokensExpired, UInt64(launches), in: &left) }
        try missed(in: &left, exchange)
        if ended > limit { throw Disagreement("\(ended) grants ended with a limit of \(limit)") }
        return Verdict(.advanced)
    }

    private func tell(
        _ kind: Note.Kind, _ count: UInt64? = nil, in left: inout ArraySlice<Note>
    ) {
        note(kind, count: count)
        left = left.dropFirst()
    }

    private func lapse(_ fact: Fact, _ isTrue: Bool?) throws(Disagreement) {
        guard isTrue == true else { throw Disagreement("too early for \(fact)") }
        change(fact, at: next)
    }

    /// A grant may be taken away for what it is dead of.
    private func swept(
        _ serial: UInt64, in left: inout ArraySlice<Note>, _ exchange: Exchange
    ) throws(Disagreement) {
        guard let row = present.rows[serial], let told = left.first, told.grant == row.grant.id,
            let why = told.why
        else { throw Disagreement("\(serial) ended, and the next record is \(left)") }
        let isTrue =
            switch why {
            case .expired: exchange.now >= row.grant.expiresAt
            case .revoked: row.isRevoked
            case .heartbeatMissed: isOverdue(row.grant, exchange.now) && policy(row.grant) == .end
            default: standing(row.grant.id, exchange.now).why == why
            }
        guard isTrue else {
            throw Disagreement(
                "\(row) ended as \(why), and is \(standing(row.grant.id, exchange.now))")
        }
        end(row.grant, why)
        left.removeFirst()
    }

    /// Its time is over, or it only had to last until all that it covers was swept.
    private func isOver(_ record: Record, _ now: Milliseconds) -> Bool {
        if record.lapsesAt <= now { return true }
        let covered = present.rows(where: record.names).filter {
            (record.orchestration == nil ? $0.revokedByName : $0.revokedByTask) != nil
        }
        return record.allowsNew && covered.isEmpty
    }

    private func isOver(_ key: SigningKey, _ now: Milliseconds) -> Bool {
        key.state != .current && key.notAfter.map { $0 <= now } ?? false
    }

    /// Agents that were not heard of in time, where that is only noted.
    private func missed(
        in left: inout ArraySlice<Note>, _ exchange: Exchange
    ) throws(Disagreement) {
        while let told = left.first, told.kind == .heartbeatMissed {
            guard let id = told.grant, let row = present.row(id),
                isOverdue(row.grant, exchange.now), policy(row.grant) == .flag
            else { throw Disagreement("no heartbeat was missed: \(told)") }
            beats[row.grant.serial]?.isFlagged = true
            note(.heartbeatMissed, id)
            left.removeFirst()
        }
    }

    private func policy(_ grant: Grant) -> Heartbeat.Policy {
        present.apps[grant.app]?.heartbeat.policy ?? .none
    }

    /// The agent itself was to be heard of before, and has not been noted as missing where that is
    /// all that becomes of it.
    private func isOverdue(_ grant: Grant, _ now: Milliseconds) -> Bool {
        guard grant.link == nil, let app = present.apps[grant.app],
            let beat = beats[grant.serial]
        else { return false }
        switch app.heartbeat.policy {
        case .none: return false
        case .flag where beat.isFlagged: return false
        case .flag, .end: break
        }
        return max(beat.last, beatTermsSince[grant.app] ?? 0) + 1_000
            * UInt64(app.heartbeat.interval) <= now
    }

    /// Once time has done all it had to: nothing dead is left, nobody is overdue.
    func checkSwept(_ now: Milliseconds) throws(Disagreement) {
        for row in present.rows.values {
            if let why = standing(row.grant.id, now).why {
                throw Disagreement("\(row) is dead (\(why)) and was not swept")
            }
            // Time is looked at by the second.
            if isOverdue(row.grant, now / 1_000 * 1_000) {
                throw Disagreement("\(row) missed its heartbeat and nobody noticed")
            }
        }
        for launch in present.launches.values where launch.expiresAt <= now {
            throw Disagreement("\(launch) has expired and is still there")
        }
        for record in present.records.values where record.lapsesAt <= now {
            throw Disagreement("\(record) has lapsed and is still there")
        }
    }
}
