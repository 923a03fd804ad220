//! Verifies tokens and the delegations in them with nothing but the broker's public keys, as
//! proto/PROTOCOL.md, "Verified offline", has it. It does no I/O and knows no clock.

pub(crate) mod base64;
mod canonical;
mod claims;
pub(crate) mod holding;
pub(crate) mod hop;
mod json;
mod refusal;
mod root;
mod verify;
mod walk;
pub(crate) mod words;

pub(crate) use refusal::Refusal;
pub(crate) use verify::{check_times, verify, Key, Times, Verified};

/// 32 bytes: a key, a digest or a challenge.
pub(crate) type Bytes32 = [u8; 32];

pub(crate) fn sha256(bytes: &[u8]) -> Bytes32 {
    let mut digest = [0; 32];
    digest.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    digest
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
