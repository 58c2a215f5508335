//! What the benchmarks share: frames that are the same for everybody, a server that pushes them at little cost, and a
//! checksum that tells whether everybody has read the same.

pub mod baseline;
pub mod checksum;
pub mod contender;
pub mod frames;
pub mod load;
pub mod measure;
pub mod scenario;
pub mod sdk;
pub mod server;
pub mod tls;
