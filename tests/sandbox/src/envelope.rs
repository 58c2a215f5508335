//! The shape of every answer: `{code, message, data}`, or `{code, message, details}` for errors.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// Name of the header that identifies one answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Travels with a response (as an extension) so that the journal can note the code without parsing the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EnvelopeCode(pub(crate) u32);

/// A successful answer around `data`.
pub(crate) fn success(data: impl Serialize) -> Response {
    answered("success", data)
}

/// A successful answer with a text of its own.
pub(crate) fn answered(message: &str, data: impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Success<'a, T> {
        code: u32,
        message: &'a str,
        data: T,
    }
    coded(StatusCode::OK, 0, &Success { code: 0, message, data })
}

/// A successful answer without any data.
pub(crate) fn bare(message: &str) -> Response {
    coded(StatusCode::OK, 0, &json!({ "code": 0, "message": message }))
}

/// A JSON answer that carries its code for the journal.
pub(crate) fn coded(status: StatusCode, code: u32, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.extensions_mut().insert(EnvelopeCode(code));
    response
}

/// An error answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    status: u16,
    code: u32,
    message: String,
    details: Option<Value>,
    retry_after_seconds: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: None,
            retry_after_seconds: None,
        }
    }

    /// A parameter with a value that cannot be used.
    pub(crate) fn invalid(field: &str, value: impl Serialize) -> Self {
        Self::new(400, 1001, format!("{field} has an unusable value"))
            .details(json!({ "field": field, "value": value }))
    }

    /// A parameter that is required and absent.
    pub(crate) fn missing(field: &str) -> Self {
        Self::new(400, 1002, format!("{field} is required")).details(json!({ "field": field }))
    }

    /// No token, or one that means nothing here; also a wrong id or secret.
    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(401, 2001, message)
    }

    pub(crate) fn token_expired() -> Self {
        Self::new(401, 2002, "the access token has expired")
    }

    /// A token without the scope a call needs.
    pub(crate) fn denied(scope: &str) -> Self {
        Self::new(403, 2003, format!("the scope {scope} is required")).details(json!({ "scope": scope }))
    }

    /// Something is in the way as things stand.
    pub(crate) fn conflict(message: &str) -> Self {
        Self::new(409, 4001, message)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, 3001, format!("no such {what}"))
    }

    /// Over quota; `seconds` until there is room again.
    pub(crate) fn too_many(seconds: u64) -> Self {
        Self::new(429, 5001, "too many requests").retry_after(seconds)
    }

    pub(crate) fn details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Adds the waiting time to `details` and as a `Retry-After` header: clients may read either.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        let mut details = self.details.take().unwrap_or_else(|| json!({}));
        if let Some(fields) = details.as_object_mut() {
            fields.insert("retry_after_seconds".to_owned(), json!(seconds));
        }
        self.details = Some(details);
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({ "code": self.code, "message": self.message });
        if let (Some(details), Some(fields)) = (self.details, body.as_object_mut()) {
            fields.insert("details".to_owned(), details);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = coded(status, self.code, &body);
        if let Some(seconds) = self.retry_after_seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
