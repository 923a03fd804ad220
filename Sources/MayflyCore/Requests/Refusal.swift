/// A refusal: a value, thrown only on the way to the one place that answers it. The audit keeps the
/// reason, the caller gets the sentence.
package struct Refusal: Error, Equatable, Sendable {
    package var reason: Reason
    /// Where something is exhausted: which limit it was. Beside the reason it takes no room, and
    /// every decision has room for a refusal.
    package var limit: ShareLimit?
    /// What to do about it, for a developer; nothing secret.
    package var sentence: String

    package init(_ reason: Reason, _ sentence: String, limit: ShareLimit? = nil) {
        self.reason = reason
        self.sentence = sentence
        self.limit = limit
    }
}

extension Refusal {
    static var storageLow: Refusal {
        Refusal(
            .storageLow, "The broker's disk is nearly full: nothing new until there is space.")
    }

    static var clockDeviates: Refusal {
        Refusal(
            .clockDeviates,
            "The system's clock departed from the broker's: nothing is issued until it is set right, "
                + "or the operator accepts it with `mayfly time accept`.")
    }

    /// The same words for every token that is not valid: why, only the audit knows.
    package static var tokenNotValid: Refusal {
        Refusal(.tokenNotValid, "The token is not the current token of a live grant.")
    }
}
