/// Revocation, keys, and the clock that is told.
extension Auditor {
    func revoke(token: WideID, _ exchange: Exchange) -> Verdict {
        let grant = present.rows.values.first { $0.grant.token == token }?.grant
        guard let grant, lives(grant.id, exchange.now) else {
            note(.tokenRevoked, count: 0)
            return Verdict(.revoked(count: 0, nil), restsOn: position)
        }
        note(.tokenRevoked, grant.id, count: 1)
        end(grant, .revoked)
        return Verdict(.revoked(count: 1, nil), restsOn: position)
    }

    /// The count has what the agent holds, whether it lives or only waits to be swept.
    func revoke(agent: AgentID, _ exchange: Exchange) -> Verdict {
        guard let own = present.row(of: agent)?.grant, lives(own.id, exchange.now) else {
            note(.agentRevoked, count: 0)
            return Verdict(.revoked(count: 0, nil), restsOn: position)
        }
        let count = UInt64(1 + present.rows(where: { $0.link?.holder == own.id }).count)
        note(.agentRevoked, count: count)
        end(own, .revoked)
        return Verdict(.revoked(count: count, nil), restsOn: position)
    }

    func revoke(chainOf id: WideID, _ exchange: Exchange) -> Verdict {
        let roots = present.row(id).map { [$0.grant.root] } ?? []
        return revoke(roots: roots, named: id, exchange)
    }

    /// Every tree that the agent has a grant in.
    func revoke(chainsOf agent: AgentID, _ exchange: Exchange) -> Verdict {
        var roots: [WideID] = []
        if let own = present.row(of: agent)?.grant {
            let held = present.rows(where: { $0.link?.holder == own.id }).map(\.grant.root)
            for root in [own.id] + held where !roots.contains(root) { roots.append(root) }
        }
        return revoke(roots: roots, named: nil, exchange)
    }

    private func revoke(roots: [WideID], named: WideID?, _ exchange: Exchange) -> Verdict {
        let living = roots.filter { lives($0, exchange.now) }
        let count = UInt64(present.rows(where: { living.contains($0.root) }).count)
        note(.chainRevoked, living.count == 1 ? living.first : named, count: count)
        for root in living {
            if let grant = present.row(root)?.grant { end(grant, .revoked) }
        }
        return Verdict(.revoked(count: count, nil), restsOn: position)
    }

    func revoke(
        _ task: String, _ orchestration: String?, allowsNew: Bool, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        // Only records that refuse their name are counted.
        if !allowsNew, present.record(task, orchestration)?.allowsNew != false,
            present.records.values.filter({ !$0.allowsNew }).count >= settings.records
        {
            return .refused(exhausted("revocations", .revocationsExhausted))
        }
        let count = present.rows(where: {
            $0.task == task && (orchestration == nil || $0.orchestration == orchestration)
        }).filter { (orchestration == nil ? $0.revokedByName : $0.revokedByTask) == nil }.count
        let record = try cover(task, orchestration, allowsNew: allowsNew, count, exchange)
        return Verdict(.revoked(count: UInt64(count), record), restsOn: position)
    }

    /// A record that refuses its name goes on refusing it.
    func cover(
        _ task: String, _ orchestration: String?, allowsNew: Bool, _ count: Int,
        _ exchange: Exchange
    ) throws(Disagreement) -> Record {
        let known = present.record(task, orchestration)
        let noted = exchange.facts.compactMap { fact -> Record? in
            if case .record(let record) = fact { record } else { nil }
        }
        guard let serial = known?.serial ?? noted.first?.serial,
            known != nil || present.records[serial] == nil
        else { throw Disagreement("no record of the revocation of \(task) was made") }
        let lapsesAt = max(highestEnd, exchange.now + 1_000 * UInt64(settings.maximumLifetime))
        let record = Record(
            serial: serial, orchestration: orchestration, task: task,
            allowsNew: allowsNew && known?.allowsNew ?? true, createdAt: exchange.now,
            lapsesAt: lapsesAt, position: next)
        change(.record(record), at: next)
        note(.taskRevoked, count: UInt64(count))
        return record
    }

    func lift(_ serial: UInt64, _ exchange: Exchange) -> Verdict {
        guard var record = present.records[serial] else { return .refused(.revocationNotFound) }
        record.allowsNew = true
        change(.record(record), at: next)
        note(.revocationLifted)
        return Verdict(.recorded, restsOn: position)
    }

    func rotate(_ number: UInt32, _ isEmergency: Bool, _ exchange: Exchange) -> Verdict {
        if !isEmergency, present.keys.count >= 8 {
            return .refused(exhausted("keys", .keysExhausted))
        }
        for key in present.keys.values.sorted(by: { $0.number < $1.number }) {
            var key = key
            guard isEmergency ? key.state != .revoked : key.state == .current else { continue }
            key.state = isEmergency ? .revoked : .retired
            key.notAfter = isEmergency ? exchange.now : highestEnd
            key.position = next
            change(.key(key), at: next)
        }
        let key = SigningKey(
            number: number, state: .current, notBefore: exchange.now, notAfter: nil,
            position: next)
        change(.key(key), at: next)
        note(.keyRotated, count: UInt64(number))
        return Verdict(.keyRotated(key), restsOn: position)
    }

    func acceptTime(_ offset: Int64) -> Verdict {
        change(.offset(offset), at: next)
        note(.timeAccepted)
        return Verdict(.recorded, restsOn: position)
    }

    /// After a reboot the records have their whole time again; removed apps without grants go.
    func started(_ grants: Int, _ exchange: Exchange) -> Verdict {
        for record in present.records.values.sorted(by: { $0.serial < $1.serial }) where isReboot {
            var record = record
            let whole = exchange.now + 1_000 * UInt64(settings.maximumLifetime)
            record.lapsesAt = max(record.lapsesAt, whole)
            change(.record(record), at: next)
        }
        for app in present.apps.values.sorted(by: { $0.serial < $1.serial })
        where app.isRemoved && (present.grantsOfApp[app.serial] ?? 0) == 0 {
            change(.appGone(app.serial), at: next)
        }
        note(.brokerStarted, count: UInt64(present.rows.count))
        return Verdict(.recorded, restsOn: position)
    }

    func stopped(_ grants: Int) -> Verdict {
        for summary in refusals.remainder() { note(summary) }
        note(.brokerStopped, count: UInt64(present.rows.count))
        return Verdict(.recorded, restsOn: position)
    }
}
