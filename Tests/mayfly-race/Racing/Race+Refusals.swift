/// Refusals, and answers that went with their broker.
extension Race {
    /// Refusals under which nothing was done, and which say nothing about anything.
    private static let unlooked: Set<String> = ["SHUTTING_DOWN", "HOP_EXPIRED"]

    func refused(_ call: Call, _ reason: String) {
        let isUnlooked = Self.unlooked.contains(reason)
        switch call.kind {
        case .spawn(let place, let keys):
            place.isSpawning = false
            // Not even KEY_IN_USE is an answer: a key is used again when its agent is dead for
            // certain, and never after a spawn whose answer was lost.
            if isUnlooked {
                for key in keys { self.keys.giveBack(key) }
            } else {
                unexpected(call, reason)
            }
        case .renew(let renewal):
            let now = sequence.next()
            finish(renewal.token.grant.family, "\(now) renewal \(call.sent) \(reason)")
            if reason == "TOKEN_NOT_VALID" {
                judge.renewalRefused(renewal, answered: now)
                answer(renewal.trial, won: false)
            } else {
                renewal.attempt.state = .void
                answer(renewal.trial, won: nil)
                if renewal.isRepeat { renewal.token.lostRenewals.append(renewal) }
                if !isUnlooked { unexpected(call, reason) }
            }
        case .delegate(let delegating):
            let now = sequence.next()
            finish(delegating.token.grant.family, "\(now) delegation \(call.sent) \(reason)")
            switch reason {
            case "TOKEN_NOT_VALID":
                judge.delegatorRefused(delegating, sent: call.sent, answered: now)
            case "DELEGATE_UNKNOWN":
                judge.delegateRefused(delegating, sent: call.sent, answered: now)
            default:
                if !isUnlooked { unexpected(call, reason) }
            }
        case .end(let ending):
            finish(ending.token.grant.family, "\(call.sent) \(reason)")
            ending.attempt.state = .void
            if !isUnlooked { unexpected(call, reason) }
        case .authenticate, .validate, .validateBatch:
            if !isUnlooked { unexpected(call, reason) }
        }
    }

    private func unexpected(_ call: Call, _ reason: String) {
        judge.accuse("\(reason) is no answer to \(call.kind.name), sent at \(call.sent)")
    }

    // MARK: Losses

    /// The broker went with the answer: nobody knows whether it was carried out.
    func lose(_ call: Call, at moment: Stamp) {
        tally.lost += 1
        switch call.kind {
        case .authenticate, .validate, .validateBatch: break
        case .spawn(let place, _): place.isSpawning = false
        case .renew(let renewal):
            lost(renewal.token.grant.family, call, moment)
            renewal.attempt.state = .lost(moment)
            renewal.token.lostRenewals.append(renewal)
            answer(renewal.trial, won: nil)
        case .delegate(let delegating): lost(delegating.token.grant.family, call, moment)
        case .end(let ending):
            lost(ending.token.grant.family, call, moment)
            ending.attempt.state = .lost(moment)
        }
    }

    private func lost(_ family: Family, _ call: Call, _ moment: Stamp) {
        family.changesUnderWay -= 1
        family.note("\(moment) lost \(call.sent)")
    }
}

extension Call.Kind {
    /// For the reader of a violation.
    var name: String {
        switch self {
        case .authenticate: "Authenticate"
        case .spawn: "SpawnBatch"
        case .renew: "Renew"
        case .delegate: "Delegate"
        case .end(let ending): "\(ending.way)"
        case .validate: "Validate"
        case .validateBatch: "ValidateBatch"
        }
    }
}
