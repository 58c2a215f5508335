//! The WebSocket handshake, on the server's side (RFC 6455, section 4.2).

use axum::body::Body;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// The server's end of an open WebSocket.
pub(crate) type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// A handshake that can be accepted.
pub(crate) struct Handshake {
    accept: String,
    connection: OnUpgrade,
}

impl Handshake {
    /// `None` if the request is no WebSocket handshake.
    pub(crate) fn of(headers: &HeaderMap, connection: Option<OnUpgrade>) -> Option<Self> {
        let names = |header: HeaderName, wanted: &str| {
            let value = headers
                .get(header)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            value.split(',').any(|word| word.trim().eq_ignore_ascii_case(wanted))
        };
        let asked = names(CONNECTION, "upgrade") && names(UPGRADE, "websocket") && names(SEC_WEBSOCKET_VERSION, "13");
        let key = headers.get(SEC_WEBSOCKET_KEY)?;
        let accept = derive_accept_key(key.as_bytes());
        asked.then_some(Self {
            accept,
            connection: connection?,
        })
    }

    /// The answer that opens the socket. When it is open, `serve` gets it, in a task of its own.
    pub(crate) fn accept<F>(
        self,
        largest_message: usize,
        serve: impl FnOnce(WebSocket) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let Self { accept, connection } = self;
        tokio::spawn(async move {
            // A connection that broke before it was upgraded has nobody left to serve.
            let Ok(upgraded) = connection.await else { return };
            let config = WebSocketConfig::default().max_message_size(Some(largest_message));
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            serve(socket).await;
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let fields = [
            (CONNECTION, "upgrade"),
            (UPGRADE, "websocket"),
            (SEC_WEBSOCKET_ACCEPT, accept.as_str()),
        ];
        for (name, text) in fields {
            // All three are plain ASCII, the last one base64.
            if let Ok(value) = text.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
