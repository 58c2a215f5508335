//! What the tests of the faces need and no app does.

use tellus_core as core;

use crate::error::TellusError;

/// Panics: in this very call, or in a task of the SDK's own. Shows that a bug in the core becomes an error, whatever it is.
#[uniffi::export]
pub async fn provoke_panic(in_task: bool) -> Result<(), TellusError> {
    Ok(core::provoke_panic(in_task).await?)
}
