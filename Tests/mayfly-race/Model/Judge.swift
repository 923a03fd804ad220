internal import MayflyCrypto

/// Holds every answer against what was known when its request was sent, online and in bounded
/// memory: all that is kept of a thing is its fate.
///
/// - What was dead for certain before a request was sent must not be found alive by it.
/// - What is found dead must have been at risk: something that ends it was sent before the answer.
/// - What is found dead once stays dead: it is dead for certain from that answer on.
/// - A request whose answer was lost may have been carried out while its broker lived, or never; a
///   later sign of life says that it was not.
struct Judge {
    struct Violation {
        let sentence: String
        /// What was done to the family before.
        let notes: [String]
    }

    private(set) var violations: [Violation] = []

    private mutating func accuse(_ family: Family, _ sentence: @autoclosure () -> String) {
        violations.append(Violation(sentence: sentence(), notes: family.notes))
    }

    /// Of no one family: an answer that no request of the race can get.
    mutating func accuse(_ sentence: String) {
        violations.append(Violation(sentence: sentence, notes: []))
    }

    // MARK: Validation

    mutating func validated(_ token: Token, isValid: Bool, sent: Stamp, answered: Stamp) {
        if isValid {
            found(token, "a validation", sent)
        } else {
            missed(token, "a validation", sent, answered)
        }
    }

    /// The answer shows that the token was valid at some moment since the request was sent.
    private mutating func found(_ token: Token, _ by: String, _ sent: Stamp) {
        let since = token.deadSince
        if since < sent {
            accuse(
                token.grant.family,
                "\(token.name) was dead since \(since), and \(by) sent at \(sent) found it valid")
        }
        token.fate.lived(after: sent)
        token.grant.lived(after: sent)
    }

    private mutating func foundGrant(_ grant: Grant, _ by: String, _ sent: Stamp) {
        let since = grant.deadSince
        if since < sent {
            accuse(
                grant.family,
                "\(grant.name) was dead since \(since), and \(by) sent at \(sent) found it live")
        }
        grant.lived(after: sent)
    }

    /// The answer shows that the token was not valid at some moment before it came.
    private mutating func missed(
        _ token: Token, _ by: String, _ sent: Stamp, _ answered: Stamp
    ) {
        if !token.isThreatened {
            accuse(
                token.grant.family,
                "\(token.name) was live and nothing threatened it, and \(by) sent at \(sent) "
                    + "found it dead at \(answered)")
        }
        // Without a renewal that could have superseded it, it is the grant that is dead.
        if !token.fate.isThreatened { token.grant.fate.die(at: answered) }
        token.fate.die(at: answered)
    }

    // MARK: Renewal

    /// - Returns: the new token, where it is one that was not known.
    mutating func renewed(
        _ renewal: Renewal, to bytes: [UInt8], answered: Stamp
    ) -> Token? {
        let token = renewal.token
        let sent = renewal.attempt.sent
        renewal.attempt.state = .done
        if let successor = token.successor {
            if successor.bytes != bytes {
                accuse(token.grant.family, "\(token.name) was renewed twice, by rivals")
            }
            found(successor, "a renewal repeated", sent)
            return nil
        }
        if renewal.isRepeat {
            // Its first asking may have been carried out: then the token was dead before this one.
            foundGrant(token.grant, "a renewal repeated", sent)
        } else {
            found(token, "a renewal", sent)
        }
        token.fate.die(at: answered)
        let successor = Token(grant: token.grant, bytes: bytes)
        token.successor = successor
        return successor
    }

    /// A renewal was refused because its token is not valid.
    mutating func renewalRefused(_ renewal: Renewal, answered: Stamp) {
        // Not a rival that could have won. The one whose answer it repeats still may have: the
        // same id is known for 30 s only.
        renewal.attempt.state = .void
        missed(renewal.token, "a renewal", renewal.attempt.sent, answered)
    }

    /// Exactly one wins, unless something else can have ended the token.
    mutating func completed(_ trial: Trial) {
        guard !trial.isLost else { return }
        if trial.winners > 1 || (trial.winners == 0 && !trial.token.isThreatened) {
            accuse(
                trial.token.grant.family,
                "\(trial.token.name): of \(trial.rivals) renewals \(trial.winners) won")
        }
    }

    // MARK: Ends

    /// - Parameter found: whether the broker says that it ended something; nil where its answer
    ///   does not tell.
    mutating func ended(_ ending: Ending, found: Bool?, answered: Stamp) {
        let (target, sent) = (ending.target, ending.attempt.sent)
        switch found {
        case nil:
            ending.attempt.state = .done
            target.family.taskFate.die(at: answered)
        case true?:
            ending.attempt.state = .done
            let since = target.deadSince
            if since < sent || target.endWasTold {
                accuse(
                    target.family,
                    "\(target.name) was dead since \(since), and \(ending.way) sent at \(sent) "
                        + "ended it")
            }
            if ending.isByToken { endedByToken(ending) }
            target.lived(after: sent)
            target.endWasTold = true
            target.fate.die(at: answered)
        case false?:
            ending.attempt.state = .void
            if ending.isByToken {
                return missed(ending.token, "\(ending.way)", sent, answered)
            }
            let named = ending.named
            if !named.isThreatened {
                accuse(
                    named.family,
                    "\(named.name) was live and nothing threatened it, and \(ending.way) sent at "
                        + "\(sent) found it dead at \(answered)")
            }
            named.fate.die(at: answered)
        }
    }

    private mutating func endedByToken(_ ending: Ending) {
        let (token, sent) = (ending.token, ending.attempt.sent)
        if token.fate.deadSince < sent {
            accuse(
                token.grant.family,
                "\(token.name) was superseded at \(token.fate.deadSince), and \(ending.way) sent "
                    + "at \(sent) ended its grant")
        }
        token.fate.lived(after: sent)
    }

    // MARK: Delegation

    mutating func delegated(_ delegating: Delegating, sent: Stamp) {
        found(delegating.token, "a delegation", sent)
        foundGrant(delegating.holder, "a delegation to it", sent)
    }

    mutating func delegatorRefused(_ delegating: Delegating, sent: Stamp, answered: Stamp) {
        missed(delegating.token, "a delegation", sent, answered)
    }

    mutating func delegateRefused(_ delegating: Delegating, sent: Stamp, answered: Stamp) {
        let holder = delegating.holder
        if !holder.isThreatened {
            accuse(
                holder.family,
                "\(holder.name) was live and nothing threatened it, and a delegation sent at "
                    + "\(sent) did not find it at \(answered)")
        }
        holder.fate.die(at: answered)
    }
}

extension Ending {
    var isByToken: Bool { way == .releaseToken || way == .revokeToken }
}

extension Grant {
    /// For the reader of a violation.
    var name: String { "\(family.task)/\(reference)" }
}

extension Token {
    var name: String {
        let place = grant.tokens.firstIndex { $0 === self }.map { "\($0)" } ?? "old"
        return "\(grant.name) token \(place)"
    }
}
