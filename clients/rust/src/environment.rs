use std::env;
use std::fs::File;
use std::io::Read;
use std::os::unix::io::FromRawFd;
use std::sync::Arc;

use nix::fcntl::{fcntl, FcntlArg};
use serde_json::Value;

use crate::agent::Agent;
use crate::client::Client;
use crate::error::{invalid, Error, Result};
use crate::issued_token::IssuedToken;
use crate::keys::KeyPair;
use crate::options::{Identity, Options};
use crate::time::UnixTime;

const VARIABLE: &str = "MAYFLY_AGENT_FD";
/// A token, a key, and what goes with them.
const MAXIMUM_BYTES: u64 = 64 << 10;

/// The agent that a wrapper started this process as: `MAYFLY_AGENT_FD` names an inherited
/// descriptor, from which one JSON object is read to its end. The descriptor is closed and the
/// variable removed, so that it can be asked once: before other threads are started, because the
/// environment is not theirs to share.
///
/// The agent renews, delegates and releases through a client of its own, which speaks for no app.
/// Of the options the identity is not looked at, and the socket is the one that was inherited.
///
/// # Errors
///
/// `InvalidRequest` where the process was not started as an agent.
pub fn agent_from_environment(options: Options) -> Result<Agent> {
    let number: Option<i32> = env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    let number = number
        .filter(|number| *number > 2 && fcntl(*number, FcntlArg::F_GETFD).is_ok())
        .ok_or_else(|| invalid("MAYFLY_AGENT_FD names no inherited descriptor"))?;
    env::remove_var(VARIABLE);
    // SAFETY: it is open, and who set the variable handed it over to whoever reads it; the variable
    // is gone, so that nobody does a second time.
    let file = unsafe { File::from_raw_fd(number) };
    let mut text = String::new();
    file.take(MAXIMUM_BYTES).read_to_string(&mut text).map_err(|error| {
        Error::InvalidRequest(format!("MAYFLY_AGENT_FD cannot be read: {error}"))
    })?;
    inherited(&text, options)
}

fn inherited(text: &str, options: Options) -> Result<Agent> {
    // Errors are given without their text, which may have a part of the key.
    let none = || invalid("no agent came from MAYFLY_AGENT_FD");
    let object: Value = serde_json::from_str(text).map_err(|_| none())?;
    let member = |name: &str| object[name].as_str().ok_or_else(none);
    let expires_at = UnixTime(object["expires_at"].as_u64().ok_or_else(none)?);
    let issued = IssuedToken::new(member("agent_id")?, member("token")?, expires_at);
    let key = KeyPair::from_pem(member("private_key")?)?;
    let socket = Some(member("socket")?.into());
    let client = Client::new(Options { socket, identity: Identity::Nobody, ..options });
    Ok(client.adopt(issued, Arc::new(key)))
}
