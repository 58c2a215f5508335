//! How requests are signed.

use std::fmt;

use tellus_core::{Error, HmacSigner, SignatureEncoding as CoreEncoding};

use crate::error::TellusError;

type SignatureEncoding = CoreEncoding;

/// How a signature is written.
#[uniffi::remote(Enum)]
pub enum SignatureEncoding {
    Hex,
    Base64,
}

/// Signs every request with HMAC-SHA256: for servers, since it takes the secret.
#[derive(Clone, uniffi::Record)]
pub struct HmacSigning {
    /// The client's secret.
    pub secret: String,
    /// How the signature is written.
    pub encoding: SignatureEncoding,
    /// What stands between the parts.
    pub separator: String,
    /// Whether the path is signed with its query.
    pub with_query: bool,
    /// The header of the signature.
    pub signature_header: String,
    /// The header of the timestamp, in Unix seconds.
    pub timestamp_header: String,
}

/// Shows no secret.
impl fmt::Debug for HmacSigning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacSigning").finish_non_exhaustive()
    }
}

impl TryFrom<HmacSigning> for HmacSigner {
    type Error = TellusError;

    fn try_from(signing: HmacSigning) -> Result<Self, TellusError> {
        let header = |field, name: &str| {
            let parsed = name.parse();
            parsed.map_err(|_| Error::invalid(field, "is not the name of a header"))
        };
        let mut signer = Self::new(signing.secret);
        signer.encoding = signing.encoding;
        signer.separator = signing.separator;
        signer.with_query = signing.with_query;
        signer.signature_header = header("signature_header", &signing.signature_header)?;
        signer.timestamp_header = header("timestamp_header", &signing.timestamp_header)?;
        Ok(signer)
    }
}
