use std::time::Duration;

use super::VerificationError;
use crate::broker_keys::BrokerKeys;
use crate::chain::words::AgentId;
use crate::chain::{check_times, verify, Refusal, Times, Verified};
use crate::time::UnixTime;

/// An agent of a lineage, and the grant by which it holds what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The SPIFFE ID.
    pub agent_id: String,
    /// Its orchestration.
    pub orchestration: String,
    /// Its task.
    pub task: String,
    /// 32 lower-case hexadecimal characters.
    pub grant_id: String,
}

/// A token whose signature and whole lineage were verified. It says what was granted, by whom and
/// until when; whether it has ended since, a [`super::Verifier`] knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    verified: Verified,
    lineage: Vec<Link>,
}

impl VerifiedToken {
    pub(super) fn new(verified: Verified) -> Self {
        let links = verified.lineage.iter().map(|(agent, grant)| {
            let id = AgentId::parse(agent);
            Link {
                agent_id: agent.clone(),
                orchestration: id.map_or(String::new(), |id| id.orchestration.to_owned()),
                task: id.map_or(String::new(), |id| id.task.to_owned()),
                grant_id: grant.clone(),
            }
        });
        Self { lineage: links.collect(), verified }
    }

    /// With the claims that the broker has of a token by reference.
    pub(super) fn with_claims(&self, claims: Vec<u8>) -> Self {
        let mut resolved = self.clone();
        resolved.verified.payload = claims;
        resolved
    }

    /// The `jti`.
    pub fn token_id(&self) -> &str {
        &self.verified.token_id
    }

    /// The grant that it states.
    pub fn grant_id(&self) -> &str {
        &self.verified.grant
    }

    /// The `iss`.
    pub fn issuer(&self) -> &str {
        &self.verified.issuer
    }

    /// The `kid` of the key that signed it.
    pub fn key_id(&self) -> &str {
        &self.verified.key_id
    }

    /// The agent's SPIFFE ID; empty in a token by reference, as are all that follow.
    pub fn subject(&self) -> &str {
        &self.verified.subject
    }

    /// What it allows.
    pub fn scope(&self) -> &[String] {
        &self.verified.scope
    }

    /// Whom it is meant for; empty where it names nobody.
    pub fn audience(&self) -> &[String] {
        &self.verified.audience
    }

    /// Of the key that its agent can be asked to sign with (RFC 7638), base64url.
    pub fn key_thumbprint(&self) -> &str {
        &self.verified.key_thumbprint
    }

    /// From the root to the subject: one link for a token that was not delegated, at most six.
    pub fn lineage(&self) -> &[Link] {
        &self.lineage
    }

    /// `None` in a token by reference.
    pub fn issued_at(&self) -> Option<UnixTime> {
        (!self.verified.is_reference).then_some(UnixTime(self.verified.issued_at))
    }

    /// When it ends if nothing ends it before.
    pub fn expires_at(&self) -> UnixTime {
        UnixTime(self.verified.expires_at)
    }

    /// Worth nothing until the broker has been asked.
    pub fn is_online(&self) -> bool {
        self.verified.is_online
    }

    /// Stands for claims that only the broker has.
    pub fn is_reference(&self) -> bool {
        self.verified.is_reference
    }

    /// JSON, exactly as signed; of a token by reference that a verifier asked the broker about,
    /// what it refers to.
    pub fn claims(&self) -> &[u8] {
        &self.verified.payload
    }

    pub(super) fn check_times(&self, times: Times) -> Result<(), Refusal> {
        let Verified { not_before, issued_at, expires_at, .. } = self.verified;
        check_times(times, not_before, issued_at, expires_at)
    }
}

/// How [`verify_chain`] judges.
#[derive(Clone, Debug, Default)]
pub struct ChainOptions {
    /// That the token must name; `None` asks for none. A token by reference names none: its
    /// audience is for the broker to say.
    pub audience: Option<String>,
    /// The verifier's clock; `None` takes this process's.
    pub now: Option<UnixTime>,
    /// How far that clock and the broker's may be apart, in whole seconds.
    pub leeway: Duration,
}

/// Verifies a token and the whole lineage in it with nothing but the broker's public keys: the
/// broker's signature over all of it, each hop by the key that the root or the hop before names,
/// their order, and that nothing grew on the way. The cost is one signature, and one for each hop.
///
/// # Errors
///
/// [`VerificationError::Unverified`].
pub fn verify_chain(
    token: &str,
    keys: &BrokerKeys,
    options: &ChainOptions,
) -> Result<VerifiedToken, VerificationError> {
    let now = options.now.unwrap_or_else(UnixTime::now);
    let times = Times { now: now.0, leeway: options.leeway.as_secs() };
    let verified = verify(token, &keys.keys, &keys.issuer, options.audience.as_deref(), times)?;
    Ok(VerifiedToken::new(verified))
}
