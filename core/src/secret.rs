//! Secrets: redacted in `Debug`, zeroed on drop (both by `secrecy`), and kept out of URLs that people see.

use http::HeaderValue;
pub use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The `Authorization` header for a token, marked sensitive so that HTTP libraries do not log it and HTTP/2
/// does not put it into its header table. `None` if the token has characters that no header may hold.
pub(crate) fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A URL fit for a log line: no user, password, query or fragment.
pub(crate) fn redact_url(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Both fail only for URLs that cannot hold credentials, and then there is nothing to take out.
    let _ = shown.set_password(None);
    let _ = shown.set_username("");
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_holds_no_query_and_no_user() {
        let url = Url::parse("wss://me:pw@host:8443/v1/operator/stream?token=canary#x").unwrap();
        assert_eq!(redact_url(&url), "wss://host:8443/v1/operator/stream");
    }

    #[test]
    fn a_bearer_header_shows_nothing_in_debug() {
        let value = bearer(&SecretString::from("canary")).unwrap();
        assert!(!format!("{value:?}").contains("canary"));
        assert!(bearer(&SecretString::from("line\nbreak")).is_none());
    }
}
