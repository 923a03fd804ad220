use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::chain::{sha256, Bytes32};
use crate::error::{violation, Result};
use crate::keys::KeyPair;
use crate::sync::locked;

/// What the proofs of one connection are over, and the broker's clock. It dies with the connection.
pub(crate) struct Session {
    pub(crate) issuer: String,
    pub(crate) challenge: Bytes32,
    issuer_digest: Bytes32,
    /// The last number given to a proof.
    sequence: AtomicU64,
    clock: Mutex<Clock>,
}

#[derive(Clone, Copy)]
struct Clock {
    milliseconds: u64,
    read_at: Instant,
}

impl Session {
    pub(crate) fn new(issuer: &str, challenge: &[u8], milliseconds: u64) -> Result<Self> {
        let challenge = challenge.try_into().map_err(|_| violation("a challenge is 32 bytes"))?;
        Ok(Self {
            issuer: issuer.to_owned(),
            challenge,
            issuer_digest: sha256(issuer.as_bytes()),
            sequence: AtomicU64::new(0),
            clock: Mutex::new(Clock { milliseconds, read_at: Instant::now() }),
        })
    }

    pub(crate) fn set_clock(&self, milliseconds: u64) {
        *locked(&self.clock) = Clock { milliseconds, read_at: Instant::now() };
    }

    /// The broker's clock in seconds, as far as can be told from when it last said.
    pub(crate) fn now(&self) -> u64 {
        let clock = *locked(&self.clock);
        let now = Duration::from_millis(clock.milliseconds) + clock.read_at.elapsed();
        now.as_secs()
    }

    /// Each number once, from 1.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Signs a body, which holds the same number (proto/PROTOCOL.md, "What is signed").
    pub(crate) fn prove(
        &self,
        purpose: &str,
        sequence: u64,
        body: &[u8],
        key: &KeyPair,
    ) -> Vec<u8> {
        let mut message = format!("mayfly/v1/{purpose}\0").into_bytes();
        message.extend_from_slice(&self.issuer_digest);
        message.extend_from_slice(&self.challenge);
        message.extend_from_slice(&sequence.to_be_bytes());
        message.extend_from_slice(&sha256(body));
        key.sign(&message)
    }
}
