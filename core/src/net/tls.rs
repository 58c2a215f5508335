//! One TLS provider (ring), one verifier, one root store; the settings for REST and for the WebSocket differ in
//! nothing but ALPN. Nothing is installed as the process's default.

use std::{fmt::Display, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::ring,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::pins::{self, PinVerifier};
use crate::error::{Error, Result};

/// TLS settings, ready to hand out.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    base: ClientConfig,
}

impl Tls {
    /// The public roots plus the given ones (PEM, each may hold several certificates); with pins, if there are any.
    pub(crate) fn new(extra_roots_pem: &[String], spki_pins: &[String]) -> Result<Self> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for pem in extra_roots_pem {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|error| invalid_root(format_args!("is not PEM: {error}")))?;
                roots
                    .add(certificate)
                    .map_err(|error| invalid_root(format_args!("holds an unusable certificate: {error}")))?;
            }
            if roots.len() == before {
                return Err(invalid_root(format_args!("holds no certificate")));
            }
        }
        let impossible = |error: &dyn Display| invalid_root(format_args!("TLS cannot be set up: {error}"));
        let provider = Arc::new(ring::default_provider());
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|error| impossible(&error))?;
        let pins = pins::parse(spki_pins)?;
        let verifier: Arc<dyn ServerCertVerifier> = if pins.is_empty() {
            usual
        } else {
            Arc::new(PinVerifier { usual, pins })
        };
        let base = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| impossible(&error))?
            // "Dangerous" is any verifier of one's own; ours begins with the usual one.
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self { base })
    }

    /// For REST: HTTP/2 where the server has it.
    pub(crate) fn for_rest(&self) -> ClientConfig {
        self.with_alpn(&[b"h2", b"http/1.1"])
    }

    /// For the WebSocket: HTTP/1.1 only. With `h2` on offer a proxy such as nginx picks it, and the upgrade fails.
    pub(crate) fn for_websocket(&self) -> Arc<ClientConfig> {
        Arc::new(self.with_alpn(&[b"http/1.1"]))
    }

    fn with_alpn(&self, protocols: &[&[u8]]) -> ClientConfig {
        let mut config = self.base.clone();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        config
    }
}

fn invalid_root(reason: std::fmt::Arguments<'_>) -> Error {
    Error::invalid("extra_roots_pem", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_are_no_certificates_are_refused_by_name() {
        for pem in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            let error = Tls::new(&[pem.to_owned()], &[]).unwrap_err();
            assert_eq!(error.details()["field"], "extra_roots_pem", "{pem:?}");
        }
    }

    #[test]
    fn the_websocket_never_offers_http_2() {
        let tls = Tls::new(&[], &[]).unwrap();
        assert_eq!(tls.for_websocket().alpn_protocols, [b"http/1.1".to_vec()]);
        assert_eq!(tls.for_rest().alpn_protocols[0], b"h2".to_vec());
    }
}
