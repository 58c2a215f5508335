//! The one error type of the SDK: what kind it is, whether trying again can help, and what to do next.
//!
//! Callers match on [`ErrorKind`]; they never see a library's own error type. The same twelve kinds are
//! the leaves of the exception tree in every language.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::{Map, Value};

/// A `Result` whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, as far as the caller's next step depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The platform does not accept the credentials or the token. Check `client_id` and `client_secret`,
    /// or what the token provider hands out.
    Authentication,
    /// The credentials are valid but lack the scope (`read` or `write`) for this call.
    PermissionDenied,
    /// The thing does not exist, or belongs to another operator: the platform does not tell which.
    NotFound,
    /// An argument is missing or out of range; `details.field` names it where known.
    InvalidRequest,
    /// The thing is in a state that does not allow the call.
    Conflict,
    /// A request limit is reached. `retry_after` says how long to wait.
    RateLimited,
    /// The platform, or a proxy before it, failed.
    Server,
    /// The platform could not be reached, or the connection broke.
    Connection,
    /// The platform did not answer in time.
    Timeout,
    /// The answer could not be understood.
    Decode,
    /// A command was sent and no answer came: it may or may not have been carried out.
    /// Never retried by the SDK. Read the state before sending it again.
    OutcomeUnknown,
    /// The client or the subscription is closed.
    Closed,
}

impl ErrorKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 12] = [
        Self::Authentication,
        Self::PermissionDenied,
        Self::NotFound,
        Self::InvalidRequest,
        Self::Conflict,
        Self::RateLimited,
        Self::Server,
        Self::Connection,
        Self::Timeout,
        Self::Decode,
        Self::OutcomeUnknown,
        Self::Closed,
    ];

    /// The kind's name, the same in every language, e.g. `"PermissionDenied"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "Authentication",
            Self::PermissionDenied => "PermissionDenied",
            Self::NotFound => "NotFound",
            Self::InvalidRequest => "InvalidRequest",
            Self::Conflict => "Conflict",
            Self::RateLimited => "RateLimited",
            Self::Server => "Server",
            Self::Connection => "Connection",
            Self::Timeout => "Timeout",
            Self::Decode => "Decode",
            Self::OutcomeUnknown => "OutcomeUnknown",
            Self::Closed => "Closed",
        }
    }

    /// Whether an error of this kind usually goes away by itself.
    fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Server | Self::Connection | Self::Timeout
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What went wrong, with all that is known about it. Cheap to clone, so that callers who waited for the
/// same token refresh all get the same failure.
#[derive(Clone)]
pub struct Error(Arc<Fields>);

