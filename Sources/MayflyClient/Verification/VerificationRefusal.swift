internal import MayflyCrypto

/// Why a token was not verified.
public struct VerificationRefusal: Error, Hashable, Sendable {
    /// A stable code, the same in every language's client; proto/vectors/README.md lists them all,
    /// for example `SIGNATURE_INVALID`, `EXPIRED` or `SCOPE_WIDENED`.
    public let code: String
    /// A sentence for a developer.
    public let message: String

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    init(_ refusal: ChainRefusal) {
        code = refusal.rawValue
        message = refusal.sentence
    }
}

extension VerificationRefusal: CustomStringConvertible {
    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }
}

extension ChainRefusal {
    fileprivate var sentence: String {
        switch self {
        case .malformed: "This is not a token."
        case .foreignHeader: "None of the broker's keys signs tokens with this header."
        case .signatureInvalid: "The broker did not sign this."
        case .payloadMalformed: "The claims are not strict JSON."
        case .claimMissing: "A claim that every token has is missing."
        case .claimMalformed: "A claim does not have its form."
        case .issuerMismatch: "It is from another issuer."
        case .expired: "It has expired."
        case .notYetValid: "It is not valid yet."
        case .audienceMismatch: "It is for somebody else."
        case .depthExceeded: "Its chain is longer than any may be."
        case .rootMalformed: "The root statement does not have its form."
        case .hopMalformed: "A hop does not have its form."
        case .hopOrder: "A hop does not stand where it belongs."
        case .delegatorMismatch: "A hop is by somebody who was not delegated to."
        case .hopSignatureInvalid: "A hop was not signed by its delegator."
        case .parentMismatch: "A hop is from another grant than the one before it made."
        case .heldWidened: "A delegator claims a scope that it did not hold."
        case .scopeWidened: "The scope grew on the way."
        case .audienceWidened: "The audience grew on the way."
        case .usesWidened: "The uses grew on the way."
        case .expiryWidened: "The expiry grew on the way."
        case .chainHashMismatch: "The chain is not the one that the token names."
        case .grantMismatch: "The grant is not the one that the last hop made."
        case .subjectMismatch: "The subject is not the last delegate."
        case .keyMismatch: "The key is not the last delegate's."
        }
    }
}
