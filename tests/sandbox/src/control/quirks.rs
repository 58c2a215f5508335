//! `/_sandbox/quirks`: how the switches stand, and turning them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::refusal;
use crate::quirks::Quirks;
use crate::state::Shared;

/// Every switch and the reading it stands at.
pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Quirks> {
    Json(shared.quirks())
}

/// Turns all switches: those that are not named to their usual reading.
pub(super) async fn replace(shared: State<Arc<Shared>>, body: Bytes) -> Response {
    turned(shared, Quirks::default(), &body).await
}

/// Turns the switches that are named.
pub(super) async fn turn(shared: State<Arc<Shared>>, body: Bytes) -> Response {
    let quirks = shared.quirks();
    turned(shared, quirks, &body).await
}

/// Turns all switches back to where they stood at the start.
pub(super) async fn reset(shared: State<Arc<Shared>>) -> Json<Quirks> {
    shared.set_quirks(shared.options.opening_quirks());
    list(shared).await
}

/// Turns the switches from how they stand in `quirks`: all that are named, or none.
async fn turned(shared: State<Arc<Shared>>, mut quirks: Quirks, body: &[u8]) -> Response {
    let words = match serde_json::from_slice::<BTreeMap<String, String>>(body) {
        Ok(words) => words,
        Err(error) => return refusal(error.to_string()),
    };
    match quirks.set_all(words.iter().map(|(name, word)| (name.as_str(), word.as_str()))) {
        Ok(()) => {
            shared.set_quirks(quirks);
            list(shared).await.into_response()
        }
        Err(error) => refusal(error),
    }
}
