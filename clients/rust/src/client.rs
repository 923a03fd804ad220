use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use protobuf::Message;

use crate::broker_keys::BrokerKeys;
use crate::error::{invalid, Error, Result};
use crate::generated::trust::{GetKeysRequest, GetKeysResponse};
use crate::link::{Link, Method, TRUST};
use crate::options::{socket_path, Identity, Options};
use crate::session::Session;
use crate::sync::locked;

/// A broker, as an orchestrator, an agent or a resource server sees it. A clone is the same client,
/// and any number of threads may use it at once: their calls travel side by side on one connection,
/// which is made at the first call and made again, and its app named again, when it is lost.
///
/// A call that may be repeated is repeated once when the connection is lost under it; a spawn, a
/// registration and a delegation are not, and fail with [`Error::OutcomeUnknown`].
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: Options,
    socket: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<Arc<Link>>,
    is_closed: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let is_open = self.link.as_ref().map_or(false, |link| link.is_open());
        formatter.debug_struct("State").field("is_open", &is_open).finish()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(link) = locked(&self.state).link.take() {
            link.close(Error::Closed);
        }
    }
}

/// Whether a call may be sent again when its connection was lost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repetition {
    Allowed,
    Forbidden,
}

/// How often a proof that came too late is made anew.
const MAXIMUM_PROOFS: usize = 4;

impl Client {
    /// A client of the broker at a socket. Nothing is connected yet.
    pub fn new(options: Options) -> Self {
        let socket =
            options.socket.clone().unwrap_or_else(|| socket_path("MAYFLY_SOCKET", "agent.sock"));
        Self { shared: Arc::new(Shared { options, socket, state: Mutex::default() }) }
    }

    /// A client that speaks for an app of this process's uid, at the usual socket.
    pub fn for_app(app: &str) -> Self {
        Self::new(Options { identity: Identity::App(app.to_owned()), ..Options::default() })
    }

    /// How the client behaves.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Connects and names the app now, so that the first call does not have to.
    ///
    /// # Errors
    ///
    /// Refused with `APP_NOT_ALLOWED` where the app is not open to this uid, and with
    /// `CREDENTIALS_INVALID`.
    pub fn connect(&self) -> Result<()> {
        self.connected().map(|_| ())
    }

    /// Ends the connection. Calls under way and calls to come fail with [`Error::Closed`]. The end
    /// of the last clone does the same.
    pub fn close(&self) {
        let mut state = locked(&self.shared.state);
        state.is_closed = true;
        if let Some(link) = state.link.take() {
            link.close(Error::Closed);
        }
    }

    /// The broker's public keys, current and retired.
    pub fn keys(&self) -> Result<BrokerKeys> {
        let answer: GetKeysResponse =
            self.call(Method(TRUST, "GetKeys"), Repetition::Allowed, &GetKeysRequest::new())?;
        BrokerKeys::read(&answer)
    }

    pub(crate) fn socket(&self) -> Result<&PathBuf> {
        match locked(&self.shared.state).is_closed {
            true => Err(Error::Closed),
            false => Ok(&self.shared.socket),
        }
    }

    /// Gives the open connection, or makes one; one thread at a time does.
    fn connected(&self) -> Result<Arc<Link>> {
        let mut state = locked(&self.shared.state);
        if state.is_closed {
            return Err(Error::Closed);
        }
        if let Some(link) = state.link.as_ref().filter(|link| link.is_open()) {
            return Ok(Arc::clone(link));
        }
        let Shared { options, socket, .. } = self.shared.as_ref();
        let link = Link::open(socket, &options.identity, options.connect_timeout)?;
        state.link = Some(Arc::clone(&link));
        Ok(link)
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn call<Answer: Message>(
        &self,
        method: Method,
        repetition: Repetition,
        request: &impl Message,
    ) -> Result<Answer> {
        self.attempt(repetition, |link, deadline| link.call(method, request, deadline))
    }

    /// Does something on a connection, and again on the next one where it was lost and the call may
    /// be repeated. Where it may not, what was lost has an unknown outcome.
    fn attempt<Answer>(
        &self,
        repetition: Repetition,
        mut work: impl FnMut(&Link, Instant) -> Result<Answer>,
    ) -> Result<Answer> {
        let mut is_last = false;
        loop {
            let link = self.connected()?;
            let deadline = Instant::now() + self.shared.options.call_timeout;
            let error = match work(&link, deadline) {
                Err(error) => error,
                answer => return answer,
            };
            let is_lost = matches!(
                error,
                Error::Connection(_) | Error::Timeout | Error::Protocol(_) | Error::Closed
            );
            if is_lost && repetition == Repetition::Forbidden {
                return Err(Error::OutcomeUnknown(Box::new(error)));
            }
            if is_last || !matches!(error, Error::Connection(_)) {
                return Err(error);
            }
            is_last = true;
        }
    }

    /// Makes a call that carries a proof, with a new one where the one before came too late: a
    /// thread that stood still between its number and its write can be overtaken by a thousand
    /// others, a clock can have been set, and another thread can have used the challenge. Such a
    /// refusal has done nothing, so that trying again is safe.
    ///
    /// `is_fresh` asks for a challenge that is not older than this call.
    pub(crate) fn prove<Request: Message, Answer: Message>(
        &self,
        method: Method,
        repetition: Repetition,
        mut is_fresh: bool,
        mut request: impl FnMut(&Session) -> Result<Request>,
    ) -> Result<Answer> {
        let mut proofs = 1;
        loop {
            // By itself, so that a challenge that is lost leaves no outcome unknown.
            self.attempt(Repetition::Allowed, |link, deadline| {
                link.challenged(is_fresh, deadline).map(|_| ())
            })?;
            let answer = self.attempt(repetition, |link, deadline| {
                // The connection may be another one than a moment ago.
                let session = link.challenged(false, deadline)?;
                link.call(method, &request(&session)?, deadline)
            });
            let reason = match &answer {
                Err(Error::Refused(refusal)) if proofs < MAXIMUM_PROOFS => refusal.reason.as_str(),
                _ => return answer,
            };
            match reason {
                "PROOF_REPLAYED" => {}
                "CHALLENGE_EXPIRED" | "HOP_EXPIRED" => is_fresh = true,
                _ => return answer,
            }
            proofs += 1;
        }
    }
}

/// A lifetime as the wire has it: whole seconds, rounded up; 0 for none said.
pub(crate) fn whole_seconds(lifetime: Option<Duration>) -> Result<u32> {
    let lifetime = match lifetime {
        Some(lifetime) => lifetime,
        None => return Ok(0),
    };
    let seconds = lifetime.as_secs() + u64::from(lifetime.subsec_nanos() > 0);
    u32::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| invalid("a lifetime is at least one second and fits 32 bits"))
}
