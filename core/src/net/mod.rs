//! Bytes in, bytes out: TLS, dialling and HTTP, shared by authentication, REST and the stream.

pub(crate) mod dial;
pub mod http;
pub(crate) mod pins;
pub(crate) mod proxy;
pub(crate) mod tls;
