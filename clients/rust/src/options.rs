use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Says whom a client speaks for, and how it behaves where a call does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// The path of the broker's agent socket. `None` takes `MAYFLY_SOCKET`, else
    /// `$XDG_RUNTIME_DIR/mayfly/agent.sock` where that exists, else `/run/mayfly/agent.sock`.
    pub socket: Option<PathBuf>,
    /// Whom to speak for.
    pub identity: Identity,
    /// Of agents whose request names none.
    pub orchestration: Option<String>,
    /// How long a call waits for its answer, connecting not counted.
    pub call_timeout: Duration,
    /// How long a new connection may take to be there and to name its app.
    pub connect_timeout: Duration,
}

impl Default for Options {
    /// Speaks for no app; 10 s for a call, 5 s to connect.
    fn default() -> Self {
        Self {
            socket: None,
            identity: Identity::Nobody,
            orchestration: None,
            call_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
        }
    }
}

/// Whom a client speaks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Identity {
    /// No app, which is enough to validate tokens, to release them, and to act for an agent.
    Nobody,
    /// An app, as the operator registered it for this process's uid.
    App(String),
    /// The app that a client id and its secret prove, as `mayfly app add --issue-secret` showed
    /// them.
    Credentials {
        /// The app's client id.
        client_id: String,
        /// 64 hexadecimal characters.
        client_secret: String,
    },
}

impl fmt::Debug for Identity {
    /// Hides the secret from logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => formatter.write_str("Nobody"),
            Self::App(app) => formatter.debug_tuple("App").field(app).finish(),
            Self::Credentials { client_id, .. } => {
                formatter.debug_tuple("Credentials").field(client_id).finish()
            }
        }
    }
}

/// Where a broker's socket is when nobody says.
pub(crate) fn socket_path(variable: &str, tail: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return path.into();
    }
    let own = env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join("mayfly").join(tail))
        .filter(|path| path.exists());
    own.unwrap_or_else(|| Path::new("/run/mayfly").join(tail))
}
