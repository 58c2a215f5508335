//! What a client is given to authenticate with.

use std::{fmt, sync::Arc};

use super::{provider::TokenProvider, store::TokenStore};
use crate::{
    config::env,
    error::{Error, Result},
    secret::{ExposeSecret, SecretString},
};

const TOKEN: &str = "TELLUS_TOKEN";
const CLIENT_ID: &str = "TELLUS_CLIENT_ID";
const CLIENT_SECRET: &str = "TELLUS_CLIENT_SECRET";

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

    /// What the environment holds: `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET`, or `TELLUS_TOKEN`, an access token that
    /// nobody renews. Neither wins over the other: where both are set, [`ErrorKind::InvalidRequest`] names them, since
    /// one of the two is a left-over that would act in a name nobody meant.
    ///
    /// [`ErrorKind::InvalidRequest`]: crate::ErrorKind::InvalidRequest
    pub fn from_env() -> Result<Self> {
        Self::from_variables(env)
    }

    fn from_variables(read: impl Fn(&str) -> Option<String>) -> Result<Self> {
        match (read(TOKEN), read(CLIENT_ID), read(CLIENT_SECRET)) {
            (None, Some(id), Some(secret)) => Ok(Self::client_secret(id, secret)),
            (Some(token), None, None) => Ok(Self::token(token)),
            (Some(_), id, _) => {
                let other = if id.is_some() { CLIENT_ID } else { CLIENT_SECRET };
                Err(Error::invalid(
                    TOKEN,
                    format_args!("is set in the environment, and so is {other}; unset the one that is not meant"),
                ))
            }
            (None, id, _) => {
                let missing = if id.is_none() { CLIENT_ID } else { CLIENT_SECRET };
                Err(Error::invalid(
                    missing,
                    format_args!(
                        "is not set in the environment; set {CLIENT_ID} and {CLIENT_SECRET}, or {TOKEN} alone, or run \
                         against the sandbox, which prints what to set"
                    ),
                ))
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What these variables make: the credentials' `Debug` form, or the error and the field that it names.
    fn made(variables: &[(&str, &str)]) -> std::result::Result<String, (String, String)> {
        let read = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match Credentials::from_variables(read) {
            Ok(credentials) => Ok(format!("{credentials:?}")),
            Err(error) => Err((error.details()["field"].as_str().unwrap().into(), error.to_string())),
        }
    }

    #[test]
    fn the_environment_holds_a_secret_or_a_token() {
        let secret = made(&[(CLIENT_ID, "me"), (CLIENT_SECRET, "canary")]);
        assert_eq!(secret.unwrap(), "ClientSecret { client_id: \"me\", .. }");
        assert_eq!(made(&[(TOKEN, "canary")]).unwrap(), "Token { .. }");
    }

    #[test]
    fn both_at_once_are_refused_and_both_are_named() {
        for other in [CLIENT_ID, CLIENT_SECRET] {
            let (field, text) = made(&[(TOKEN, "canary-1"), (other, "canary-2")]).unwrap_err();
            assert_eq!(field, TOKEN);
            assert!(text.contains(TOKEN) && text.contains(other), "{text}");
            assert!(!text.contains("canary"), "{text}");
        }
        let all = [(TOKEN, "t"), (CLIENT_ID, "i"), (CLIENT_SECRET, "s")];
        assert!(made(&all).unwrap_err().1.contains(CLIENT_ID));
    }

    #[test]
    fn what_is_missing_is_named_with_both_ways_to_go_on() {
        for (variables, missing) in [
            (&[][..], CLIENT_ID),
            (&[(CLIENT_ID, "me")], CLIENT_SECRET),
            (&[(CLIENT_SECRET, "canary")], CLIENT_ID),
        ] {
            let (field, text) = made(variables).unwrap_err();
            assert_eq!(field, missing);
            for name in [CLIENT_ID, CLIENT_SECRET, TOKEN] {
                assert!(text.contains(name), "{text}");
            }
            assert!(!text.contains("canary"), "{text}");
        }
    }
}
