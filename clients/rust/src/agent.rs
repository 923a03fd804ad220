use std::sync::{Arc, Mutex};

use crate::client::Client;
use crate::delegation::DelegationTerms;
use crate::error::Result;
use crate::issued_token::IssuedToken;
use crate::keys::KeyPair;
use crate::renewal::{AgentState, RenewalTerms};
use crate::sync::locked;
use crate::time::UnixTime;

/// One running agent: an identity, the key behind it, and its current token. Any number of threads
/// may use it. Printing it shows no secret.
#[derive(Debug)]
pub struct Agent {
    client: Client,
    key: Arc<KeyPair>,
    issued: Mutex<IssuedToken>,
}

impl Agent {
    /// Its current token, with what goes with it.
    pub fn issued(&self) -> IssuedToken {
        locked(&self.issued).clone()
    }

    /// The SPIFFE ID `spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}`, whose
    /// instance is never given again.
    pub fn id(&self) -> String {
        self.issued().agent_id
    }

    /// The current token.
    pub fn token(&self) -> String {
        self.issued().token
    }

    /// The value of an `Authorization` header that presents the current token.
    pub fn bearer_header(&self) -> String {
        self.issued().bearer_header()
    }

    /// Its own key, which its token names in `cnf.jkt` (RFC 7800).
    pub fn key(&self) -> &Arc<KeyPair> {
        &self.key
    }

    /// The one through which its calls travel.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Gives it a new token; the one before is dead.
    ///
    /// # Errors
    ///
    /// As [`Client::renew`].
    pub fn renew(&self, terms: &RenewalTerms) -> Result<()> {
        let issued = self.client.renew(&self.token(), &self.key, terms)?;
        *locked(&self.issued) = issued;
        Ok(())
    }

    /// Passes a part of what it holds on to another live agent, by its SPIFFE ID, and gives the
    /// token to hand over.
    ///
    /// # Errors
    ///
    /// As [`Client::delegate`].
    pub fn delegate(&self, to: &str, terms: &DelegationTerms) -> Result<IssuedToken> {
        self.client.delegate(&self.token(), &self.key, to, terms)
    }

    /// Says that it is alive, and what it is doing; gives when its token ends.
    ///
    /// # Errors
    ///
    /// Refused with `TOKEN_NOT_VALID`.
    pub fn heartbeat(&self, state: AgentState) -> Result<UnixTime> {
        self.client.heartbeat(&self.token(), state)
    }

    /// Ends its grant and all that hangs on it; false where it had ended before.
    pub fn release(&self) -> Result<bool> {
        self.client.release(&self.token())
    }
}

impl Client {
    /// An agent of a token and the key that it is bound to: of a delegation, for its delegate.
    pub fn adopt(&self, issued: IssuedToken, key: Arc<KeyPair>) -> Agent {
        Agent { client: self.clone(), key, issued: Mutex::new(issued) }
    }
}
