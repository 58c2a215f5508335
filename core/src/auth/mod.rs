//! Who we are: the credentials, the token that they buy, and the one cache that all calls share.

mod client_secret;
mod credentials;
mod fixed;
mod provider;
mod store;
mod token_cache;
mod token_file;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use client_secret::Grant;
pub(crate) use client_secret::TokenEndpoint;
pub use credentials::Credentials;
pub(crate) use fixed::FixedToken;
pub(crate) use provider::ProviderSource;
pub use provider::{AccessToken, TokenProvider, TokenRequest};
pub(crate) use store::StoreSource;
pub use store::{StoredToken, TokenStore};
pub(crate) use token_cache::{Token, TokenCache, TokenSource};
pub use token_file::TokenFile;