#[derive(Clone)]
struct Fields {
    kind: ErrorKind,
    reason: String,
    code: Option<i64>,
    http_status: Option<u16>,
    retryable: bool,
    retry_after: Option<Duration>,
    details: Map<String, Value>,
    request_id: Option<String>,
    attempts: u32,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind. `reason` is one sentence that says what happened and, where possible, what to
    /// do next. It must hold no secret.
    pub fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self(Arc::new(Fields {
            kind,
            reason: reason.into(),
            code: None,
            http_status: None,
            retryable: kind.is_transient(),
            retry_after: None,
            details: Map::new(),
            request_id: None,
            attempts: 0,
            source: None,
        }))
    }

    /// An argument that the SDK refuses before anything is sent. `field` is named in `details.field`.
    pub fn invalid(field: &str, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::InvalidRequest, format!("{field}: {reason}"))
            .with(|fields| fields.details.insert("field".into(), field.into()))
    }

    /// The client or subscription named by `what` is closed.
    pub fn closed(what: &str) -> Self {
        Self::new(ErrorKind::Closed, format!("the {what} is closed; open a new one"))
    }

    fn with<R>(mut self, change: impl FnOnce(&mut Fields) -> R) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets the platform's application code.
    #[must_use]
    pub fn with_code(self, code: i64) -> Self {
        self.with(|fields| fields.code = Some(code))
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn with_http_status(self, status: u16) -> Self {
        self.with(|fields| fields.http_status = Some(status))
    }

    /// Says whether the same call may succeed later.
    #[must_use]
    pub fn with_retryable(self, retryable: bool) -> Self {
        self.with(|fields| fields.retryable = retryable)
    }

    /// Sets how long the platform asks to wait.
    #[must_use]
    pub fn with_retry_after(self, wait: Option<Duration>) -> Self {
        self.with(|fields| fields.retry_after = wait)
    }

    /// Sets the platform's `details` object.
    #[must_use]
    pub fn with_details(self, details: Map<String, Value>) -> Self {
        self.with(|fields| fields.details = details)
    }

    /// Sets the platform's identifier of the request.
    #[must_use]
    pub fn with_request_id(self, id: Option<String>) -> Self {
        self.with(|fields| fields.request_id = id)
    }

    /// Records how often the call was tried.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        self.with(|fields| fields.attempts = attempts)
    }

    /// Keeps the underlying error. Its text must hold no secret: URLs are taken out before.
    #[must_use]
    pub fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.with(|fields| fields.source = Some(Arc::new(source)))
    }

    /// Turns the kind into another one and keeps everything else.
    #[must_use]
    pub fn into_kind(self, kind: ErrorKind, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        self.with(|fields| {
            fields.kind = kind;
            fields.reason = reason;
            fields.retryable = kind.is_transient();
        })
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// One sentence: what happened and what to do next.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The platform's application code (the envelope's `code`), if it sent one.
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// The HTTP status, if there was an HTTP reply.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Whether the same call may succeed later. The SDK has already tried as often as its settings allow
    /// (see [`Error::attempts`]): do not wrap a tight loop around it.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the platform asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The platform's diagnostic details, e.g. `{"field": "power", "value": -5}`.
    pub fn details(&self) -> &Map<String, Value> {
        &self.0.details
    }

    /// The platform's identifier of the request, to quote in a support case.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How often the call was sent; 0 if it never was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

/// One line: kind, reason, and the numbers that a support case needs.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.reason)?;
        let mut notes = Vec::new();
        if let Some(code) = self.0.code {
            notes.push(format!("code {code}"));
        }
        if let Some(status) = self.0.http_status {
            notes.push(format!("HTTP {status}"));
        }
        if let Some(wait) = self.0.retry_after {
            notes.push(format!("retry after {} s", wait.as_secs_f64().ceil()));
        }
        if self.0.attempts > 1 {
            notes.push(format!("{} attempts", self.0.attempts));
        }
        if let Some(id) = &self.0.request_id {
            notes.push(format!("request {id}"));
        }
        if !notes.is_empty() {
            write!(f, " ({})", notes.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("reason", &self.0.reason)
            .field("code", &self.0.code)
            .field("http_status", &self.0.http_status)
            .field("retryable", &self.0.retryable)
            .field("retry_after", &self.0.retry_after)
            .field("details", &self.0.details)
            .field("request_id", &self.0.request_id)
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_with_the_numbers_a_support_case_needs() {
        let error = Error::new(ErrorKind::RateLimited, "too many requests")
            .with_code(5001)
            .with_http_status(429)
            .with_retry_after(Some(Duration::from_secs(12)))
            .with_request_id(Some("r-1".into()));
        assert_eq!(
            error.to_string(),
            "too many requests (code 5001, HTTP 429, retry after 12 s, request r-1)"
        );
        assert!(error.retryable());
    }

    #[test]
    fn invalid_names_the_field() {
        let error = Error::invalid("target_soc", "must lie in 0..=100 %, not 101");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.details()["field"], "target_soc");
        assert!(!error.retryable());
    }

    #[test]
    fn an_unknown_outcome_is_never_called_retryable() {
        let lost = Error::new(ErrorKind::Timeout, "no answer");
        assert!(lost.retryable());
        assert!(!lost.into_kind(ErrorKind::OutcomeUnknown, "?").retryable());
    }
}
