//! The certificate on disk: for clients to trust, and for a proxy in front of the sandbox to serve.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::certificate::Certificate;

/// File with the authority's certificate.
pub(super) const CA: &str = "ca.pem";
const SERVER: &str = "server.pem";
const KEY: &str = "server.key";
/// The names the certificate covers, one on each line.
const NAMES: &str = "server.names";

/// A certificate older than this is made anew: phones refuse those that live long.
const LONGEST: Duration = Duration::from_secs(200 * 86_400);

/// Writes all files; the key is readable by the owner only.
pub(super) fn write(dir: &Path, certificate: &Certificate, names: &[String]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    put(&dir.join(CA), &certificate.ca_pem, false)?;
    put(&dir.join(SERVER), &certificate.server_pem, false)?;
    put(&dir.join(KEY), &certificate.server_key, true)?;
    // Last: without it the set counts as incomplete.
    put(&dir.join(NAMES), &names.join("\n"), false)
}

/// The set in `dir`, if it is complete, young enough and covers exactly `names`.
pub(super) fn read(dir: &Path, names: &[String]) -> Option<Certificate> {
    let list = dir.join(NAMES);
    let age = SystemTime::now()
        .duration_since(fs::metadata(&list).ok()?.modified().ok()?)
        .ok()?;
    if age > LONGEST || fs::read_to_string(list).ok()? != names.join("\n") {
        return None;
    }
    Some(Certificate {
        ca_pem: fs::read_to_string(dir.join(CA)).ok()?,
        server_pem: fs::read_to_string(dir.join(SERVER)).ok()?,
        server_key: fs::read_to_string(dir.join(KEY)).ok()?,
    })
}

fn put(path: &Path, text: &str, secret: bool) -> io::Result<()> {
    // A file that is already there would keep its permissions.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if secret { 0o600 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = secret;
    options.open(path)?.write_all(text.as_bytes())
}
