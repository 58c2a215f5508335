//! Keyword arguments as credentials of the core.

use std::path::PathBuf;

use pyo3::{prelude::*, types::PyDict};
use tellus_core::{Config, Credentials, Error, TokenFile};

use crate::{error::OrRaise, provider::Provider};

/// How to authenticate: a secret, a provider or a token, exactly one of them.
pub(crate) fn read(
    py: Python<'_>,
    client_id: Option<String>,
    client_secret: Option<String>,
    token_provider: Option<Py<PyAny>>,
    token: Option<String>,
) -> PyResult<Credentials> {
    match (client_id, client_secret, token_provider, token) {
        (Some(id), Some(secret), None, None) => Ok(Credentials::client_secret(id, secret)),
        (None, None, Some(provider), None) => Ok(Credentials::provider(Provider::new(provider))),
        (None, None, None, Some(token)) => Ok(Credentials::token(token)),
        _ => Err(Error::invalid(
            "credentials",
            "give client_id and client_secret, or token_provider alone, or token alone",
        ))
        .or_raise(py),
    }
}

/// The same credentials, with the token kept in the file that the settings name, if they do.
pub(crate) fn kept(
    config: &Config,
    credentials: Credentials,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Credentials> {
    let Some(path) = settings
        .map(|settings| settings.get_item("token_file"))
        .transpose()?
        .flatten()
    else {
        return Ok(credentials);
    };
    let py = path.py();
    let path: PathBuf = path.extract()?;
    let owner = match &credentials {
        Credentials::ClientSecret { client_id, .. } => client_id.clone(),
        Credentials::Provider(_) => String::new(),
        _ => return Err(Error::invalid("token_file", "does not go with token")).or_raise(py),
    };
    let store = TokenFile::new(path, &config.base_url, &owner).or_raise(py)?;
    Ok(credentials.stored_in(store))
}
