use std::fmt;

use crate::chain::holding::grant_of;
use crate::error::{violation, Error, Result};
use crate::generated::agents::SpawnedAgent;
use crate::time::UnixTime;

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
