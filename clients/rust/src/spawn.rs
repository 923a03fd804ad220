use crate::agent::Agent;
use crate::agent_request::AgentRequest;
use crate::client::{Client, Repetition};
use crate::error::{violation, Error, Refusal, Result};
use crate::generated::agents::{AgentSpec, SpawnBody, SpawnRequest, SpawnResponse};
use crate::generated::agents::{SpawnBatchBody, SpawnBatchRequest, SpawnBatchResponse};
use crate::issued_token::IssuedToken;
use crate::keys::KeyPair;
use crate::link::{encoded, Method, AGENTS};
use crate::options::Identity;

impl Client {
    /// Gives one new agent its identity and its token, proven by the agent's own key. When it
    /// returns, the spawn is on the broker's disk and in its audit.
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

    /// Spawns 1 to 1,024 agents, all or none, in the order of the requests, vouched for by a key
    /// that the operator registered for the app: one signature where each agent's own would be one
    /// each.
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

    /// Spawns an agent for as long as work runs: its token is dead when this returns, also where
    /// work fails or panics.
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
