/// Why a token was not verified offline.
///
/// The raw value is a stable code, the same in every language's client (`proto/vectors`). The cases
/// stand in the order in which they are checked, hop by hop from `hopMalformed` to the last
/// `Widened`; the first that applies is given.
package enum ChainRefusal: String, Error, CaseIterable, Sendable {
    /// Not three parts of strict base64url with a 64-byte signature, or over 16 KiB.
    case malformed = "MALFORMED"
    /// The header is not, byte for byte, that of one of the broker's keys.
    case foreignHeader = "FOREIGN_HEADER"
    case signatureInvalid = "SIGNATURE_INVALID"
    /// The payload is not a JSON object, read strictly.
    case payloadMalformed = "PAYLOAD_MALFORMED"
    /// A claim that every token has is not there, or one of `root`, `delegation_chain` and
    /// `chain_hash` without the others.
    case claimMissing = "CLAIM_MISSING"
    /// A claim has another type, alphabet or length than it must have.
    case claimMalformed = "CLAIM_MALFORMED"
    /// Of the token, or of a hop.
    case issuerMismatch = "ISSUER_MISMATCH"
    case expired = "EXPIRED"
    case notYetValid = "NOT_YET_VALID"
    /// The token does not name the audience that was asked for.
    case audienceMismatch = "AUDIENCE_MISMATCH"
    /// More than five hops.
    case depthExceeded = "DEPTH_EXCEEDED"
    case rootMalformed = "ROOT_MALFORMED"
    case hopMalformed = "HOP_MALFORMED"
    /// The hop's depth is not its place, or `prev` is not the digest of what stands before it.
    case hopOrder = "HOP_ORDER"
    /// The hop's delegator, or its key, is not the one that the root or the hop before names.
    case delegatorMismatch = "DELEGATOR_MISMATCH"
    case hopSignatureInvalid = "HOP_SIGNATURE_INVALID"
    /// The hop's parent is not the grant that the root or the hop before made.
    case parentMismatch = "PARENT_MISMATCH"
    /// The delegator claims to hold what the root or the hop before did not give it.
    case heldWidened = "HELD_WIDENED"
    /// Of a hop against what its delegator holds, or of the token against the last hop; so the next.
    case scopeWidened = "SCOPE_WIDENED"
    case audienceWidened = "AUDIENCE_WIDENED"
    case usesWidened = "USES_WIDENED"
    case expiryWidened = "EXPIRY_WIDENED"
    /// `chain_hash` is not the digest of the last hop.
    case chainHashMismatch = "CHAIN_HASH_MISMATCH"
    /// `grant` is not the one that the last hop makes.
    case grantMismatch = "GRANT_MISMATCH"
    /// `sub` is not the last hop's delegate.
    case subjectMismatch = "SUBJECT_MISMATCH"
    /// `cnf` is not the last hop's delegate's key.
    case keyMismatch = "KEY_MISMATCH"

    init(_ refusal: TokenRefusal) {
        switch refusal {
        case .malformed: self = .malformed
        case .foreignHeader: self = .foreignHeader
        case .invalidSignature: self = .signatureInvalid
        }
    }
}
