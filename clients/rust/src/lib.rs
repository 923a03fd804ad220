//! The client of Mayfly, the credential broker for the AI agents of one host, and a verifier for
//! the resources that its tokens open.
//!
//! ```no_run
//! use mayfly::{AgentRequest, Client, Error, Identity, Options};
//!
//! # fn main() -> mayfly::Result<()> {
//! let client = Client::new(Options {
//!     identity: Identity::App("support-desk".to_owned()),
//!     orchestration: Some("support".to_owned()),
//!     ..Options::default()
//! });
//! let request = AgentRequest::new("ticket-4711", &["read:data:customer-12345"]);
//! client.with_agent(request, |agent| {
//!     println!("Authorization: {}", agent.bearer_header());
//!     Ok::<_, Error>(())
//! })
//! # }
//! ```
//!
//! The calls travel over the published `ttrpc`; what they mean is written in proto/PROTOCOL.md.

#![warn(missing_docs)]

mod agent;
mod agent_request;
mod broker_keys;
mod chain;
mod client;
mod delegation;
mod environment;
mod error;
mod frames;
#[rustfmt::skip]
mod generated;
mod grants;
mod guard;
mod issued_token;
mod keys;
mod link;
mod operator;
mod options;
mod registration;
mod renewal;
mod revocations;
mod session;
mod spawn;
mod sync;
mod time;
mod validation;
#[cfg(test)]
mod vectors;
mod verification;

pub use agent::Agent;
pub use agent_request::{AgentRequest, Binding};
pub use broker_keys::BrokerKeys;
pub use client::Client;
pub use delegation::{AgentDescription, DelegationTerms};
pub use environment::agent_from_environment;
pub use error::{Error, Refusal, Result};
pub use grants::{Grant, GrantFilter};
pub use issued_token::IssuedToken;
pub use keys::KeyPair;
pub use operator::{OperatorClient, Revocation};
pub use options::{Identity, Options};
pub use registration::{LaunchToken, LaunchTokenRequest};
pub use renewal::{AgentState, RenewalId, RenewalTerms};
pub use revocations::{
    FollowOptions, RevocationBatch, RevocationDigest, RevocationFollower, RevocationLevel,
    RevocationSet, RevocationStream,
};
pub use time::UnixTime;
pub use validation::{ValidateOptions, Validation};
pub use verification::{
    scope_covers, verify_chain, ChainOptions, Link, Revocations, VerificationError, VerifiedToken,
    Verifier, VerifierOptions, Want,
};
