use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protobuf::Message;

use super::RevocationDigest;
use crate::client::Client;
use crate::error::{violation, Error, Refusal, Result};
use crate::frames::{
    read_frame, read_header, Header, DATA, HEADER_BYTES, LAST_REQUEST, REQUEST, RESPONSE,
};
use crate::generated::trust::{WatchRevocationsRequest, WatchRevocationsResponse};
use crate::link::{dial, encoded, TRUST};
use crate::time::UnixTime;

/// The broker sends a heartbeat every 5 s without an end.
const SILENCE_LIMIT: Duration = Duration::from_secs(15);
const STREAM: u32 = 1;

/// What one message of the stream of ends says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevocationBatch {
    /// Of its last digest: where a stream goes on behind it.
    pub position: u64,
    /// What ended; none in a heartbeat.
    pub digests: Vec<RevocationDigest>,
    /// Tokens issued before this are dead.
    pub first_issue_at: UnixTime,
    /// Ends before this batch were lost to this stream.
    pub has_gap: bool,
    /// Every end that was acknowledged before the stream was asked for has been sent.
    pub is_current: bool,
}

/// Every end before expiry, batch by batch, for one reader. It has a connection of its own: the
/// published ttrpc knows no streams. It does not end by itself, but with an error, and where its
/// reader is too slow the broker cuts it: go on from the last position that was handled.
#[derive(Debug)]
pub struct RevocationStream {
    connection: UnixStream,
    is_closed: Arc<AtomicBool>,
}

/// Ends a stream from another thread.
pub(super) struct StreamEnd {
    connection: UnixStream,
    is_closed: Arc<AtomicBool>,
}

impl StreamEnd {
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        // Where it is shut down already there is nothing left to do.
        let _ = self.connection.shutdown(Shutdown::Both);
    }
}

impl Client {
    /// Follows the stream of ends from behind a position on; 0 asks for everything that can still
    /// matter. Needs no app.
    ///
    /// # Errors
    ///
    /// `Connection`, and [`Error::Closed`] where the client is.
    pub fn watch_revocations(&self, after: u64) -> Result<RevocationStream> {
        let options = self.options();
        let connection = dial(self.socket()?, options.connect_timeout)?;
        let stream = RevocationStream { connection, is_closed: Arc::default() };
        let asked = stream
            .connection
            .set_write_timeout(Some(options.call_timeout.max(Duration::from_millis(1))))
            .and_then(|()| (&stream.connection).write_all(&request(after)?));
        asked.map_err(|error| stream.lost(&error))?;
        Ok(stream)
    }
}

fn request(after: u64) -> io::Result<Vec<u8>> {
    let mut message = WatchRevocationsRequest::new();
    message.set_after_position(after);
    let mut envelope = ttrpc::Request::new();
    envelope.set_service(TRUST.to_owned());
    envelope.set_method("WatchRevocations".to_owned());
    let other = |error| io::Error::new(io::ErrorKind::Other, error);
    envelope.set_payload(encoded(&message).map_err(other)?);
    let data = encoded(&envelope).map_err(other)?;
    let header = Header { length: data.len(), stream: STREAM, kind: REQUEST, flags: LAST_REQUEST };
    Ok([&header.bytes()[..], &data].concat())
}

impl RevocationStream {
    /// Waits for the next batch, 15 s at most: the broker is never silent for as long.
    ///
    /// # Errors
    ///
    /// What the stream ended with: `Refused`, for example with `WATCHERS_EXHAUSTED` or
    /// `SHUTTING_DOWN`; `Connection`, [`Error::Timeout`], `Protocol` and [`Error::Closed`].
    pub fn next_batch(&mut self) -> Result<RevocationBatch> {
        let read = self.read();
        if read.is_err() {
            // After an error nothing can follow.
            let _ = self.connection.shutdown(Shutdown::Both);
        }
        read
    }

    fn read(&self) -> Result<RevocationBatch> {
        let mut source =
            Patient { stream: &self.connection, deadline: Instant::now() + SILENCE_LIMIT };
        let header = read_header(&mut source).map_err(|error| self.lost(&error))?;
        if header.is_too_long() {
            return Err(violation("a frame is longer than 4 MiB"));
        }
        if header.stream != STREAM || !matches!(header.kind, RESPONSE | DATA) {
            return Err(violation("a frame belongs to no stream of ends"));
        }
        let frame = read_frame(&mut source, header).map_err(|error| self.lost(&error))?;
        let data = &frame[HEADER_BYTES..];
        match header.kind {
            DATA => batch(data),
            _ => Err(end(data)),
        }
    }

    pub(super) fn end(&self) -> io::Result<StreamEnd> {
        let connection = self.connection.try_clone()?;
        Ok(StreamEnd { connection, is_closed: Arc::clone(&self.is_closed) })
    }

    fn lost(&self, error: &io::Error) -> Error {
        match error.kind() {
            _ if self.is_closed.load(Ordering::Acquire) => Error::Closed,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Error::Timeout,
            _ => Error::Connection(format!("the connection was lost: {error}")),
        }
    }
}

fn batch(data: &[u8]) -> Result<RevocationBatch> {
    let message = WatchRevocationsResponse::parse_from_bytes(data)
        .map_err(|_| violation("what came is not a batch of ends"))?;
    let digests = message.get_digests().iter();
    Ok(RevocationBatch {
        position: message.get_position(),
        digests: digests
            .map(|digest| digest.as_slice().try_into().map(RevocationDigest))
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| violation("a digest is 32 bytes"))?,
        first_issue_at: UnixTime(message.get_first_issue_at()),
        has_gap: message.get_gap(),
        is_current: message.get_current(),
    })
}

/// Why the broker ended the stream.
fn end(data: &[u8]) -> Error {
    match ttrpc::Response::parse_from_bytes(data) {
        Err(_) => violation("what came is not an answer"),
        Ok(answer) => match Refusal::read(answer.get_status()) {
            Some(refusal) => Error::Refused(refusal),
            None => Error::Connection("the broker ended the stream".to_owned()),
        },
    }
}

/// A socket that is read until a deadline, whatever comes in between.
struct Patient<'a> {
    stream: &'a UnixStream,
    deadline: Instant,
}

impl Read for Patient<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(remaining))?;
        self.stream.read(bytes)
    }
}
