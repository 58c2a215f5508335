//! A command that is being followed.

use std::sync::Arc;

use pyo3::prelude::*;
use tellus_core::FollowedCommand;
use tokio::sync::Mutex;

use crate::{call::Call, convert::ToPython, error::inherited, per_process::Owned};

/// A command's states, each time it changes.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct CoreFollow(Owned<Arc<Mutex<FollowedCommand>>>);

impl CoreFollow {
    pub(crate) fn new(followed: FollowedCommand) -> Self {
        Self(Owned::new(Arc::new(Mutex::new(followed))))
    }
}

#[pymethods]
impl CoreFollow {
    /// The next state that differs from the last one; `None` after a final one.
    fn next_status(&self) -> Call {
        let followed = self.0.get().cloned();
        Call::new(
            move || {
                let followed = followed.ok_or_else(|| inherited("command"))?;
                Ok(async move { followed.lock().await.next().await })
            },
            |py, status| status.into_python(py).map(Bound::unbind),
        )
    }
}
