use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::chain::holding::grant_of;
use crate::client::{whole_seconds, Client, Repetition};
use crate::delegation::DelegationTerms;
use crate::error::{invalid, violation, Error, Refusal, Result};
use crate::generated::agents::{
    self, AgentSpec, SpawnBody, SpawnRequest, SpawnResponse, SpawnedAgent,
};
use crate::generated::agents::{SpawnBatchBody, SpawnBatchRequest, SpawnBatchResponse};
use crate::keys::KeyPair;
use crate::link::{encoded, Method, AGENTS};
use crate::options::Identity;
use crate::renewal::{AgentState, RenewalTerms};
use crate::sync::locked;
use crate::time::UnixTime;

/// What a grant's life hangs on beyond its expiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// Nothing else.
    #[default]
    None,
    /// A process by its number, which the caller or what it started has started.
    Process(u32),
    /// The client's connection: the grant ends when that is lost.
    Connection,
}

/// One agent to be spawned or registered.
#[derive(Clone, Debug, Default)]
pub struct AgentRequest {
    /// 1 to 128 bytes of `[A-Za-z0-9._-]`; `None` takes that of the client's options.
    pub orchestration: Option<String>,
    /// The same alphabet and length.
    pub task: String,
    /// 1 to 32 scopes `action:resource:identifier`, each at most 256 bytes, inside the app's ceiling.
    pub scope: Vec<String>,
    /// At most 8 names of 1 to 256 bytes: the token's `aud`.
    pub audience: Vec<String>,
    /// Of the token, rounded up to whole seconds, at most the app's maximum; `None` takes the app's
    /// default.
    pub lifetime: Option<Duration>,
    /// How long from now the grant may be renewed; `None` means as long as the first token lives: such
    /// a grant cannot be renewed past it.
    pub renewable_for: Option<Duration>,
    /// How many uses the grant and all that is delegated from it may consume, from 1; `None` sets no
    /// limit.
    pub maximum_uses: Option<u32>,
    /// Issue a short token that the broker resolves, for HTTP headers.
    pub by_reference: bool,
    /// What the grant's life hangs on beyond its expiry.
    pub binding: Binding,
    /// The agent's key, which no other live agent may have; `None` makes a fresh one.
    pub key: Option<Arc<KeyPair>>,
}

impl AgentRequest {
    /// An agent for a task.
    pub fn new(task: &str, scope: &[&str]) -> Self {
        Self {
            task: task.to_owned(),
            scope: scope.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// With nothing left open.
    pub(crate) fn resolve(self, client: &Client) -> Result<(AgentSpec, Arc<KeyPair>)> {
        let orchestration =
            self.orchestration
                .or_else(|| client.options().orchestration.clone())
                .ok_or_else(|| invalid("name an orchestration, here or in the client's options"))?;
        let key = match self.key {
            Some(key) => key,
            None => Arc::new(KeyPair::generate()?),
        };
        let mut spec = AgentSpec::new();
        spec.set_orch_id(orchestration);
        spec.set_task_id(self.task);
        spec.set_scope(self.scope.into());
        spec.set_audience(self.audience.into());
        spec.set_public_key(key.public_key().to_vec());
        spec.set_ttl_seconds(whole_seconds(self.lifetime)?);
        spec.set_lifetime_seconds(whole_seconds(self.renewable_for)?);
        spec.set_max_uses(wire_uses(self.maximum_uses)?);
        spec.set_by_reference(self.by_reference);
        match self.binding {
            Binding::None => spec.set_binding(agents::Binding::BINDING_NONE),
            Binding::Connection => spec.set_binding(agents::Binding::BINDING_CONNECTION),
            Binding::Process(number) => {
                spec.set_binding(agents::Binding::BINDING_PROCESS);
                spec.set_pid(number);
            }
        }
        Ok((spec, key))
    }
}

/// A limit of uses as the wire has it: 0 for none.
pub(crate) fn wire_uses(uses: Option<u32>) -> Result<u32> {
    match uses {
        Some(0) => Err(invalid("a limit of uses is at least one")),
        uses => Ok(uses.unwrap_or(0)),
    }
}

/// A token as the broker issued it. Printing it does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The SPIFFE ID of the agent whose key it is bound to.
    pub agent_id: String,
    /// A compact JWS, at most 16 KiB. Whoever has it may use it: keep it out of logs and argument
    /// lists.
    pub token: String,
    /// 32 lower-case hexadecimal characters, stable over renewals.
    pub grant_id: String,
    /// When it ends if nothing ends it before.
    pub expires_at: UnixTime,
}

impl IssuedToken {
    pub(crate) fn read(answer: SpawnedAgent) -> Result<Self> {
        let is_whole =
            [&answer.agent_id, &answer.token, &answer.grant_id].iter().all(|text| !text.is_empty());
        if !is_whole {
            let cause = violation("the answer names no agent");
            return Err(Error::OutcomeUnknown(Box::new(cause)));
        }
        Ok(Self {
            agent_id: answer.agent_id,
            token: answer.token,
            grant_id: answer.grant_id,
            expires_at: UnixTime(answer.expires_at),
        })
    }

