//! Access tokens: opaque, several valid at a time, for operators and for chargers.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use ring::digest;

use crate::clock::later;
use crate::quirks::TokenForm;
use crate::sync::lock;

/// Tokens kept before the oldest are forgotten.
const KEPT: usize = 10_000;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Never issued here, or revoked.
    Unknown,
    /// Issued, but its time is over.
    Expired,
}

/// Whom a token was issued to. What it opens depends on the side it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An operator's client, by its `client_id`.
    Client(String),
    /// A charger, by its `device_id`.
    Device(String),
}

impl Holder {
    /// The id, whichever kind it is.
    pub(crate) fn into_id(self) -> String {
        match self {
            Self::Client(id) | Self::Device(id) => id,
        }
    }

    /// The same, borrowed.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Client(id) | Self::Device(id) => id,
        }
    }
}

#[derive(Debug)]
struct Issued {
    holder: Holder,
    number: u64,
    expires: Timestamp,
    revoked: bool,
}

#[derive(Debug, Default)]
struct Book {
    issued: HashMap<String, Issued>,
    count: u64,
}

/// Every token that was handed out.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Book>);

impl Tokens {
    /// The token that `holder` has already and that has the longest time left, and that time.
    pub(crate) fn current(&self, holder: &Holder, now: Timestamp) -> Option<(String, Duration)> {
        let book = lock(&self.0);
        let good = |issued: &&Issued| issued.holder == *holder && !issued.revoked && issued.expires > now;
        let (token, issued) = book
            .issued
            .iter()
            .filter(|one| good(&one.1))
            .max_by_key(|one| one.1.expires)?;
        Some((token.clone(), issued.expires.duration_since(now).unsigned_abs()))
    }

    /// Makes a new token for `holder`. Earlier ones stay valid.
    pub(crate) fn issue(&self, holder: &Holder, form: TokenForm, now: Timestamp, lifetime: Duration) -> String {
        let token = match form {
            TokenForm::Jwt => new_token(),
            TokenForm::Hex64 => (0..32).map(|_| format!("{:02x}", rand::random::<u8>())).collect(),
        };
        let mut book = lock(&self.0);
        book.count += 1;
        let number = book.count;
        if book.issued.len() >= KEPT {
            book.issued.retain(|_, token| token.number + (KEPT as u64) / 2 > number);
        }
        let issued = Issued {
            holder: holder.clone(),
            number,
            expires: later(now, lifetime),
            revoked: false,
        };
        book.issued.insert(token.clone(), issued);
        token
    }

    /// Whom a token belongs to, or why it is refused.
    pub(crate) fn check(&self, token: &str, now: Timestamp) -> Result<Holder, Refusal> {
        match lock(&self.0).issued.get(token) {
            None => Err(Refusal::Unknown),
            Some(issued) if issued.revoked => Err(Refusal::Unknown),
            Some(issued) if issued.expires <= now => Err(Refusal::Expired),
            Some(issued) => Ok(issued.holder.clone()),
        }
    }

    /// Ends the life of every token issued so far.
    pub(crate) fn expire_all(&self) {
        for token in lock(&self.0).issued.values_mut() {
            token.expires = Timestamp::MIN;
        }
    }

    /// Makes every token issued so far look as if it had never been issued.
    pub(crate) fn revoke_all(&self) {
        for token in lock(&self.0).issued.values_mut() {
            token.revoked = true;
        }
    }
}

/// The first eight hexadecimal digits of the SHA-256 of a token: enough to tell tokens apart, useless to a thief.
pub(crate) fn fingerprint(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    hash.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Random text in the outward form of a JWT, so that a client which tries to read it finds nothing.
fn new_token() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let part = |length: usize| -> String {
        (0..length)
            .map(|_| char::from(ALPHABET[usize::from(rand::random::<u8>() & 63)]))
            .collect()
    };
    format!("eyJ{}.eyJ{}.{}", part(24), part(60), part(43))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a() -> Holder {
        Holder::Client("a".to_owned())
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn several_tokens_live_side_by_side_until_their_time_is_over() {
        let tokens = Tokens::default();
        let start = Timestamp::UNIX_EPOCH;
        let first = tokens.issue(&a(), TokenForm::Jwt, start, HOUR);
        let second = tokens.issue(&a(), TokenForm::Jwt, later(start, HOUR / 2), HOUR);
        assert_ne!(first, second);
        let end = later(start, HOUR);
        assert_eq!(tokens.check(&first, end), Err(Refusal::Expired));
        assert_eq!(tokens.check(&second, end), Ok(a()));
        assert_eq!(tokens.check("eyJ", end), Err(Refusal::Unknown));
    }

    #[test]
    fn revoked_is_unknown_and_expired_is_expired() {
        let tokens = Tokens::default();
        let start = Timestamp::UNIX_EPOCH;
        let token = tokens.issue(&a(), TokenForm::Jwt, start, HOUR);
        tokens.expire_all();
        assert_eq!(tokens.check(&token, start), Err(Refusal::Expired));
        tokens.revoke_all();
        assert_eq!(tokens.check(&token, start), Err(Refusal::Unknown));
        assert!(
            tokens
                .check(&tokens.issue(&a(), TokenForm::Jwt, start, HOUR), start)
                .is_ok()
        );
    }

    #[test]
    fn the_fingerprint_is_the_start_of_sha_256() {
        assert_eq!(fingerprint("abc"), "ba7816bf");
    }
}
