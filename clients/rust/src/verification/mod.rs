//! Tokens judged where the resources are.

mod cache;
mod error;
mod token;
mod verifier;

pub use error::VerificationError;
pub use token::{verify_chain, ChainOptions, Link, VerifiedToken};
pub use verifier::{Revocations, Verifier, VerifierOptions, Want};

use crate::chain::words;

/// Whether who holds one scope may do what another says; neither where one of them is no scope.
pub fn scope_covers(held: &str, wanted: &str) -> bool {
    words::is_scope(held) && words::is_scope(wanted) && words::covers(held, wanted)
}
