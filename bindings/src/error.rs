//! The error tree: one leaf for each kind of the core, all with the same facts.

use std::time::Duration;

use tellus_core as core;

/// What is known about a failure.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Failure {
    /// What happened and what to do next. Not called `message`, which Kotlin's exceptions have already.
    pub reason: String,
    /// The reason with the numbers that a support case needs, on one line.
    pub text: String,
    /// The platform's application code.
    pub code: Option<i64>,
    /// The HTTP status.
    pub http_status: Option<u16>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How long the platform asks to wait.
    pub retry_after: Option<Duration>,
    /// The platform's details, as a JSON object.
    pub details_json: String,
    /// The platform's identifier of the request.
    pub request_id: Option<String>,
    /// How often the call was sent.
    pub attempts: u32,
}

/// Declares the leaves and their conversion, so that a kind added to the core fails to compile here.
macro_rules! leaves {
    ($($(#[$doc:meta])* $kind:ident),+ $(,)?) => {
        /// Why a call failed. The leaves are the core's kinds.
        #[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
        pub enum TellusError {
            $(
                $(#[$doc])*
                #[error("{}", failure.text)]
                $kind {
                    /// What is known about it.
                    failure: Failure,
                },
            )+
        }

        impl From<core::Error> for TellusError {
            fn from(error: core::Error) -> Self {
                let failure = Failure {
                    reason: error.reason().to_owned(),
                    text: error.to_string(),
                    code: error.code(),
                    http_status: error.http_status(),
                    retryable: error.retryable(),
                    retry_after: error.retry_after(),
                    details_json: serde_json::Value::Object(error.details().clone()).to_string(),
                    request_id: error.request_id().map(str::to_owned),
                    attempts: error.attempts(),
                };
                match error.kind() {
                    $(core::ErrorKind::$kind => Self::$kind { failure },)+
                }
            }
        }
    };
}

leaves!(
    /// The platform does not accept the credentials or the token.
    Authentication,
    /// The credentials lack the scope for this call.
    PermissionDenied,
    /// The thing does not exist, or belongs to another operator.
    NotFound,
    /// An argument is missing or out of range.
    InvalidRequest,
    /// The thing is in a state that does not allow the call.
    Conflict,
    /// A request limit is reached.
    RateLimited,
    /// The platform, or a proxy before it, failed.
    Server,
    /// The platform could not be reached, or the connection broke.
    Connection,
    /// The platform did not answer in time.
    Timeout,
    /// The answer could not be understood.
    Decode,
    /// A command was sent and no answer came. Read the state before sending it again.
    OutcomeUnknown,
    /// The client or the subscription is closed.
    Closed,
);

/// What a call into the app's own code may answer instead of success.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
pub enum CallbackError {
    /// It failed.
    #[error("{reason}")]
    Failed {
        /// Why; only the first line is kept.
        reason: String,
    },
}

/// An exception that the app did not declare.
impl From<uniffi::UnexpectedUniFFICallbackError> for CallbackError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}
