use std::io;
use std::os::unix::io::{FromRawFd, IntoRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::socket::{
    connect, setsockopt, socket, sockopt, AddressFamily, SockFlag, SockType, UnixAddr,
};
use nix::sys::time::{TimeVal, TimeValLike};
use protobuf::Message;

use crate::error::{violation, Error, Refusal, Result};
use crate::generated::agents::{ChallengeRequest, ChallengeResponse};
use crate::generated::apps::{AuthenticateRequest, AuthenticateResponse};
use crate::guard::Guard;
use crate::options::Identity;
use crate::session::Session;
use crate::sync::locked;

/// A service's method by its name.
#[derive(Clone, Copy)]
pub(crate) struct Method(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const AGENTS: &str = "mayfly.v1.Agents";
pub(crate) const APPS: &str = "mayfly.v1.Apps";
pub(crate) const OPERATOR: &str = "mayfly.v1.Operator";
pub(crate) const TRUST: &str = "mayfly.v1.Trust";

/// How long the last call of an ended connection may take: it fails at once. As long is waited for
/// a thread that cannot be asked.
const FAREWELL: Duration = Duration::from_secs(1);
/// Between two looks whether the last user of an ended connection has gone.
const KEEPER_PAUSE: Duration = Duration::from_millis(10);

/// How many calls in a row may be without an answer until the connection is given up: what was sent
/// and not taken would be kept for as long as it lasts.
const MAXIMUM_SILENCE: u32 = 64;

/// One connection to a broker, with the session of its proofs. It ends once and is never used
/// again.
pub(crate) struct Link {
    guard: Arc<Guard>,
    /// Its sender is not for many threads: each call takes a clone.
    rpc: Mutex<ttrpc::Client>,
    /// `None` before the connection's first challenge.
    session: Mutex<Option<Arc<Session>>>,
    /// Calls since the last answer that were too late.
    late: AtomicU32,
}

impl Link {
    /// Connects, and names the app.
    pub(crate) fn open(path: &Path, identity: &Identity, timeout: Duration) -> Result<Arc<Self>> {
        let deadline = Instant::now() + timeout;
        let (guard, end) =
            Guard::start(dial(path, timeout)?).map_err(|error| no_broker(path, &error))?;
        // It makes sockets and threads, and panics where it cannot.
        let rpc = catch_unwind(AssertUnwindSafe(|| ttrpc::Client::new(end.into_raw_fd())));
        let rpc = rpc.map_err(|_| {
            let error = Error::Connection("no connection can be made".to_owned());
            guard.finish(error.clone());
            error
        })?;
        let link = Arc::new(Self {
            guard,
            rpc: Mutex::new(rpc),
            session: Mutex::default(),
            late: AtomicU32::new(0),
        });
        keep(&link)?;
        if let Err(error) = link.authenticate(identity, deadline) {
            link.close(error.clone());
            return Err(error);
        }
        Ok(link)
    }

    fn authenticate(&self, identity: &Identity, deadline: Instant) -> Result<()> {
        let mut request = AuthenticateRequest::new();
        match identity {
            Identity::Nobody => return Ok(()),
            Identity::App(app) => request.set_app(app.clone()),
            Identity::Credentials { client_id, client_secret } => {
                request.set_client_id(client_id.clone());
                request.set_client_secret(client_secret.clone());
            }
        }
        let answer: AuthenticateResponse =
            self.call(Method(APPS, "Authenticate"), &request, deadline)?;
        let session = Session::new(
            answer.get_issuer(),
            answer.get_challenge(),
            answer.get_now_milliseconds(),
        )?;
        *locked(&self.session) = Some(Arc::new(session));
        Ok(())
    }

    /// The connection's session: where it has none yet, and where it is to be fresh, the broker is
    /// asked for it. A challenge stays the same, and so do the numbers of the proofs over it.
    pub(crate) fn challenged(&self, is_fresh: bool, deadline: Instant) -> Result<Arc<Session>> {
        let present = locked(&self.session).clone();
        if let Some(session) = present.filter(|_| !is_fresh) {
            return Ok(session);
        }
        let answer: ChallengeResponse =
            self.call(Method(AGENTS, "Challenge"), &ChallengeRequest::new(), deadline)?;
        let fresh = Session::new(
            answer.get_issuer(),
            answer.get_challenge(),
            answer.get_now_milliseconds(),
        )?;
        let mut held = locked(&self.session);
        let session = held.get_or_insert_with(|| Arc::new(fresh));
        if session.challenge[..] != *answer.get_challenge() {
            return Err(violation("a connection's challenge changed"));
        }
        session.set_clock(answer.get_now_milliseconds());
        Ok(Arc::clone(session))
    }

    /// Sends a request and waits for its answer. A call that is too late is given up; its answer,
    /// if it comes, goes nowhere.
    pub(crate) fn call<Answer: Message>(
        &self,
        method: Method,
        request: &impl Message,
        deadline: Instant,
    ) -> Result<Answer> {
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Err(Error::Timeout);
        }
        let mut envelope = ttrpc::Request::new();
        envelope.set_service(method.0.to_owned());
        envelope.set_method(method.1.to_owned());
        envelope.set_payload(encoded(request)?);
        // Without a timeout it waits for ever.
        envelope.set_timeout_nano(remaining.as_nanos().try_into().unwrap_or(i64::MAX));
        let rpc = locked(&self.rpc).clone();
        let answer = rpc.request(envelope);
        if matches!(answer, Ok(_) | Err(ttrpc::Error::RpcStatus(_))) {
            self.late.store(0, Ordering::Relaxed);
        }
        match answer {
            Ok(response) => match Refusal::read(response.get_status()) {
                Some(refusal) => Err(Error::Refused(refusal)),
                None => Answer::parse_from_bytes(response.get_payload())
                    .map_err(|error| self.violated(&error)),
            },
            Err(ttrpc::Error::RpcStatus(status)) => match Refusal::read(&status) {
                Some(refusal) => Err(Error::Refused(refusal)),
                None => Err(self.violated(&"a refusal without a code")),
            },
            // The guard knows first why a connection ends: whatever ttrpc says of it comes behind.
            Err(error) => match self.guard.end() {
                Some(end) => Err(end),
                None if Instant::now() < deadline => Err(self.violated(&error)),
                None => Err(self.was_late()),
            },
        }
    }

    fn was_late(&self) -> Error {
        if self.late.fetch_add(1, Ordering::Relaxed) + 1 >= MAXIMUM_SILENCE {
            self.close(Error::Connection("the broker answers nothing any more".to_owned()));
        }
        Error::Timeout
    }

    fn violated(&self, error: &dyn std::fmt::Display) -> Error {
        let reason = Error::Protocol(format!("what came is not an answer: {error}"));
        self.close(reason.clone());
        reason
    }

    pub(crate) fn is_open(&self) -> bool {
        self.guard.end().is_none()
    }

    pub(crate) fn close(&self, reason: Error) {
        self.guard.finish(reason);
    }
}

/// Keeps a connection's ttrpc client until none of its threads touches the socket any more. It
/// closes the socket when it is dropped, whatever they do, and they would go on with the number
/// that another file has by then.
fn keep(link: &Arc<Link>) -> Result<()> {
    let kept = Arc::clone(link);
    let started = thread::Builder::new().name("mayfly-keep".into()).spawn(move || {
        let rpc = locked(&kept.rpc).clone();
        // The guard keeps this call to itself: it ends when the thread that receives has.
        let _ = rpc.request(ttrpc::Request::new());
        if !kept.guard.has_keeper() {
            // The connection ended before the call was sent: that thread is about to see it.
            thread::sleep(FAREWELL);
        }
        // Whoever still has the connection finds it closed.
        while Arc::strong_count(&kept) > 1 {
            thread::sleep(KEEPER_PAUSE);
        }
        // Calls are sent in their order: when this one has failed, the thread that sends is idle.
        let mut farewell = ttrpc::Request::new();
        farewell.set_timeout_nano(FAREWELL.as_nanos() as i64);
        let _ = rpc.request(farewell);
    });
    started.map(|_| ()).map_err(|error| {
        let error = Error::Connection(format!("no connection can be made: {error}"));
        link.close(error.clone());
        error
    })
}

/// A connected socket. Where the broker's queue is full it waits no longer than the timeout.
pub(crate) fn dial(path: &Path, timeout: Duration) -> Result<UnixStream> {
    connected(path, timeout).map_err(|error| no_broker(path, &error))
}

fn connected(path: &Path, timeout: Duration) -> io::Result<UnixStream> {
    let flags = SockFlag::SOCK_CLOEXEC;
    let descriptor: RawFd = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    // SAFETY: the descriptor was made just now, and nobody else knows it.
    let stream = unsafe { UnixStream::from_raw_fd(descriptor) };
    let milliseconds = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX).max(1);
    setsockopt(descriptor, sockopt::SendTimeout, &TimeVal::milliseconds(milliseconds))?;
    connect(descriptor, &UnixAddr::new(path)?)?;
    stream.set_write_timeout(None)?;
    Ok(stream)
}

fn no_broker(path: &Path, error: &io::Error) -> Error {
    Error::Connection(format!("no broker can be reached at {}: {error}", path.display()))
}

pub(crate) fn encoded(message: &impl Message) -> Result<Vec<u8>> {
    message
        .write_to_bytes()
        .map_err(|error| Error::InvalidRequest(format!("the request cannot be encoded: {error}")))
}
