use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::stream::StreamEnd;
use super::RevocationSet;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::sync::locked;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// After more ends than there is room for: the broker sends all that matter again.
const OVERFLOW_PAUSE: Duration = Duration::from_secs(60);

/// Bounds what a follower remembers.
#[derive(Clone, Debug, Default)]
pub struct FollowOptions {
    /// Ends that are remembered; `None` means 500,000, about 50 bytes each. With more, nothing
    /// counts as known until the broker has sent all that matter again.
    pub capacity: Option<usize>,
    /// No less than the broker's longest life and a minute; `None` means 24 h and a minute, the
    /// broker's default. Tokens that live longer are for the broker to judge.
    pub retention: Option<Duration>,
}

/// Follows the broker's stream of ends and remembers them, on a thread of its own: it connects
/// again when the stream is lost, from where it was. It knows until when it has heard everything.
/// It ends when it is dropped.
pub struct RevocationFollower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    ended: RevocationSet,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// `None` where something is missing.
    known_until: Option<Instant>,
    stream: Option<StreamEnd>,
    is_closed: bool,
}

/// How one stream ended.
#[derive(PartialEq, Eq)]
enum Outcome {
    Nothing,
    Something,
    TooMuch,
}

impl Client {
    /// Starts to follow the stream of ends.
    ///
    /// # Errors
    ///
    /// `Connection` where no thread can be made.
    pub fn follow_revocations(&self, options: &FollowOptions) -> Result<RevocationFollower> {
        let shared = Arc::new(Shared::new(options));
        let (client, following) = (self.clone(), Arc::clone(&shared));
        let thread = thread::Builder::new()
            .name("mayfly-follow".into())
            .spawn(move || following.run(&client))
            .map_err(|error| Error::Connection(format!("no thread can be made: {error}")))?;
        Ok(RevocationFollower { shared, thread: Some(thread) })
    }
}

impl RevocationFollower {
    /// The ends that it knows of.
    pub fn ended(&self) -> &RevocationSet {
        &self.shared.ended
    }

    /// For how long it may have missed something; `Duration::MAX` before it has caught up.
    pub fn staleness(&self) -> Duration {
        let known_until = locked(&self.shared.state).known_until;
        known_until.map_or(Duration::MAX, |time| time.elapsed())
    }

    /// Waits until it has heard of every end that was there when it began.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`].
    pub fn wait_until_caught_up(&self, timeout: Duration) -> Result<()> {
        let is_behind = |state: &mut State| state.known_until.is_none();
        let (_state, waited) = self
            .shared
            .changed
            .wait_timeout_while(locked(&self.shared.state), timeout, is_behind)
            .unwrap_or_else(PoisonError::into_inner);
        match waited.timed_out() {
            true => Err(Error::Timeout),
            false => Ok(()),
        }
    }

    #[cfg(test)]
    pub(crate) fn without_broker(options: &FollowOptions, known_until: Option<Instant>) -> Self {
        let shared = Arc::new(Shared::new(options));
        locked(&shared.state).known_until = known_until;
        Self { shared, thread: None }
    }
}

impl Drop for RevocationFollower {
    fn drop(&mut self) {
        let mut state = locked(&self.shared.state);
        state.is_closed = true;
        if let Some(stream) = state.stream.take() {
            stream.close();
        }
        drop(state);
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It has nothing to panic about; and if it did, there is nobody left to be told.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn new(options: &FollowOptions) -> Self {
        Self {
            ended: RevocationSet::new(options.capacity, options.retention),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn run(&self, client: &Client) {
        let mut position = 0;
        let mut pause = FIRST_PAUSE;
        loop {
            pause = match self.follow(client, &mut position) {
                Outcome::Something => FIRST_PAUSE,
                Outcome::Nothing => (pause * 2).min(LONGEST_PAUSE),
                Outcome::TooMuch => OVERFLOW_PAUSE,
            };
            let state = locked(&self.state);
            let (mut state, _) = self
                .changed
                .wait_timeout_while(state, pause, |state| !state.is_closed)
                .unwrap_or_else(PoisonError::into_inner);
            if state.is_closed {
                return;
            }
            state.stream = None;
        }
    }

    fn follow(&self, client: &Client, position: &mut u64) -> Outcome {
        let mut stream = match client.watch_revocations(*position) {
            Ok(stream) => stream,
            Err(_) => return Outcome::Nothing,
        };
        match (stream.end(), &mut *locked(&self.state)) {
            (Ok(end), state) if !state.is_closed => state.stream = Some(end),
            _ => return Outcome::Nothing,
        }
        let mut outcome = Outcome::Nothing;
        let mut is_current = false;
        // With an error what is known grows old, and the next stream may do better.
        while let Ok(batch) = stream.next_batch() {
            if batch.has_gap {
                self.forget(position);
                return Outcome::Something;
            }
            if !self.ended.insert(&batch) {
                self.forget(position);
                return Outcome::TooMuch;
            }
            *position = batch.position.max(*position);
            is_current |= batch.is_current;
            if is_current {
                locked(&self.state).known_until = Some(Instant::now());
                self.changed.notify_all();
            }
            outcome = Outcome::Something;
        }
        outcome
    }

    /// Something is missing, and only a stream from the beginning has it.
    fn forget(&self, position: &mut u64) {
        locked(&self.state).known_until = None;
        self.ended.clear();
        *position = 0;
    }
}
