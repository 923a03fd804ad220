/// One request that ends something if it is carried out: a revocation, a release, a renewal.
final class Attempt {
    enum State {
        /// On its way, carried out, or both.
        case open
        case done
        /// Certainly not carried out, by this request, at any time.
        case void
        /// Its answer was lost with a broker, which was gone by then: carried out before or never.
        case lost(Stamp)
    }

    let sent: Stamp
    var state = State.open

    init(sent: Stamp) { self.sent = sent }

    var mayHaveHappened: Bool {
        if case .void = state { false } else { true }
    }
}

/// What is known of the end of one thing: of a grant by itself, of a token, of a task's name.
struct Fate {
    /// It was over when this answer came, and what is over stays so.
    private(set) var deadSince = Stamp.never
    private var attempts: [Attempt] = []

    /// Something was sent that may have ended it by now. What is dead has a reason to be: it stays
    /// threatened, unless the last thing that could have ended it turns out not to have.
    var isThreatened: Bool { attempts.contains(where: \.mayHaveHappened) }

    mutating func risk(_ attempt: Attempt) { attempts.append(attempt) }

    mutating func die(at moment: Stamp) { deadSince = min(deadSince, moment) }

    /// It lived at some moment after this one: what was lost with a broker before never happened.
    mutating func lived(after moment: Stamp) {
        if attempts.isEmpty { return }
        for attempt in attempts {
            if case .lost(let lost) = attempt.state, lost < moment { attempt.state = .void }
        }
        attempts.removeAll { !$0.mayHaveHappened }
    }
}