    /// A token that came by another way than from the broker.
    pub fn new(agent_id: &str, token: &str, expires_at: UnixTime) -> Self {
        Self {
            agent_id: agent_id.to_owned(),
            token: token.to_owned(),
            grant_id: grant_of(token),
            expires_at,
        }
    }

    /// The value of an `Authorization` header that presents the token (RFC 6750).
    pub fn bearer_header(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IssuedToken")
            .field("agent_id", &self.agent_id)
            .field("grant_id", &self.grant_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// One running agent: an identity, the key behind it, and its current token. Any number of threads may
/// use it. Printing it shows no secret.
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

    /// The SPIFFE ID `spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}`, whose instance
    /// is never given again.
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

    /// Passes a part of what it holds on to another live agent, by its SPIFFE ID, and gives the token to
    /// hand over.
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

    /// Gives one new agent its identity and its token, proven by the agent's own key. When it returns,
    /// the spawn is on the broker's disk and in its audit.
    ///
    /// # Errors
    ///
    /// Refused, for example, with `SCOPE_VIOLATION` or `ORCHESTRATION_NOT_OWNED`;
    /// [`Error::OutcomeUnknown`] where the answer was lost.
    pub fn spawn(&self, request: AgentRequest) -> Result<Agent> {
        let (spec, key) = request.resolve(self)?;
        self.needs_app()?;
        let method = Method(AGENTS, "Spawn");
        let answer: SpawnResponse =
            self.prove(method, Repetition::Forbidden, false, |session| {
                let mut body = SpawnBody::new();
                body.set_proof_seq(session.next_sequence());
                body.set_agent(spec.clone());
                let bytes = encoded(&body)?;
                let mut request = SpawnRequest::new();
                request.set_proof(session.prove("spawn", body.get_proof_seq(), &bytes, &key));
                request.set_body(bytes);
                Ok(request)
            })?;
        Ok(self.adopt(IssuedToken::read(answer.agent.unwrap_or_default())?, key))
    }

    /// Spawns 1 to 1,024 agents, all or none, in the order of the requests, vouched for by a key that
    /// the operator registered for the app: one signature where each agent's own would be one each.
    ///
    /// # Errors
    ///
    /// As [`Client::spawn`], and refused with `ATTESTATION_KEY_UNKNOWN` or `BATCH_SIZE`.
    pub fn spawn_batch(
        &self,
        requests: Vec<AgentRequest>,
        attestation_key: &KeyPair,
    ) -> Result<Vec<Agent>> {
        self.needs_app()?;
        let resolved: Result<Vec<_>> =
            requests.into_iter().map(|request| request.resolve(self)).collect();
        let (specs, keys): (Vec<AgentSpec>, Vec<_>) = resolved?.into_iter().unzip();
        let method = Method(AGENTS, "SpawnBatch");
        let answer: SpawnBatchResponse =
            self.prove(method, Repetition::Forbidden, false, |session| {
                let mut body = SpawnBatchBody::new();
                body.set_proof_seq(session.next_sequence());
                body.set_agents(specs.clone().into());
                let bytes = encoded(&body)?;
                let sequence = body.get_proof_seq();
                let proof = session.prove("spawn-batch", sequence, &bytes, attestation_key);
                let mut request = SpawnBatchRequest::new();
                request.set_proof(proof);
                request.set_body(bytes);
                request.set_attestation_key(attestation_key.public_key().to_vec());
                Ok(request)
            })?;
        if answer.get_agents().len() != keys.len() {
            let cause = violation("the answer names another number of agents");
            return Err(Error::OutcomeUnknown(Box::new(cause)));
        }
        let agents = answer.agents.into_iter().zip(keys);
        agents.map(|(agent, key)| Ok(self.adopt(IssuedToken::read(agent)?, key))).collect()
    }

    /// Spawns an agent for as long as work runs: its token is dead when this returns, also where work
    /// fails or panics.
    ///
    /// # Errors
    ///
    /// That of the spawn or of work, else that of the release.
    pub fn with_agent<Value, Failure: From<Error>>(
        &self,
        request: AgentRequest,
        work: impl FnOnce(&Agent) -> std::result::Result<Value, Failure>,
    ) -> std::result::Result<Value, Failure> {
        let working = Working { agent: self.spawn(request)?, is_done: false };
        let value = work(&working.agent)?;
        working.done()?;
        Ok(value)
    }

    /// Says what the broker would, without asking it: without an app there is nothing to spawn.
    fn needs_app(&self) -> Result<()> {
        match self.options().identity {
            Identity::Nobody => Err(Error::Refused(Refusal::new(
                "UNAUTHENTICATED",
                "AUTHENTICATION_REQUIRED",
                "only an app can spawn: make the client with an app",
            ))),
            _ => Ok(()),
        }
    }
}

/// Releases its agent, whatever becomes of the work.
struct Working {
    agent: Agent,
    is_done: bool,
}

impl Working {
    fn done(mut self) -> Result<()> {
        self.is_done = true;
        self.agent.release().map(|_| ())
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if !self.is_done {
            // What the work failed with is told; the grant ends at its expiry at the latest.
            let _ = self.agent.release();
        }
    }
}
