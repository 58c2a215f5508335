//! A place of the app's own where the token is kept: a keychain, a keystore, a file.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use tellus_core::{self as core, ExposeSecret};

use crate::error::CallbackError;

/// A token as it is kept.
#[derive(Clone, uniffi::Record)]
pub struct StoredToken {
    /// The token, without `Bearer`.
    pub token: String,
    /// How long it was valid at first.
    pub lifetime: Duration,
    /// When it ends, by the wall clock.
    pub expires_at: Timestamp,
}

/// Shows no token.
impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        core::StoredToken::from(self.clone()).fmt(f)
    }
}

impl From<StoredToken> for core::StoredToken {
    fn from(stored: StoredToken) -> Self {
        Self {
            token: stored.token.into(),
            lifetime: stored.lifetime,
            expires_at: stored.expires_at,
        }
    }
}

/// Keeps a token outside the process, so that a new start needs no token request. Its methods may block; a store that fails
/// is as good as an empty one.
#[uniffi::export(foreign)]
pub trait TokenStore: Send + Sync {
    /// The token kept there, if there is one.
    fn load(&self) -> Result<Option<StoredToken>, CallbackError>;
    /// Keeps a token, in place of the former one.
    fn save(&self, token: StoredToken) -> Result<(), CallbackError>;
    /// Takes the right to ask for a token, for `duration` at most; `false` if somebody else has it now.
    fn try_lease(&self, duration: Duration) -> Result<bool, CallbackError>;
    /// Gives that right back.
    fn release(&self) -> Result<(), CallbackError>;
}

/// A foreign store as the core sees it.
pub(crate) struct Store(pub(crate) Arc<dyn TokenStore>);

impl core::TokenStore for Store {
    fn load(&self) -> Result<Option<core::StoredToken>, String> {
        let stored = self.0.load().map_err(|error| error.to_string())?;
        Ok(stored.map(Into::into))
    }

    fn save(&self, token: &core::StoredToken) -> Result<(), String> {
        let stored = StoredToken {
            token: token.token.expose_secret().to_owned(),
            lifetime: token.lifetime,
            expires_at: token.expires_at,
        };
        self.0.save(stored).map_err(|error| error.to_string())
    }

    fn try_lease(&self, duration: Duration) -> Result<bool, String> {
        self.0.try_lease(duration).map_err(|error| error.to_string())
    }

    fn release(&self) -> Result<(), String> {
        self.0.release().map_err(|error| error.to_string())
    }
}
