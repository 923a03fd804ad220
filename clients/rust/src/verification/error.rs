use std::fmt;
use std::sync::Arc;

use super::VerifiedToken;
use crate::chain::Refusal;
use crate::error::Error;

/// Why a token was not accepted.
#[derive(Clone, Debug)]
pub enum VerificationError {
    /// It is not what a broker issues, or not for this verifier at this time: a code of
    /// proto/vectors/README.md and a sentence.
    Unverified {
        /// Stable, for example `SIGNATURE_INVALID`.
        code: &'static str,
        /// For a developer.
        message: &'static str,
    },
    /// It does not cover what is asked for.
    ScopeViolation(Arc<VerifiedToken>),
    /// It, or something that it hangs on, has ended.
    Revoked(Arc<VerifiedToken>),
    /// Ends may have been missed, and there is no broker to ask.
    RevocationsStale(Arc<VerifiedToken>),
    /// Only the broker can say, and there is none to ask.
    BrokerRequired(Arc<VerifiedToken>),
    /// The broker could not be asked.
    BrokerUnreachable(Error),
    /// The broker was asked, and said no.
    TokenNotValid,
    /// What is asked for is no scope.
    InvalidRequest,
}

impl VerificationError {
    /// Stable, the same in every language's client.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unverified { code, .. } => code,
            Self::ScopeViolation(_) => "SCOPE_VIOLATION",
            Self::Revoked(_) => "REVOKED",
            Self::RevocationsStale(_) => "REVOCATIONS_STALE",
            Self::BrokerRequired(_) => "BROKER_REQUIRED",
            Self::BrokerUnreachable(_) => "BROKER_UNREACHABLE",
            Self::TokenNotValid => "TOKEN_NOT_VALID",
            Self::InvalidRequest => "INVALID_REQUEST",
        }
    }
}

impl From<Refusal> for VerificationError {
    fn from(refusal: Refusal) -> Self {
        Self::Unverified { code: refusal.code(), message: refusal.sentence() }
    }
}

impl fmt::Display for VerificationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.code())?;
        formatter.write_str(match self {
            Self::Unverified { message, .. } => message,
            Self::ScopeViolation(_) => "it does not cover what is asked for",
            Self::Revoked(_) => "it, or something that it hangs on, has ended",
            Self::RevocationsStale(_) => "ends may have been missed, and there is no broker to ask",
            Self::BrokerRequired(_) => "only the broker can say, and there is none to ask",
            Self::BrokerUnreachable(_) => "the broker could not be asked",
            Self::TokenNotValid => "the broker says that it is not valid",
            Self::InvalidRequest => "a scope is action:resource:identifier",
        })
    }
}

impl std::error::Error for VerificationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BrokerUnreachable(cause) => Some(cause),
            _ => None,
        }
    }
}
