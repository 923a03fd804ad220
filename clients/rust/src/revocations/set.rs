use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::RwLock;
use std::time::{Duration, Instant};

use super::RevocationBatch;
use crate::chain::sha256;
use crate::sync::{reading, writing};
use crate::verification::VerifiedToken;

const DEFAULT_CAPACITY: usize = 500_000;
/// The broker's own default for the longest life there is, and a minute.
const DEFAULT_RETENTION: Duration = Duration::from_secs(24 * 60 * 60 + 60);

/// At which level an end is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationLevel {
    /// One token, by its `jti`.
    Token,
    /// One grant, by its id.
    Grant,
    /// An agent, by its SPIFFE ID: its own grant, and all that it holds.
    Agent,
    /// A task, as `task` of all orchestrations or as `orchestration/task`.
    Task,
    /// All that was delegated from one root, by the root's grant id.
    Chain,
}

impl RevocationLevel {
    fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Grant => "grant",
            Self::Agent => "agent",
            Self::Task => "task",
            Self::Chain => "chain",
        }
    }
}

/// What the stream of ends says instead of a name, so that names do not leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RevocationDigest(pub [u8; 32]);

impl RevocationDigest {
    /// SHA-256 of the level's word, a zero byte and the target (proto/PROTOCOL.md, "The stream of
    /// ends").
    pub fn new(level: RevocationLevel, target: &str) -> Self {
        Self(sha256(format!("{}\0{target}", level.word()).as_bytes()))
    }
}

/// Remembers ends in bounded memory, each for at least the retention: in two generations, of which
/// the older is forgotten as a whole. Any number of threads may use it.
#[derive(Debug)]
pub struct RevocationSet {
    capacity: usize,
    retention: Duration,
    ends: RwLock<Ends>,
    /// Counts changes, so that whoever looked at one needs to look again only after the next.
    version: AtomicU64,
}

#[derive(Debug)]
struct Ends {
    young: HashSet<RevocationDigest>,
    old: HashSet<RevocationDigest>,
    young_since: Instant,
    first_issue_at: u64,
}

impl Ends {
    fn knows(&self, digest: &RevocationDigest) -> bool {
        self.young.contains(digest) || self.old.contains(digest)
    }
}

impl RevocationSet {
    /// An empty one. `None` means 500,000 ends, about 50 bytes each, and 24 h and a minute: no less
    /// than the broker's longest life and a minute.
    pub fn new(capacity: Option<usize>, retention: Option<Duration>) -> Self {
        Self {
            capacity: capacity.unwrap_or(DEFAULT_CAPACITY),
            retention: retention.unwrap_or(DEFAULT_RETENTION),
            ends: RwLock::new(Ends {
                young: HashSet::new(),
                old: HashSet::new(),
                young_since: Instant::now(),
                first_issue_at: 0,
            }),
            version: AtomicU64::new(1),
        }
    }

    /// Takes in a batch; false where there is no room for it: then not every end is known.
    pub fn insert(&self, batch: &RevocationBatch) -> bool {
        self.insert_at(batch, Instant::now())
    }

    pub(super) fn insert_at(&self, batch: &RevocationBatch, now: Instant) -> bool {
        let mut ends = writing(&self.ends);
        if now.saturating_duration_since(ends.young_since) >= self.retention {
            ends.old = std::mem::take(&mut ends.young);
            ends.young_since = now;
        }
        if batch.first_issue_at.0 > ends.first_issue_at {
            ends.first_issue_at = batch.first_issue_at.0;
            self.version.fetch_add(1, Ordering::Release);
        }
        if ends.young.len() + ends.old.len() + batch.digests.len() > self.capacity {
            return false;
        }
        ends.young.extend(&batch.digests);
        if !batch.digests.is_empty() {
            self.version.fetch_add(1, Ordering::Release);
        }
        true
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut ends = writing(&self.ends);
        ends.young.clear();
        ends.old.clear();
        self.version.fetch_add(1, Ordering::Release);
    }

    /// How many ends are remembered.
    pub fn len(&self) -> usize {
        let ends = reading(&self.ends);
        ends.young.len() + ends.old.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an end was announced.
    pub fn contains(&self, level: RevocationLevel, target: &str) -> bool {
        reading(&self.ends).knows(&RevocationDigest::new(level, target))
    }

    /// Whether a token is dead: itself, its grant or one that it hangs on, an agent of its lineage,
    /// a task of theirs, its chain, or everything of its time. Of a token by reference only the
    /// broker knows the lineage: this sees the token and its grant.
    pub fn revokes(&self, token: &VerifiedToken) -> bool {
        self.revokes_names(token, &names_of(token))
    }

    pub(crate) fn revokes_names(&self, token: &VerifiedToken, names: &[RevocationDigest]) -> bool {
        let ends = reading(&self.ends);
        let is_of_earlier_boot =
            token.issued_at().map_or(false, |issued_at| issued_at.0 < ends.first_issue_at);
        is_of_earlier_boot || names.iter().any(|name| ends.knows(name))
    }

    /// Whether ends are remembered for as long as a token lives.
    pub(crate) fn covers(&self, token: &VerifiedToken) -> bool {
        token.issued_at().map_or(true, |issued_at| {
            token.expires_at().0.saturating_sub(issued_at.0) <= self.retention.as_secs()
        })
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }
}

/// The digests of all that a token's life hangs on.
pub(crate) fn names_of(token: &VerifiedToken) -> Vec<RevocationDigest> {
    use RevocationLevel::{Agent, Chain, Grant, Task, Token};
    let mut names = vec![
        RevocationDigest::new(Token, token.token_id()),
        RevocationDigest::new(Grant, token.grant_id()),
    ];
    if let Some(root) = token.lineage().first() {
        names.push(RevocationDigest::new(Chain, &root.grant_id));
    }
    for link in token.lineage() {
        let task = format!("{}/{}", link.orchestration, link.task);
        names.push(RevocationDigest::new(Agent, &link.agent_id));
        names.push(RevocationDigest::new(Task, &link.task));
        names.push(RevocationDigest::new(Task, &task));
        if link.grant_id != token.grant_id() {
            names.push(RevocationDigest::new(Grant, &link.grant_id));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(number: u8) -> RevocationBatch {
        RevocationBatch { digests: vec![RevocationDigest([number; 32])], ..Default::default() }
    }

    #[test]
    fn it_forgets_after_its_retention_and_holds_no_more_than_its_capacity() {
        let hour = Duration::from_secs(3600);
        let set = RevocationSet::new(Some(3), Some(hour));
        let start = reading(&set.ends).young_since;
        let knows = |number| reading(&set.ends).knows(&RevocationDigest([number; 32]));
        assert!(set.insert_at(&batch(1), start));
        assert!(set.insert_at(&batch(2), start + hour));
        assert!(set.insert_at(&batch(3), start + hour));
        assert!(!set.insert_at(&batch(4), start + hour), "there is room for a fourth");
        assert!(knows(1), "it was forgotten before its time");
        assert!(set.insert_at(&batch(5), start + 2 * hour));
        assert!(!knows(1) && knows(2) && knows(5));
    }
}
