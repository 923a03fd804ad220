use std::time::Duration;

use crate::agent_request::wire_uses;
use crate::chain::holding::{payload_of, Holding};
use crate::chain::hop::{Hop, MAXIMUM_HOPS};
use crate::chain::sha256;
use crate::chain::words::{is_agent_id, is_audience, is_scope, MAXIMUM_AUDIENCES, MAXIMUM_SCOPES};
use crate::client::{whole_seconds, Client, Repetition};
use crate::error::{invalid, violation, Error, Refusal, Result};
use crate::generated::agents::{DelegateRequest, DelegateResponse};
use crate::generated::agents::{DescribeRequest, DescribeResponse};
use crate::issued_token::IssuedToken;
use crate::keys::KeyPair;
use crate::link::{Method, AGENTS};
use crate::time::UnixTime;
use crate::validation::ValidateOptions;

/// What a delegate gets: never more than its delegator holds.
#[derive(Clone, Debug, Default)]
pub struct DelegationTerms {
    /// 1 to 32 scopes, each covered by one that the delegator holds.
    pub scope: Vec<String>,
    /// 1 to 8 of the audiences of the delegator's token; empty takes them all.
    pub audience: Vec<String>,
    /// How long the new grant may live, renewals included, rounded up to whole seconds; `None`
    /// takes what is left of the delegator's token.
    pub lifetime: Option<Duration>,
    /// Uses that the delegator gives away; needed where its own are limited, else `None` sets no
    /// limit.
    pub maximum_uses: Option<u32>,
    /// Issue a short token that the broker resolves.
    pub by_reference: bool,
}

impl DelegationTerms {
    /// These scopes, and everything else as the delegator has it.
    pub fn new(scope: &[&str]) -> Self {
        let scope = scope.iter().map(|scope| (*scope).to_owned()).collect();
        Self { scope, ..Self::default() }
    }
}

/// The public face of a live agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDescription {
    /// The SPIFFE ID.
    pub agent_id: String,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// The agent's own grant.
    pub grant_id: String,
    /// When its token ends.
    pub expires_at: UnixTime,
    /// What no renewal passes.
    pub not_after: UnixTime,
    /// The root statement of a chain from its own grant, base64url.
    pub root: String,
}

impl Client {
    /// Looks up a live agent by its SPIFFE ID.
    ///
    /// # Errors
    ///
    /// Refused with `DELEGATE_UNKNOWN` where no such agent lives.
    pub fn describe(&self, agent_id: &str) -> Result<AgentDescription> {
        let mut request = DescribeRequest::new();
        request.set_agent_id(agent_id.to_owned());
        let answer: DescribeResponse =
            self.call(Method(AGENTS, "Describe"), Repetition::Allowed, &request)?;
        let public_key = answer.get_public_key().try_into().ok();
        // They go into a text that the broker reads strictly.
        let is_whole = is_agent_id(answer.get_agent_id()) && !answer.get_root().is_empty();
        Ok(AgentDescription {
            public_key: public_key.filter(|_| is_whole).ok_or_else(|| {
                violation("a description has no SPIFFE ID, key or root statement")
            })?,
            expires_at: UnixTime(answer.get_expires_at()),
            not_after: UnixTime(answer.get_not_after()),
            agent_id: answer.agent_id,
            grant_id: answer.grant_id,
            root: answer.root,
        })
    }

    /// Passes a part of what a token states on to another live agent. The delegator's key signs the
    /// hop, which is the proof; the new token is bound to the delegate's key. Needs no app.
    ///
    /// # Errors
    ///
    /// Refused, for example, with `DELEGATE_UNKNOWN`, `SCOPE_VIOLATION`, `LIFETIME_VIOLATION` or
    /// `DEPTH_EXCEEDED`; [`Error::OutcomeUnknown`] where the answer was lost.
    pub fn delegate(
        &self,
        token: &str,
        key: &KeyPair,
        to: &str,
        terms: &DelegationTerms,
    ) -> Result<IssuedToken> {
        let holding = self.holding(token)?;
        let lifetime = whole_seconds(terms.lifetime)?;
        let parent_expires_at = holding.expires_at;
        let draft = draft(holding, key, self.describe(to)?, terms)?;
        let method = Method(AGENTS, "Delegate");
        let answer: DelegateResponse =
            self.prove(method, Repetition::Forbidden, false, |session| {
                let now = session.now();
                let hop = Hop {
                    issuer: session.issuer.clone(),
                    challenge: session.challenge,
                    proof_sequence: session.next_sequence(),
                    issued_at: now,
                    expires_at: match lifetime {
                        0 => parent_expires_at,
                        seconds => now + u64::from(seconds),
                    },
                    ..draft.clone()
                };
                let mut request = DelegateRequest::new();
                request.set_token(token.to_owned());
                request.set_hop(key.sign_hop(&hop));
                request.set_by_reference(terms.by_reference);
                Ok(request)
            })?;
        IssuedToken::read(answer.agent.unwrap_or_default())
    }

    /// What a token says its agent holds; of a token by reference the broker says it. The root
    /// statement is in the delegator's grant, and no token of depth 0 repeats it.
    fn holding(&self, token: &str) -> Result<Holding> {
        let payload = payload_of(token).ok_or_else(|| invalid("this is not a token"))?;
        let mut holding = match Holding::read(&payload) {
            Some(holding) => holding,
            None => {
                let validation = self.validate(token, &ValidateOptions::default())?;
                if !validation.is_valid {
                    let refusal = Refusal::new(
                        "UNAUTHENTICATED",
                        "TOKEN_NOT_VALID",
                        "the token is not valid",
                    );
                    return Err(Error::Refused(refusal));
                }
                Holding::read(&validation.claims)
                    .ok_or_else(|| invalid("these claims cannot be delegated from"))?
            }
        };
        if holding.previous.is_none() {
            let root = self.describe(&holding.agent)?.root;
            holding.previous = Some(sha256(root.as_bytes()));
        }
        Ok(holding)
    }
}

/// A hop that lacks only what the connection gives: challenge, number and times.
fn draft(
    holding: Holding,
    key: &KeyPair,
    delegate: AgentDescription,
    terms: &DelegationTerms,
) -> Result<Hop> {
    if holding.depth >= MAXIMUM_HOPS {
        return Err(invalid("a chain has at most five hops"));
    }
    let is_list = (1..=MAXIMUM_SCOPES).contains(&terms.scope.len());
    if !is_list || !terms.scope.iter().all(|scope| is_scope(scope)) {
        return Err(invalid("delegate 1 to 32 well-formed scopes"));
    }
    let is_list = terms.audience.len() <= MAXIMUM_AUDIENCES;
    if !is_list || !terms.audience.iter().all(|audience| is_audience(audience)) {
        return Err(invalid("delegate at most 8 well-formed audiences"));
    }
    wire_uses(terms.maximum_uses)?;
    Ok(Hop {
        issuer: String::new(),
        challenge: [0; 32],
        proof_sequence: 0,
        delegator: holding.agent,
        delegator_key: key.public_key(),
        delegate: delegate.agent_id,
        delegate_key: delegate.public_key,
        held: holding.scope,
        scope: terms.scope.clone(),
        audience: terms.audience.clone(),
        maximum_uses: terms.maximum_uses,
        issued_at: 0,
        expires_at: 0,
        parent: holding.grant,
        depth: holding.depth + 1,
        previous: holding.previous.unwrap_or_default(),
    })
}
