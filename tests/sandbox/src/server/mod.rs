//! Sockets: listening, TLS, and control over single connections.

mod accept;
mod certificate;
mod certificate_files;
mod wire;

pub(crate) use accept::serve;
pub(crate) use certificate::{Certificate, TlsFiles};
pub(crate) use wire::Wire;
