use std::sync::Arc;
use std::time::Duration;

use crate::client::{whole_seconds, Client};
use crate::error::{invalid, Result};
use crate::generated::agents::{self, AgentSpec};
use crate::keys::KeyPair;

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
    /// 1 to 32 scopes `action:resource:identifier`, each at most 256 bytes, inside the app's
    /// ceiling.
    pub scope: Vec<String>,
    /// At most 8 names of 1 to 256 bytes: the token's `aud`.
    pub audience: Vec<String>,
    /// Of the token, rounded up to whole seconds, at most the app's maximum; `None` takes the app's
    /// default.
    pub lifetime: Option<Duration>,
    /// How long from now the grant may be renewed; `None` means as long as the first token lives:
    /// such a grant cannot be renewed past it.
    pub renewable_for: Option<Duration>,
    /// How many uses the grant and all that is delegated from it may consume, from 1; `None` sets
    /// no limit.
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
