//! What a client is given to authenticate with.

use std::{fmt, sync::Arc};

use super::provider::TokenProvider;
use crate::{
    config::required_env,
    error::{Error, Result},
    secret::SecretString,
};

/// How a client authenticates.
#[derive(Clone)]
pub enum Credentials {
    /// `client_id` and `client_secret`, for servers and notebooks. Never in an app that ships to phones or browsers:
    /// whoever has the app has the secret.
    ClientSecret {
        /// The public half.
        client_id: String,
        /// The secret half.
        client_secret: SecretString,
    },
    /// Access tokens from the partner's own backend: the credentials for apps.
    Provider(Arc<dyn TokenProvider>),
}

impl Credentials {
    /// Credentials for a server or a notebook.
    pub fn client_secret(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self::ClientSecret {
            client_id: client_id.into(),
            client_secret: SecretString::from(client_secret.into()),
        }
    }

    /// Credentials for an app.
    pub fn provider(provider: impl TokenProvider + 'static) -> Self {
        Self::Provider(Arc::new(provider))
    }

    /// `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET` from the environment.
    pub fn from_env() -> Result<Self> {
        Ok(Self::client_secret(
            required_env("TELLUS_CLIENT_ID")?,
            required_env("TELLUS_CLIENT_SECRET")?,
        ))
    }

    pub(crate) fn check(&self) -> Result<()> {
        use secrecy::ExposeSecret;
        if let Self::ClientSecret {
            client_id,
            client_secret,
        } = self
        {
            if client_id.trim().is_empty() {
                return Err(Error::invalid("client_id", "is empty"));
            }
            if client_secret.expose_secret().trim().is_empty() {
                return Err(Error::invalid("client_secret", "is empty"));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientSecret { client_id, .. } => f
                .debug_struct("ClientSecret")
                .field("client_id", client_id)
                .finish_non_exhaustive(),
            Self::Provider(_) => f.debug_struct("Provider").finish_non_exhaustive(),
        }
    }
}
