use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use crate::client::{whole_seconds, Client, Repetition};
use crate::error::{invalid, Result};
use crate::generated::agents::{HeartbeatRequest, HeartbeatResponse};
use crate::generated::agents::{RenewBody, RenewRequest, RenewResponse};
use crate::generated::grants;
use crate::issued_token::IssuedToken;
use crate::keys::KeyPair;
use crate::link::{encoded, Method, AGENTS};
use crate::time::UnixTime;

/// Names one renewal: the same one within 30 s is answered with the same token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalId(pub [u8; 16]);

impl RenewalId {
    /// A random one.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` where the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).map_err(|_| invalid("no renewal id can be made"))?;
        Ok(Self(id))
    }
}

/// What a renewal changes; by default nothing but the token.
#[derive(Clone, Debug, Default)]
pub struct RenewalTerms {
    /// A narrower one, for a grant from which nothing was delegated; empty keeps it.
    pub scope: Vec<String>,
    /// Of the new token, at most until what the grant can ever reach; `None` takes as long as the
    /// old token's.
    pub lifetime: Option<Duration>,
    /// Kept where a lost answer is to be asked for again; `None` makes a random one.
    pub id: Option<RenewalId>,
}

/// What an agent says it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentState {
    /// It does not say.
    Unspecified,
    /// It works.
    Active,
    /// It waits.
    Idle,
    /// It is about to end.
    Completing,
}

impl AgentState {
    fn message(self) -> grants::AgentState {
        match self {
            Self::Unspecified => grants::AgentState::AGENT_STATE_UNSPECIFIED,
            Self::Active => grants::AgentState::AGENT_STATE_ACTIVE,
            Self::Idle => grants::AgentState::AGENT_STATE_IDLE,
            Self::Completing => grants::AgentState::AGENT_STATE_COMPLETING,
        }
    }

    pub(crate) fn read(state: grants::AgentState) -> Self {
        match state {
            grants::AgentState::AGENT_STATE_UNSPECIFIED => Self::Unspecified,
            grants::AgentState::AGENT_STATE_ACTIVE => Self::Active,
            grants::AgentState::AGENT_STATE_IDLE => Self::Idle,
            grants::AgentState::AGENT_STATE_COMPLETING => Self::Completing,
        }
    }
}

impl Client {
    /// Gives the grant behind a token a new token, by the key that the token is bound to; the old
    /// token is dead before the new one is there. Needs no app.
    ///
    /// # Errors
    ///
    /// Refused, for example, with `TOKEN_NOT_VALID`, `SCOPE_VIOLATION`, `GRANT_HAS_CHILDREN` or
    /// `RENEWALS_EXHAUSTED`.
    pub fn renew(&self, token: &str, key: &KeyPair, terms: &RenewalTerms) -> Result<IssuedToken> {
        let lifetime = whole_seconds(terms.lifetime)?;
        let id = match terms.id {
            Some(id) => id,
            None => RenewalId::generate()?,
        };
        let method = Method(AGENTS, "Renew");
        let answer: RenewResponse = self.prove(method, Repetition::Allowed, false, |session| {
            let mut body = RenewBody::new();
            body.set_proof_seq(session.next_sequence());
            body.set_token(token.to_owned());
            body.set_renewal_id(id.0.to_vec());
            body.set_scope(terms.scope.clone().into());
            body.set_ttl_seconds(lifetime);
            let bytes = encoded(&body)?;
            let mut request = RenewRequest::new();
            request.set_proof(session.prove("renew", body.get_proof_seq(), &bytes, key));
            request.set_body(bytes);
            Ok(request)
        })?;
        IssuedToken::read(answer.agent.unwrap_or_default())
    }

    /// Says that the agent of a token is alive, and what it is doing; gives when the token ends.
    /// Needed where the app has a heartbeat policy.
    ///
    /// # Errors
    ///
    /// Refused with `TOKEN_NOT_VALID`.
    pub fn heartbeat(&self, token: &str, state: AgentState) -> Result<UnixTime> {
        let mut request = HeartbeatRequest::new();
        request.set_token(token.to_owned());
        request.set_state(state.message());
        let answer: HeartbeatResponse =
            self.call(Method(AGENTS, "Heartbeat"), Repetition::Allowed, &request)?;
        Ok(UnixTime(answer.get_expires_at()))
    }
}
