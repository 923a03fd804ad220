//! Stands between the published ttrpc client and the broker, and only lets through the frames that
//! a broker may send at that moment: that client takes what stands behind a frame that is too long
//! for the next frame, and is silent about answers that nobody waits for.

use std::collections::HashSet;
use std::io::{self, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::error::{violation, Error};
use crate::frames::{read_frame, read_header, Header, RESPONSE};
use crate::sync::locked;

/// How many calls may be without an answer: far more than a broker lets be under way, and a bound for
/// what one that answers only some of them leaves behind.
const MAXIMUM_WAITING: usize = 65_536;

/// Two sockets, and a thread for each direction between them.
pub(crate) struct Guard {
    broker: UnixStream,
    client: UnixStream,
    state: Mutex<State>,
    has_keeper: AtomicBool,
}

#[derive(Default)]
struct State {
    /// Streams that were begun and not answered.
    waiting: HashSet<u32>,
    end: Option<Error>,
}

impl Guard {
    /// Gives the end that the ttrpc client takes.
    pub(crate) fn start(broker: UnixStream) -> io::Result<(Arc<Self>, UnixStream)> {
        let (client, end) = UnixStream::pair()?;
        let guard = Arc::new(Self {
            broker,
            client,
            state: Mutex::default(),
            has_keeper: AtomicBool::new(false),
        });
        let outbound = Arc::clone(&guard);
        thread::Builder::new().name("mayfly-send".into()).spawn(move || {
            let end = outbound.forward_requests();
            outbound.finish(end);
        })?;
        let inbound = Arc::clone(&guard);
        let started = thread::Builder::new().name("mayfly-receive".into()).spawn(move || {
            let end = inbound.forward_answers();
            inbound.finish(end);
        });
        if let Err(error) = started {
            guard.finish(lost(&error));
            return Err(error);
        }
        Ok((guard, end))
    }

    /// Why the connection has ended; `None` where it has not.
    pub(crate) fn end(&self) -> Option<Error> {
        locked(&self.state).end.clone()
    }

    /// Whether the keeper's call is under way, so that it ends when nothing is received any more.
    pub(crate) fn has_keeper(&self) -> bool {
        self.has_keeper.load(Ordering::Acquire)
    }

    /// Ends the connection; the first reason stays.
    pub(crate) fn finish(&self, reason: Error) {
        locked(&self.state).end.get_or_insert(reason);
        // Where they are shut down already there is nothing left to do.
        let _ = self.broker.shutdown(Shutdown::Both);
        let _ = self.client.shutdown(Shutdown::Both);
    }

    fn forward_requests(&self) -> Error {
        let mut source = BufReader::new(&self.client);
        loop {
            let frame = read_header(&mut source).and_then(|header| {
                let frame = read_frame(&mut source, header)?;
                Ok((header, frame))
            });
            let (header, frame) = match frame {
                Ok(frame) => frame,
                Err(error) => return lost(&error),
            };
            // No call has an empty request: this one stays in this process (`link::keep`).
            if header.length == 0 {
                self.has_keeper.store(true, Ordering::Release);
                continue;
            }
            let mut state = locked(&self.state);
            if state.waiting.len() >= MAXIMUM_WAITING {
                return Error::Connection("too many calls are without an answer".to_owned());
            }
            state.waiting.insert(header.stream);
            drop(state);
            if let Err(error) = (&self.broker).write_all(&frame) {
                return lost(&error);
            }
        }
    }

    fn forward_answers(&self) -> Error {
        let mut source = BufReader::new(&self.broker);
        loop {
            let header = match read_header(&mut source) {
                Ok(header) => header,
                Err(error) => return lost(&error),
            };
            if let Err(sentence) = self.check(header) {
                return violation(sentence);
            }
            let forwarded =
                read_frame(&mut source, header).and_then(|frame| (&self.client).write_all(&frame));
            if let Err(error) = forwarded {
                return lost(&error);
            }
        }
    }

    fn check(&self, header: Header) -> Result<(), &'static str> {
        if header.is_too_long() {
            return Err("a frame is longer than 4 MiB");
        }
        if header.kind != RESPONSE {
            return Err("a frame is not of the type of an answer");
        }
        if !locked(&self.state).waiting.remove(&header.stream) {
            return Err("an answer came on a stream on which nothing was asked");
        }
        Ok(())
    }
}

fn lost(error: &io::Error) -> Error {
    Error::Connection(format!("the connection was lost: {error}"))
}
