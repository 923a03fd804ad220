/// Why a token was not verified, in the order in which it is checked: where two apply, the first is
/// given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Malformed,
    ForeignHeader,
    SignatureInvalid,
    PayloadMalformed,
    ClaimMissing,
    ClaimMalformed,
    IssuerMismatch,
    Expired,
    NotYetValid,
    AudienceMismatch,
    DepthExceeded,
    RootMalformed,
    HopMalformed,
    HopOrder,
    DelegatorMismatch,
    HopSignatureInvalid,
    ParentMismatch,
    HeldWidened,
    ScopeWidened,
    AudienceWidened,
    UsesWidened,
    ExpiryWidened,
    ChainHashMismatch,
    GrantMismatch,
    SubjectMismatch,
    KeyMismatch,
}

impl Refusal {
    /// The stable code, the same in every language's client (proto/vectors/README.md).
    pub(crate) fn code(self) -> &'static str {
        self.texts().0
    }

    /// A sentence for a developer.
    pub(crate) fn sentence(self) -> &'static str {
        self.texts().1
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("MALFORMED", "this is not a token"),
            Self::ForeignHeader => {
                ("FOREIGN_HEADER", "none of the broker's keys signs tokens with this header")
            }
            Self::SignatureInvalid => ("SIGNATURE_INVALID", "the broker did not sign this"),
            Self::PayloadMalformed => ("PAYLOAD_MALFORMED", "the claims are not strict JSON"),
            Self::ClaimMissing => ("CLAIM_MISSING", "a claim that every token has is missing"),
            Self::ClaimMalformed => ("CLAIM_MALFORMED", "a claim does not have its form"),
            Self::IssuerMismatch => ("ISSUER_MISMATCH", "it is from another issuer"),
            Self::Expired => ("EXPIRED", "it has expired"),
            Self::NotYetValid => ("NOT_YET_VALID", "it is not valid yet"),
            Self::AudienceMismatch => ("AUDIENCE_MISMATCH", "it is for somebody else"),
            Self::DepthExceeded => ("DEPTH_EXCEEDED", "its chain is longer than any may be"),
            Self::RootMalformed => ("ROOT_MALFORMED", "the root statement does not have its form"),
            Self::HopMalformed => ("HOP_MALFORMED", "a hop does not have its form"),
            Self::HopOrder => ("HOP_ORDER", "a hop does not stand where it belongs"),
            Self::DelegatorMismatch => {
                ("DELEGATOR_MISMATCH", "a hop is by somebody who was not delegated to")
            }
            Self::HopSignatureInvalid => {
                ("HOP_SIGNATURE_INVALID", "a hop was not signed by its delegator")
            }
            Self::ParentMismatch => {
                ("PARENT_MISMATCH", "a hop is from another grant than the one before it made")
            }
            Self::HeldWidened => {
                ("HELD_WIDENED", "a delegator claims a scope that it did not hold")
            }
            Self::ScopeWidened => ("SCOPE_WIDENED", "the scope grew on the way"),
            Self::AudienceWidened => ("AUDIENCE_WIDENED", "the audience grew on the way"),
            Self::UsesWidened => ("USES_WIDENED", "the uses grew on the way"),
            Self::ExpiryWidened => ("EXPIRY_WIDENED", "the expiry grew on the way"),
            Self::ChainHashMismatch => {
                ("CHAIN_HASH_MISMATCH", "the chain is not the one that the token names")
            }
            Self::GrantMismatch => {
                ("GRANT_MISMATCH", "the grant is not the one that the last hop made")
            }
            Self::SubjectMismatch => ("SUBJECT_MISMATCH", "the subject is not the last delegate"),
            Self::KeyMismatch => ("KEY_MISMATCH", "the key is not the last delegate's"),
        }
    }
}
