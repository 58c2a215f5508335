//! Token providers written in Python. The core asks; `tellus._provider` calls the user's function and answers.

use std::sync::Arc;

use pyo3::prelude::*;
use tellus_core::TokenProvider;

use crate::{bridge, error::OrRaise, time};

/// A Python object that takes a [`TokenRequest`] and sees to its answer.
pub(crate) struct Provider(Arc<Py<PyAny>>);

impl Provider {
    pub(crate) fn new(answerer: Py<PyAny>) -> Self {
        Self(Arc::new(answerer))
    }
}

impl TokenProvider for Provider {
    fn request(&self, request: Arc<tellus_core::TokenRequest>) -> Result<(), String> {
        bridge::request_token(self.0.clone(), request)
    }
}

/// Passes the question on. The Python side starts a thread or a task and returns at once.
pub(crate) fn ask(py: Python<'_>, provider: &Py<PyAny>, request: Arc<tellus_core::TokenRequest>) {
    let asked = Bound::new(py, TokenRequest(request.clone())).and_then(|question| provider.bind(py).call1((question,)));
    if let Err(error) = asked {
        request.fail(&error.to_string());
    }
}

/// An open question for an access token. Only the first answer counts.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct TokenRequest(Arc<tellus_core::TokenRequest>);

#[pymethods]
impl TokenRequest {
    /// Answers with a token that is valid for `expires_in` seconds from now.
    fn succeed(&self, py: Python<'_>, token: String, expires_in: f64) -> PyResult<()> {
        let expires_in = time::seconds("expires_in", expires_in).or_raise(py)?;
        self.0.succeed(token, expires_in);
        Ok(())
    }

    /// Answers that there is no token, and why. Only the first line is kept.
    fn fail(&self, reason: &str) {
        self.0.fail(reason);
    }
}
