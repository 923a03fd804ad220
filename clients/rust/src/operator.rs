use crate::client::{Client, Repetition};
use crate::error::Result;
use crate::generated::operator::{RevokeRequest, RevokeResponse};
use crate::generated::trust;
use crate::link::{Method, OPERATOR};
use crate::options::{socket_path, Identity, Options};
use crate::revocations::RevocationLevel;

/// Ends what must not go on, through the operator's socket, which lets in root, the broker's own
/// user and those that it was configured with.
#[derive(Clone, Debug)]
pub struct OperatorClient {
    client: Client,
}

/// What to end, and all that hangs on it.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// All but [`RevocationLevel::Grant`].
    pub level: RevocationLevel,
    /// By level: a `jti`; a SPIFFE ID; a task id; a grant id or SPIFFE ID of a chain.
    pub target: String,
    /// Limits a task to one orchestration.
    pub orchestration: Option<String>,
    /// Of a task only what was granted before.
    pub allow_new: bool,
}

impl Revocation {
    /// Of all that a target names.
    pub fn new(level: RevocationLevel, target: &str) -> Self {
        Self { level, target: target.to_owned(), orchestration: None, allow_new: false }
    }
}

impl OperatorClient {
    /// The options' identity is not looked at. Without a socket it takes `MAYFLY_OPERATOR_SOCKET`,
    /// else `mayfly/operator/operator.sock` in `$XDG_RUNTIME_DIR` where that exists, else in
    /// `/run`.
    pub fn new(options: Options) -> Self {
        let usual = || socket_path("MAYFLY_OPERATOR_SOCKET", "operator/operator.sock");
        let socket = Some(options.socket.clone().unwrap_or_else(usual));
        Self { client: Client::new(Options { socket, identity: Identity::Nobody, ..options }) }
    }

    /// Ends it. When this returns, no validation anywhere finds it alive. Gives the number of live
    /// grants that the target matched; none is no error.
    ///
    /// # Errors
    ///
    /// Refused with `INVALID_TARGET`.
    pub fn revoke(&self, revocation: &Revocation) -> Result<u64> {
        let mut request = RevokeRequest::new();
        request.set_level(match revocation.level {
            RevocationLevel::Token => trust::RevocationLevel::REVOCATION_LEVEL_TOKEN,
            RevocationLevel::Grant => trust::RevocationLevel::REVOCATION_LEVEL_GRANT,
            RevocationLevel::Agent => trust::RevocationLevel::REVOCATION_LEVEL_AGENT,
            RevocationLevel::Task => trust::RevocationLevel::REVOCATION_LEVEL_TASK,
            RevocationLevel::Chain => trust::RevocationLevel::REVOCATION_LEVEL_CHAIN,
        });
        request.set_target(revocation.target.clone());
        request.set_orch_id(revocation.orchestration.clone().unwrap_or_default());
        request.set_allow_new(revocation.allow_new);
        let answer: RevokeResponse =
            self.client.call(Method(OPERATOR, "Revoke"), Repetition::Allowed, &request)?;
        Ok(answer.get_count())
    }
}
