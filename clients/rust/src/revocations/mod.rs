//! What has ended before its expiry: the broker's stream of ends, and who remembers it.

mod follower;
mod set;
mod stream;

pub use follower::{FollowOptions, RevocationFollower};
pub(crate) use set::names_of;
pub use set::{RevocationDigest, RevocationLevel, RevocationSet};
pub use stream::{RevocationBatch, RevocationStream};
