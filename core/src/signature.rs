//! Signatures for requests: off unless asked for.
//!
//! The platform documents HMAC-SHA256 over METHOD + PATH + TIMESTAMP + BODY in `X-Signature`, for high-security operations.
//! Not specified: separators, hex or base64, the timestamp's header and format, whether PATH holds the query, and which
//! secret. Each is a field of [`HmacSigner`], and whoever knows better brings a [`RequestSigner`] of their own.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use ring::hmac;

use crate::{
    error::{Error, Result},
    secret::{ExposeSecret, SecretString},
};

/// What a signature is made over.
#[derive(Debug, Clone, Copy)]
pub struct SignedParts<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, with `/v1`.
    pub path: &'a str,
    /// The query, if there is one, as it is sent.
    pub query: Option<&'a str>,
    /// When it is signed.
    pub timestamp: Timestamp,
    /// The body, as it is sent.
    pub body: &'a [u8],
}

/// Signs requests. Is asked anew for every attempt.
pub trait RequestSigner: Send + Sync + fmt::Debug {
    /// The headers to add.
    fn sign(&self, parts: &SignedParts<'_>) -> Result<HeaderMap>;
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Base64 with padding.
    Base64,
}

/// The documented signature. Where the documents are silent, the fields say what is done.
#[derive(Clone)]
pub struct HmacSigner {
    secret: SecretString,
    /// How it is written. Default: hexadecimal (not specified).
    pub encoding: SignatureEncoding,
    /// What stands between the parts. Default: nothing (not specified).
    pub separator: String,
    /// Whether the path is signed with its query. Default: yes (not specified).
    pub with_query: bool,
    /// The header of the signature. Default: `X-Signature`, as documented.
    pub signature_header: HeaderName,
    /// The header of the timestamp, in Unix seconds. Default: `X-Timestamp` (not specified).
    pub timestamp_header: HeaderName,
}

impl HmacSigner {
    /// Signs with this secret: the client's, or a device's.
    pub fn new(secret: impl Into<String>) -> Self {
        Self {
            secret: SecretString::from(secret.into()),
            encoding: SignatureEncoding::Hex,
            separator: String::new(),
            with_query: true,
            signature_header: HeaderName::from_static("x-signature"),
            timestamp_header: HeaderName::from_static("x-timestamp"),
        }
    }
}

impl RequestSigner for HmacSigner {
    fn sign(&self, parts: &SignedParts<'_>) -> Result<HeaderMap> {
        let seconds = parts.timestamp.as_second().to_string();
        let mut path = parts.path.to_owned();
        if let (true, Some(query)) = (self.with_query, parts.query) {
            path = format!("{path}?{query}");
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose_secret().as_bytes());
        let mut signing = hmac::Context::with_key(&key);
        for (index, part) in [parts.method.as_bytes(), path.as_bytes(), seconds.as_bytes(), parts.body]
            .iter()
            .enumerate()
        {
            if index > 0 {
                signing.update(self.separator.as_bytes());
            }
            signing.update(part);
        }
        let tag = signing.sign();
        let signature = match self.encoding {
            SignatureEncoding::Hex => tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
            SignatureEncoding::Base64 => STANDARD.encode(tag.as_ref()),
        };
        let mut headers = HeaderMap::new();
        for (name, text) in [(&self.signature_header, signature), (&self.timestamp_header, seconds)] {
            let mut value = HeaderValue::from_str(&text).map_err(|error| Error::invalid("signer", error))?;
            value.set_sensitive(*name == self.signature_header);
            headers.insert(name.clone(), value);
        }
        Ok(headers)
    }
}

/// Shows no secret.
impl fmt::Debug for HmacSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacSigner")
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> SignedParts<'static> {
        SignedParts {
            method: "POST",
            path: "/v1/operator/x",
            query: Some("a=1"),
            timestamp: Timestamp::from_second(1_700_000_000).unwrap(),
            body: b"{}",
        }
    }

    fn signature(signer: &HmacSigner) -> String {
        signer.sign(&parts()).unwrap()["x-signature"]
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn signatures_agree_with_values_computed_elsewhere() {
        // printf 'POST/v1/operator/x?a=11700000000{}' | openssl dgst -sha256 -hmac secret
        let signer = HmacSigner::new("secret");
        assert_eq!(signature(&signer), EXPECTED_HEX);
        assert_eq!(signer.sign(&parts()).unwrap()["x-timestamp"], "1700000000");
        let other = HmacSigner {
            encoding: SignatureEncoding::Base64,
            separator: "\n".into(),
            with_query: false,
            ..signer
        };
        // printf 'POST\n/v1/operator/x\n1700000000\n{}' | openssl dgst -sha256 -hmac secret -binary | base64
        assert_eq!(signature(&other), EXPECTED_BASE64);
    }

    const EXPECTED_HEX: &str = "b0ec9bacf8feb32655660c3da4e3832ef81588a0b3b456b4ba3734ea35ea6129";
    const EXPECTED_BASE64: &str = "VJpCwEk/kFoDAi71H4fY6E9BxgTxElB72liZ41WzUUU=";

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", HmacSigner::new("canary")).contains("canary"));
    }
}
