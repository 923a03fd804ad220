/// A refusal: a value, thrown only on the way to the one place that answers it. The audit keeps the reason, the caller gets the sentence.
package struct Refusal: Error, Equatable, Sendable {
    package var reason: Reason
    /// What to do about it, for a developer; nothing secret.
    package var sentence: String

    package init(_ reason: Reason, _ sentence: String) {
        self.reason = reason
        self.sentence = sentence
    }
}
