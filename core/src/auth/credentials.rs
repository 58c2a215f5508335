//! What a client is given to authenticate with.

use std::{fmt, sync::Arc};

use super::{provider::TokenProvider, store::TokenStore};
use crate::{
    config::required_env,
    error::{Error, Result},
    secret::{ExposeSecret, SecretString},
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
    /// One access token that nobody renews: for tests and short scripts.
    Token(SecretString),
    /// Any of these, with the token kept in a place that several processes share.
    Stored {
        /// How to get a token where none is kept.
        credentials: Box<Credentials>,
        /// Where it is kept.
        store: Arc<dyn TokenStore>,
    },
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

    /// One access token that nobody renews.
    pub fn token(token: impl Into<String>) -> Self {
        Self::Token(SecretString::from(token.into()))
    }

    /// Keeps the token in a place that several processes share, so that together they ask for one.
    #[must_use]
    pub fn stored_in(self, store: impl TokenStore + 'static) -> Self {
        Self::Stored {
            credentials: Box::new(self),
            store: Arc::new(store),
        }
    }

    /// `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET` from the environment.
    pub fn from_env() -> Result<Self> {
        Ok(Self::client_secret(
            required_env("TELLUS_CLIENT_ID")?,
            required_env("TELLUS_CLIENT_SECRET")?,
        ))
    }

    pub(crate) fn check(&self) -> Result<()> {
        let empty = |text: &str| text.trim().is_empty();
        let field = match self {
            Self::ClientSecret { client_id, .. } if empty(client_id) => "client_id",
            Self::ClientSecret { client_secret, .. } if empty(client_secret.expose_secret()) => "client_secret",
            Self::Token(token) if empty(token.expose_secret()) => "token",
            Self::Stored { credentials, .. } => return credentials.check(),
            _ => return Ok(()),
        };
        Err(Error::invalid(field, "is empty"))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientSecret { client_id, .. } => f
                .debug_struct("ClientSecret")
                .field("client_id", client_id)
                .finish_non_exhaustive(),
            Self::Stored { credentials, .. } => f
                .debug_struct("Stored")
                .field("credentials", credentials)
                .finish_non_exhaustive(),
            Self::Token(_) => f.debug_struct("Token").finish_non_exhaustive(),
            Self::Provider(_) => f.debug_struct("Provider").finish_non_exhaustive(),
        }
    }
}
