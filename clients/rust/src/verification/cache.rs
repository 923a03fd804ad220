use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use super::VerifiedToken;
use crate::revocations::{names_of, RevocationDigest, RevocationSet};
use crate::sync::{reading, writing};

/// Of the base64url text of a signature, at the end of every token.
const SIGNATURE_CHARACTERS: usize = 86;
/// Of all tokens of one generation: what they were made into takes a few times as much.
const MAXIMUM_GENERATION_BYTES: usize = 8 << 20;

/// A token that was verified, with what its life hangs on.
pub(super) struct CachedToken {
    token: String,
    pub(super) verified: Arc<VerifiedToken>,
    names: Vec<RevocationDigest>,
    /// The version of the revocations in which the token was last found alive; 0 for none.
    alive_in: AtomicU64,
}

impl CachedToken {
    pub(super) fn new(token: &str, verified: VerifiedToken) -> Self {
        Self {
            token: token.to_owned(),
            names: names_of(&verified),
            verified: Arc::new(verified),
            alive_in: AtomicU64::new(0),
        }
    }

    /// Looks only where something has changed since the last look.
    pub(super) fn is_revoked(&self, ended: &RevocationSet) -> bool {
        let version = ended.version();
        if self.alive_in.load(Ordering::Relaxed) == version {
            return false;
        }
        let is_revoked = ended.revokes_names(&self.verified, &self.names);
        if !is_revoked {
            self.alive_in.store(version, Ordering::Relaxed);
        }
        is_revoked
    }

    fn signature(&self) -> &str {
        signature_of(&self.token).unwrap_or_default()
    }
}

fn signature_of(token: &str) -> Option<&str> {
    token.len().checked_sub(SIGNATURE_CHARACTERS).and_then(|start| token.get(start..))
}

/// Remembers verified tokens by their signature, in two generations, of which the older is
/// forgotten as a whole: its memory is bounded, and a hit writes nothing but what moves up.
pub(super) struct TokenCache {
    capacity: usize,
    generations: RwLock<Generations>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<String, Arc<CachedToken>>,
    old: HashMap<String, Arc<CachedToken>>,
    young_bytes: usize,
}

impl TokenCache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, generations: RwLock::default() }
    }

    /// `None` where this very token, to the last byte, is not there.
    pub(super) fn get(&self, token: &str) -> Option<Arc<CachedToken>> {
        let signature = signature_of(token)?;
        let generations = reading(&self.generations);
        let young = generations.young.get(signature);
        let is_young = young.is_some();
        let entry = young.or_else(|| generations.old.get(signature)).cloned();
        drop(generations);
        let entry = entry.filter(|entry| entry.token == token)?;
        if !is_young {
            self.add(Arc::clone(&entry));
        }
        Some(entry)
    }

    pub(super) fn add(&self, entry: Arc<CachedToken>) {
        let mut generations = writing(&self.generations);
        let is_full = generations.young.len() >= (self.capacity + 1) / 2
            || generations.young_bytes >= MAXIMUM_GENERATION_BYTES;
        if is_full {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        let bytes = entry.token.len();
        if generations.young.insert(entry.signature().to_owned(), entry).is_none() {
            generations.young_bytes += bytes;
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let generations = reading(&self.generations);
        generations.young.len() + generations.old.len()
    }
}
