//! Access tokens from the app's own backend.

use std::{sync::Arc, time::Duration};

use tellus_core as core;

use crate::error::CallbackError;

/// Hands out access tokens: the credentials for apps, which must never hold a `client_secret`.
#[uniffi::export(foreign)]
pub trait TokenProvider: Send + Sync {
    /// Is asked for a token. Must return soon; the answer goes into `request`, at once or later, from any thread.
    fn request(&self, request: Arc<TokenRequest>) -> Result<(), CallbackError>;
}

/// An open question to a provider. Only the first answer counts.
#[derive(Debug, uniffi::Object)]
pub struct TokenRequest(Arc<core::TokenRequest>);

#[uniffi::export]
impl TokenRequest {
    /// Answers with a token that is valid for `expires_in` from now.
    pub fn succeed(&self, token: String, expires_in: Duration) -> Result<(), CallbackError> {
        self.0.succeed(token, expires_in);
        Ok(())
    }

    /// Answers that there is no token, and why. Only the first line is kept.
    pub fn fail(&self, reason: String) -> Result<(), CallbackError> {
        self.0.fail(&reason);
        Ok(())
    }
}

/// A foreign provider as the core sees it.
pub(crate) struct Provider(pub(crate) Arc<dyn TokenProvider>);

impl core::TokenProvider for Provider {
    fn request(&self, request: Arc<core::TokenRequest>) -> Result<(), String> {
        let request = Arc::new(TokenRequest(request));
        self.0.request(request).map_err(|error| error.to_string())
    }
}
