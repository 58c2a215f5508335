//! What the end of a socket, or of the attempt to open one, means as an error.

use tokio_tungstenite::tungstenite;

use crate::{
    envelope,
    error::{Error, ErrorKind},
};

/// A handshake that was answered with something else than the upgrade.
pub(super) fn refusal(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Http(response) => {
            let status = response.status().as_u16();
            let body = response.body().as_deref().unwrap_or_default();
            match envelope::open::<serde::de::IgnoredAny>(status, response.headers(), body) {
                Err(error) => error,
                Ok(_) => Error::new(
                    ErrorKind::Server,
                    "the platform answered the stream's upgrade with a plain reply; a proxy may not support WebSockets",
                )
                .with_http_status(status),
            }
        }
        other => broken(other),
    }
}

/// A socket that broke, or a peer that broke the protocol.
pub(super) fn broken(error: tungstenite::Error) -> Error {
    let reason = match &error {
        tungstenite::Error::Capacity(what) => format!("the platform sent too large a message: {what}"),
        tungstenite::Error::Io(what) => format!("the stream's connection broke: {what}"),
        // The texts of the others hold no URL and no header.
        other => format!("the stream broke: {other}"),
    };
    Error::new(ErrorKind::Connection, reason).with_source(error)
}

/// A socket that the platform closed.
pub(super) fn closed_by_peer(frame: Option<tungstenite::protocol::CloseFrame>) -> Error {
    let reason = match frame {
        Some(frame) => format!("the platform closed the stream ({}: {})", frame.code, frame.reason),
        None => "the platform closed the stream".to_owned(),
    };
    Error::new(ErrorKind::Connection, reason)
}
