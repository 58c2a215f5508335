//! A token that the caller has, and that nobody renews: for tests and short scripts.

use std::time::Duration;

use secrecy::SecretString;

use super::token_cache::{Token, TokenSource};
use crate::{
    clock::{BoxFuture, SharedClock},
    error::{Error, ErrorKind, Result},
};

/// How long a token without a known end counts as valid; the platform's refusal ends it earlier.
const LIFETIME: Duration = Duration::from_secs(365 * 86_400);

/// Hands out one token, once: after a refusal there is no other.
pub(crate) struct FixedToken {
    pub(crate) token: SecretString,
    pub(crate) clock: SharedClock,
}

impl TokenSource for FixedToken {
    fn fetch<'a>(&'a self, refused: Option<&'a Token>) -> BoxFuture<'a, Result<Token>> {
        let token = Token::new(self.token.clone(), LIFETIME, &self.clock);
        Box::pin(std::future::ready(match refused {
            None => Ok(token),
            Some(_) => Err(Error::new(
                ErrorKind::Authentication,
                "the platform no longer accepts the fixed token, and nobody renews it; get a new one",
            )),
        }))
    }
}
