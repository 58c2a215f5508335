//! What a broken or hostile peer may send: each has a bound in time and memory, and ends in a clear error.

mod bodies;
mod certificates;
mod clocks;
mod crowd;
mod heads;
mod peer;
mod redirects;
mod sockets;
