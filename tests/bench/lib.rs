//! What the benches beside this file share.

pub mod baseline;
pub mod frames;
