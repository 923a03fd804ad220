//! The protocol's messages, written by generate.sh; never edited.

// The generator names lints that later compilers have dropped.
#![allow(renamed_and_removed_lints)]
// Files refer to each other as siblings.
#![allow(unused_imports)]

pub mod agents;
pub mod apps;
pub mod error_details;
pub mod grants;
pub mod operator;
pub mod trust;
