//! Certificate pins: besides the usual checks, a known public key must be in the server's chain.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use rustls::{
    DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::error::{Error, Result};

/// How the refusal begins: the HTTP library hands it on as text only.
pub(crate) const PIN_MISMATCH: &str = "no pinned public key";

/// The usual verifier, and then the pins.
#[derive(Debug)]
pub(super) struct PinVerifier {
    pub(super) usual: Arc<dyn ServerCertVerifier>,
    pub(super) pins: Vec<Vec<u8>>,
}

/// Reads pins: SHA-256 in base64, with or without `sha256/` before it.
pub(super) fn parse(pins: &[String]) -> Result<Vec<Vec<u8>>> {
    pins.iter()
        .map(|pin| {
            let hash = STANDARD.decode(pin.trim().trim_start_matches("sha256/")).ok();
            hash.filter(|hash| hash.len() == 32).ok_or_else(|| {
                Error::invalid(
                    "spki_pins",
                    format_args!("{pin:?} is not a SHA-256 in base64 (44 characters)"),
                )
            })
        })
        .collect()
}

/// The SHA-256 of a certificate's SubjectPublicKeyInfo.
fn spki_hash(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let parsed = webpki::EndEntityCert::try_from(certificate).ok()?;
    Some(
        digest(&SHA256, parsed.subject_public_key_info().as_ref())
            .as_ref()
            .to_vec(),
    )
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, TlsError> {
        let verified = self.usual.verify_server_cert(leaf, intermediates, name, ocsp, now)?;
        let chain = std::iter::once(leaf).chain(intermediates);
        if chain.filter_map(spki_hash).any(|hash| self.pins.contains(&hash)) {
            return Ok(verified);
        }
        Err(TlsError::General(format!(
            "{PIN_MISMATCH} is in the server's chain: somebody listens in, or the key was changed"
        )))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_in_both_forms_and_others_are_refused() {
        let hash = STANDARD.encode([7; 32]);
        let pins = [hash.clone(), format!("sha256/{hash}")];
        assert_eq!(parse(&pins).unwrap(), [vec![7; 32], vec![7; 32]]);
        for wrong in ["", "hello", &STANDARD.encode([7; 20])] {
            assert_eq!(parse(&[wrong.to_owned()]).unwrap_err().details()["field"], "spki_pins");
        }
    }
}
