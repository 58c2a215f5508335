//! What happens around every request: its id, its journal entry, and the faults that strike it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::api::auth;
use crate::envelope::{ApiError, EnvelopeCode, REQUEST_ID};
use crate::faults::apply;
use crate::journal::{JournalEvent, RequestEntry, redact, redact_json};
use crate::quirks::dress::dress;
use crate::server::Wire;
use crate::state::Shared;
use crate::tokens::{Holder, fingerprint};

/// Largest body that is looked at (bytes).
const LARGEST_BODY: usize = 256 * 1024;

/// Travels with a response (as an extension): the client a request turned out to be from.
#[derive(Clone)]
pub(crate) struct Caller(pub(crate) String);

/// Travels with a response (as an extension): the fault that struck inside a handler.
#[derive(Clone, Copy)]
pub(crate) struct StruckInside(pub(crate) &'static str);

/// The middleware.
pub(crate) async fn front(
    State(shared): State<Arc<Shared>>,
    Extension(wire): Extension<Wire>,
    request: Request,
    next: Next,
) -> Response {
    let number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let request_id = format!("req_{number:08x}{:08x}", rand::random::<u32>());
    let Some(path) = request.uri().path().strip_prefix("/v1").map(str::to_owned) else {
        // The sandbox's own controls are neither written down nor disturbed.
        return identified(next.run(request).await, &request_id);
    };
    let mut noted = Noted::new(Arc::clone(&shared), &wire, &request, &request_id);
    let (request, body) = match keep_body(request, &path).await {
        Ok((request, body)) => (Some(request), body),
        Err(()) => (None, None),
    };
    noted.entry.body = body;
    let mut struck = Vec::new();
    let response = match (apply::before(&shared, &wire, &path, &mut struck).await, request) {
        (Some(response), _) => response,
        // Half a command must never pass for one without fields.
        (None, None) => ApiError::invalid("body", Value::Null).into_response(),
        (None, Some(request)) => {
            let response = next.run(request).await;
            struck.extend(response.extensions().get::<StruckInside>().map(|fault| fault.0));
            apply::after(&shared, &path, response, &mut struck).await
        }
    };
    let response = dress(&shared.quirks(), response).await;
    let response = apply::envelope(&shared, &wire, &path, response, &mut struck).await;
    noted.entry.faults = struck;
    if wire.is_cut() {
        drop(noted);
        // The connection's task is about to drop this one; an answer must not get ahead of it.
        std::future::pending::<()>().await;
    } else {
        noted.answered(&response);
    }
    identified(response, &request_id)
}

/// Reads the body of a control call or of a charger's call, for the journal, and puts it back. Fails when it is too long or breaks off.
async fn keep_body(request: Request, path: &str) -> Result<(Request, Option<Value>), ()> {
    let wanted = ["/operator/devices/", "/operator/control/", "/device/"];
    if request.method() != Method::POST || !wanted.iter().any(|prefix| path.starts_with(prefix)) {
        return Ok((request, None));
    }
    let (head, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST_BODY).await.map_err(|_| ())?;
    let kept = serde_json::from_slice(&bytes).ok().map(redact_json);
    Ok((Request::from_parts(head, Body::from(bytes)), kept))
}

fn identified(mut response: Response, request_id: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The journal entry of a request. It is written when this is dropped, so also when the client goes away in the
/// middle.
struct Noted {
    shared: Arc<Shared>,
    started: Instant,
    entry: RequestEntry,
}

impl Noted {
    fn new(shared: Arc<Shared>, wire: &Wire, request: &Request, request_id: &str) -> Self {
        let token = auth::presented(request.headers(), request.uri());
        let holder = token
            .as_deref()
            .and_then(|token| shared.tokens.check(token, shared.clock.now()).ok());
        let entry = RequestEntry {
            request_id: request_id.to_owned(),
            connection: wire.number(),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(redact),
            http_version: format!("{:?}", request.version()),
            user_agent: text(request.headers(), header::USER_AGENT),
            client_id: holder.map(Holder::into_id),
            token: token.as_deref().map(fingerprint),
            ..RequestEntry::default()
        };
        Self {
            shared,
            started: Instant::now(),
            entry,
        }
    }

    fn answered(&mut self, response: &Response) {
        self.entry.status = Some(response.status().as_u16());
        self.entry.code = response.extensions().get::<EnvelopeCode>().map(|code| code.0);
        if let Some(Caller(client_id)) = response.extensions().get::<Caller>() {
            self.entry.client_id = Some(client_id.clone());
        }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        let mut entry = std::mem::take(&mut self.entry);
        entry.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.shared
            .journal
            .write(self.shared.clock.now(), JournalEvent::Request(entry));
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}
