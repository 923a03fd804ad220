use std::fmt;
use std::time::Duration;

use crate::agent::Agent;
use crate::agent_request::AgentRequest;
use crate::client::{whole_seconds, Client, Repetition};
use crate::error::Result;
use crate::generated::agents::{RegisterBody, RegisterRequest, RegisterResponse};
use crate::generated::apps::{CreateLaunchTokenRequest, CreateLaunchTokenResponse};
use crate::issued_token::IssuedToken;
use crate::link::{encoded, Method, AGENTS, APPS};
use crate::time::UnixTime;

/// A launch token to be made.
#[derive(Clone, Debug, Default)]
pub struct LaunchTokenRequest {
    /// 1 to 32 scopes inside the app's own: the most that the agent may ask for.
    pub ceiling: Vec<String>,
    /// Of the launch token, 1 s to 1 h; `None` means 30 s.
    pub lifetime: Option<Duration>,
    /// The longest life of the agent's grant; `None` takes the app's maximum.
    pub maximum_agent_lifetime: Option<Duration>,
    /// What the audit calls it: an identifier.
    pub label: Option<String>,
}

/// A single-use secret with which one agent registers itself. Printing it does not show it.
#[derive(Clone)]
pub struct LaunchToken {
    /// 64 hexadecimal characters, shown once.
    pub secret: String,
    /// When it lapses.
    pub expires_at: UnixTime,
}

impl fmt::Debug for LaunchToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LaunchToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Makes a launch token for an agent of the client's app. A lost answer leaves a token that
    /// nobody knows and that lapses by itself.
    ///
    /// # Errors
    ///
    /// Refused, for example, with `AUTHENTICATION_REQUIRED`, `SCOPE_VIOLATION` or
    /// `LAUNCH_TOKENS_EXHAUSTED`.
    pub fn create_launch_token(&self, request: LaunchTokenRequest) -> Result<LaunchToken> {
        let mut message = CreateLaunchTokenRequest::new();
        message.set_label(request.label.unwrap_or_default());
        message.set_ceiling(request.ceiling.into());
        message.set_ttl_seconds(whole_seconds(request.lifetime)?);
        message.set_max_agent_ttl_seconds(whole_seconds(request.maximum_agent_lifetime)?);
        let method = Method(APPS, "CreateLaunchToken");
        let answer: CreateLaunchTokenResponse = self.call(method, Repetition::Allowed, &message)?;
        Ok(LaunchToken {
            expires_at: UnixTime(answer.get_expires_at()),
            secret: answer.launch_token,
        })
    }

    /// Makes the calling process an agent, by a launch token's secret and the agent's own key. The
    /// client needs no app: the launch token says which. `supersede` ends what was granted before
    /// under the same orchestration and task: for an agent that takes the place of a crashed one.
    ///
    /// # Errors
    ///
    /// Refused, for example, with `LAUNCH_TOKEN_INVALID`, `SCOPE_VIOLATION` or `KEY_IN_USE`;
    /// [`crate::Error::OutcomeUnknown`] where the answer was lost: the launch token may be used up.
    pub fn register(
        &self,
        request: AgentRequest,
        launch_token: &str,
        supersede: bool,
    ) -> Result<Agent> {
        let (spec, key) = request.resolve(self)?;
        let method = Method(AGENTS, "Register");
        let answer: RegisterResponse =
            self.prove(method, Repetition::Forbidden, true, |session| {
                let mut body = RegisterBody::new();
                body.set_proof_seq(session.next_sequence());
                body.set_launch_token(launch_token.to_owned());
                body.set_agent(spec.clone());
                body.set_supersede(supersede);
                let bytes = encoded(&body)?;
                let mut request = RegisterRequest::new();
                request.set_proof(session.prove("register", body.get_proof_seq(), &bytes, &key));
                request.set_body(bytes);
                Ok(request)
            })?;
        Ok(self.adopt(IssuedToken::read(answer.agent.unwrap_or_default())?, key))
    }
}
