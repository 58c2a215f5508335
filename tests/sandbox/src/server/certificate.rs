//! The sandbox's own certificate authority.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate_files;

/// Names every certificate covers.
const ALWAYS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Certificates and key as PEM text.
#[derive(Clone)]
pub(crate) struct Certificate {
    /// The authority that clients are to trust.
    pub(crate) ca_pem: String,
    /// The server's certificate.
    pub(crate) server_pem: String,
    /// The server's private key.
    pub(crate) server_key: String,
}

/// Where the files of a certificate lie.
#[derive(Debug)]
pub(crate) struct TlsFiles {
    dir: PathBuf,
    /// A folder of our own making is removed at the end.
    temporary: bool,
}

impl TlsFiles {
    /// Path of the authority's certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.dir.join(certificate_files::CA)
    }
}

impl Drop for TlsFiles {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

impl Certificate {
    /// Takes the certificate that lies in `dir` if it covers the same names, or makes one and writes it there.
    /// Without `dir` it goes to a temporary folder.
    pub(crate) fn prepare(dir: Option<&Path>, names: &[String]) -> io::Result<(Self, TlsFiles)> {
        let mut covered: Vec<String> = ALWAYS.iter().map(|name| (*name).to_owned()).collect();
        covered.extend(names.iter().filter(|name| !ALWAYS.contains(&name.as_str())).cloned());
        let Some(dir) = dir else {
            let name = format!("tellus-sandbox-{}-{:08x}", std::process::id(), rand::random::<u32>());
            let files = TlsFiles {
                dir: std::env::temp_dir().join(name),
                temporary: true,
            };
            let made = Self::make(&covered)?;
            certificate_files::write(&files.dir, &made, &covered)?;
            return Ok((made, files));
        };
        let files = TlsFiles {
            dir: dir.to_owned(),
            temporary: false,
        };
        if let Some(kept) = certificate_files::read(dir, &covered) {
            return Ok((kept, files));
        }
        let made = Self::make(&covered)?;
        certificate_files::write(dir, &made, &covered)?;
        Ok((made, files))
    }

    /// Makes an authority and a server certificate for `names`. The authority's key is forgotten at once: nobody
    /// can sign anything else with it.
    fn make(names: &[String]) -> io::Result<Self> {
        let year = Timestamp::now().to_zoned(TimeZone::UTC).year();
        let (from, until) = (
            rcgen::date_time_ymd(i32::from(year) - 1, 12, 1),
            rcgen::date_time_ymd(i32::from(year) + 1, 12, 28),
        );

        let mut authority = CertificateParams::default();
        authority
            .distinguished_name
            .push(DnType::CommonName, "Tellus sandbox authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (authority.not_before, authority.not_after) = (from, until);
        let authority_key = KeyPair::generate().map_err(io::Error::other)?;
        let ca_pem = authority.self_signed(&authority_key).map_err(io::Error::other)?.pem();

        let mut server = CertificateParams::new(names.to_vec()).map_err(io::Error::other)?;
        server.distinguished_name.push(DnType::CommonName, "Tellus sandbox");
        server.use_authority_key_identifier_extension = true;
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (server.not_before, server.not_after) = (from, until);
        let server_key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = Issuer::new(authority, authority_key);
        let server_pem = server.signed_by(&server_key, &issuer).map_err(io::Error::other)?.pem();
        Ok(Self {
            ca_pem,
            server_pem,
            server_key: server_key.serialize_pem(),
        })
    }

    /// The TLS settings of the server. The provider is named here, no process-wide default is touched.
    pub(crate) fn server_config(&self) -> io::Result<Arc<ServerConfig>> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(self.server_pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_slice(self.server_key.as_bytes()).map_err(io::Error::other)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
