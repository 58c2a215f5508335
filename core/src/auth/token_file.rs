//! A token kept in a file, for all processes of one user that share a `client_id`.

use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    process,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::store::{StoredToken, TokenStore};
use crate::{
    error::{Error, Result},
    secret::{ExposeSecret, SecretString},
};

/// A [`TokenStore`] in a file that only its owner can read, and a second one beside it (`.lock`) whose lock is the lease.
/// Not for a network file system, whose locks other machines may not see.
///
/// ```no_run
/// # fn main() -> tellus_core::Result<()> {
/// use tellus_core::{Client, Config, Credentials, TokenFile};
///
/// let config = Config::from_env()?;
/// let store = TokenFile::new("/var/lib/report/token", &config.base_url, "my-client-id")?;
/// let client = Client::new(config, Credentials::from_env()?.stored_in(store))?;
/// # Ok(())
/// # }
/// ```
pub struct TokenFile {
    path: PathBuf,
    base_url: String,
    client_id: String,
    lease: Mutex<Option<File>>,
}

/// What the file holds. Whose token it is stands beside it: a file that serves two clients must not mix them up.
#[derive(Serialize, Deserialize)]
struct Content {
    base_url: String,
    client_id: String,
    token: String,
    /// In s.
    lifetime: u64,
    expires_at: Timestamp,
}

type Answer<T> = std::result::Result<T, String>;

impl TokenFile {
    /// A store in the file at `path`, which need not exist yet; its folder must. A token that was kept for another
    /// `base_url` or `client_id` is not used; where there is no `client_id`, any name of the token's owner does.
    pub fn new(path: impl Into<PathBuf>, base_url: &str, client_id: &str) -> Result<Self> {
        let path = path.into();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if path.file_name().is_none() || path.is_dir() || folder.is_some_and(|folder| !folder.is_dir()) {
            let reason = format_args!("{} must be a file in a folder that exists", path.display());
            return Err(Error::invalid("token_file", reason));
        }
        Ok(Self {
            path,
            base_url: base_url.to_owned(),
            client_id: client_id.to_owned(),
            lease: Mutex::default(),
        })
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(suffix);
        path.into()
    }
}

impl TokenStore for TokenFile {
    fn load(&self) -> Answer<Option<StoredToken>> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        // The parser's own message could quote the content.
        let content: Content = serde_json::from_slice(&text).map_err(|_| "the token file is damaged".to_owned())?;
        let mine = content.base_url == self.base_url && content.client_id == self.client_id;
        Ok(mine.then(|| StoredToken {
            token: SecretString::from(content.token),
            lifetime: Duration::from_secs(content.lifetime),
            expires_at: content.expires_at,
        }))
    }

    fn save(&self, token: &StoredToken) -> Answer<()> {
        let content = Content {
            base_url: self.base_url.clone(),
            client_id: self.client_id.clone(),
            token: token.token.expose_secret().to_owned(),
            lifetime: token.lifetime.as_secs(),
            expires_at: token.expires_at,
        };
        let text = serde_json::to_vec(&content).map_err(|_| "the token cannot be written".to_owned())?;
        // Readers find the old content or the new one, never a part.
        let fresh = self.beside(&format!(".{}.new", process::id()));
        let written = private(&fresh, OpenOptions::new().write(true).create(true).truncate(true))
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| fs::rename(&fresh, &self.path));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written.map_err(|error| error.to_string())
    }

    /// The system frees the lock when its process ends, however it ends, so that no lease outlives its holder; one that
    /// hangs is not waited for longer than the core's patience.
    fn try_lease(&self, _: Duration) -> Answer<bool> {
        let mut lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner);
        if lease.is_some() {
            return Ok(false);
        }
        let file = private(
            &self.beside(".lock"),
            OpenOptions::new().write(true).create(true).truncate(false),
        )
        .map_err(|error| error.to_string())?;
        match file.try_lock() {
            Ok(()) => *lease = Some(file),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error.to_string()),
        }
        Ok(true)
    }

    fn release(&self) -> Answer<()> {
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Said aloud: a forked child may hold a copy of the descriptor, which would keep the lock.
        lease.map_or(Ok(()), |file| file.unlock().map_err(|error| error.to_string()))
    }
}

impl fmt::Debug for TokenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Opens a file that only its owner can read.
fn private(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[path = "token_file_tests.rs"]
mod tests;
