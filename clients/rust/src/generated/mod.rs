//! The protocol's messages, written by generate.sh; never edited.

// What a compiler or a linter says of it is the generator's affair.
#![allow(warnings, clippy::all)]

pub mod agents;
pub mod apps;
pub mod error_details;
pub mod grants;
pub mod operator;
pub mod trust;
