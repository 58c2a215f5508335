//! Faults that take the place of an answer, or change one.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::Value;

use super::{FaultKind, Spot, mutate};
use crate::envelope::{ApiError, EnvelopeCode, coded};
use crate::server::Wire;
use crate::state::Shared;

/// Names of the faults that struck, for the journal.
pub(crate) type Struck = Vec<&'static str>;

/// Applies the faults that strike before a request is looked at. Returns the answer that replaces the real one,
/// if any does. `wire` is the connection the request came on.
pub(crate) async fn before(shared: &Shared, wire: &Wire, path: &str, struck: &mut Struck) -> Option<Response> {
    for fault in shared.faults.strike(Spot::Request, path, None) {
        struck.push(fault.name());
        match fault {
            FaultKind::Slow { delay_ms } => tokio::time::sleep(Duration::from_millis(delay_ms)).await,
            FaultKind::ExpireTokens {} => shared.tokens.expire_all(),
            FaultKind::RevokeTokens {} => shared.tokens.revoke_all(),
            other => return replacement(other, wire),
        }
    }
    None
}

/// The answer a fault puts in the place of the real one.
fn replacement(fault: FaultKind, wire: &Wire) -> Option<Response> {
    Some(match fault {
        FaultKind::Error {
            status,
            code,
            message,
            details,
            retry_after_seconds,
        } => {
            let mut error = ApiError::new(
                status,
                code,
                message.unwrap_or_else(|| "a fault was asked for".to_owned()),
            );
            if let Some(details) = details {
                error = error.details(details);
            }
            if let Some(seconds) = retry_after_seconds {
                error = error.retry_after(seconds);
            }
            error.into_response()
        }
        FaultKind::Html { status } => {
            let status = status_of(status);
            let page = format!(
                "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
                 <hr><center>edge-proxy</center>\r\n</body>\r\n</html>\r\n"
            );
            (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
        FaultKind::Empty { status } => status_of(status).into_response(),
        FaultKind::Truncated { status } => truncated(status_of(status)),
        FaultKind::NotJson {} => {
            let body = r#"{"code":0,"message":"success","data":{"items":[{"site_id":"si"#;
            (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        FaultKind::Drop {} => {
            wire.cut();
            // The connection's task ends on the cut and never asks for this body.
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        _ => return None,
    })
}

/// A body that promises more than it brings.
fn truncated(status: StatusCode) -> Response {
    const START: &[u8] = br#"{"code":0,"message":"success","data":{"ite"#;
    let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(START))]);
    let cut = stream::once(async {
        // Long enough for the first part to leave on its own.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(std::io::Error::other("cut in the middle, as asked for"))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(begun, cut));
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("4096"));
    response
}

/// Applies the faults that concern any answer of the platform, good or bad.
pub(crate) async fn envelope(
    shared: &Shared,
    wire: &Wire,
    path: &str,
    response: Response,
    struck: &mut Struck,
) -> Response {
    let Some(EnvelopeCode(code)) = response.extensions().get().copied() else {
        return response;
    };
    let faults = shared.faults.strike(Spot::Answer, path, None);
    struck.extend(faults.iter().map(FaultKind::name));
    if faults.contains(&FaultKind::LostAnswer {}) {
        wire.cut();
    }
    if !faults.contains(&FaultKind::MissingMessage {}) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    if let Some(fields) = value.as_object_mut() {
        fields.remove("message");
    }
    // The rest of the head stays: a waiting time, for example.
    head.headers.remove(header::CONTENT_LENGTH);
    head.extensions.insert(EnvelopeCode(code));
    Response::from_parts(head, Body::from(value.to_string()))
}

/// Applies the faults that change a successful answer.
pub(crate) async fn after(shared: &Shared, path: &str, response: Response, struck: &mut Struck) -> Response {
    if response.status() != StatusCode::OK
        || response
            .extensions()
            .get::<EnvelopeCode>()
            .is_none_or(|code| code.0 != 0)
    {
        return response;
    }
    let device = path.strip_prefix("/operator/devices/");
    let faults = shared.faults.strike(Spot::Reply, path, device);
    if faults.is_empty() {
        return response;
    }
    struck.extend(faults.iter().map(FaultKind::name));
    let Ok(bytes) = to_bytes(response.into_body(), usize::MAX).await else {
        return ApiError::new(500, 9001, "the answer could not be read back").into_response();
    };
    let Ok(mut body) = serde_json::from_slice::<Value>(&bytes) else {
        return ApiError::new(500, 9001, "the answer is not JSON").into_response();
    };
    for fault in faults {
        match fault {
            FaultKind::UnknownState { state, .. } => mutate::unknown_state(&mut body, &state),
            FaultKind::UnknownFields {} => mutate::unknown_fields(&mut body),
            _ => {}
        }
    }
    coded(StatusCode::OK, 0, &body)
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
