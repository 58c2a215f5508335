//! A certificate that lives as long as the server.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, Error, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::PrivateKeyDer;

/// Settings of a server on this machine, and the certificate (PEM) of the authority that its clients are to trust.
pub fn make() -> Result<(Arc<ServerConfig>, String), Error> {
    let mut authority = CertificateParams::new([])?;
    // Names of their own: a certificate that names itself as its issuer counts as self-signed.
    authority
        .distinguished_name
        .push(DnType::CommonName, "benchmark authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let mut server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    server.distinguished_name.push(DnType::CommonName, "benchmark server");
    let server = server.signed_by(&key, &issuer)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
            builder
                .with_no_client_auth()
                .with_single_cert(vec![server.der().clone()], key)
        });
    let mut config = config.map_err(|_| Error::CouldNotParseCertificate)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), authority_certificate.pem()))
}
