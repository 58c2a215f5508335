//! `POST /operator/oauth/token`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::Answer;
use crate::envelope::{ApiError, coded, success};
use crate::faults::{FaultKind, Spot};
use crate::front::{Caller, StruckInside};
use crate::journal::JournalEvent;
use crate::quota::Class;
use crate::state::Shared;
use crate::tokens::fingerprint;

const GRANT: &str = "client_credentials";

/// Exchanges an id and a secret for an access token.
pub(crate) async fn issue(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    // The body is never quoted back: it holds a secret.
    let request: Value = serde_json::from_slice(&body).map_err(|_| ApiError::invalid("body", Value::Null))?;
    let client_id = field(&request, "client_id")?;
    let secret = field(&request, "client_secret")?;
    let grant = field(&request, "grant_type")?;
    if grant != GRANT {
        return Err(ApiError::invalid("grant_type", grant));
    }
    let now = shared.clock.now();
    // Unknown clients share one window, so that made-up ids cannot fill the memory.
    let known = shared.clients.find(client_id);
    let counted = known.map_or("", |known| known.client_id.as_str());
    let mut response = match shared.quotas.take(counted, Class::Token, now) {
        Err(seconds) => ApiError::too_many(seconds).into_response(),
        Ok(()) if known.is_none_or(|known| known.client_secret != secret) => {
            ApiError::unauthenticated("client_id or client_secret is wrong").into_response()
        }
        Ok(()) => {
            let lifetime = shared.options.token_lifetime;
            let token = shared.tokens.issue(client_id, now, lifetime);
            let event = JournalEvent::TokenIssued {
                client_id: client_id.to_owned(),
                token: fingerprint(&token),
                expires_in: lifetime.as_secs(),
            };
            shared.journal.write(now, event);
            let reply = json!({ "access_token": token, "token_type": "Bearer", "expires_in": lifetime.as_secs() });
            let form = shared.faults.strike(Spot::Token, "/operator/oauth/token", None).pop();
            let struck = form.as_ref().map(|fault| StruckInside(fault.name()));
            let enveloped = match form {
                Some(FaultKind::TokenForm { enveloped }) => enveloped,
                _ => shared.options.enveloped_token,
            };
            let mut answer = match enveloped {
                true => success(reply),
                false => coded(StatusCode::OK, 0, &reply),
            };
            if let Some(struck) = struck {
                answer.extensions_mut().insert(struck);
            }
            answer
        }
    };
    response.extensions_mut().insert(Caller(client_id.to_owned()));
    Ok(response)
}

/// A text field that must be there.
fn field<'a>(request: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    match request.get(name) {
        None | Some(Value::Null) => Err(ApiError::missing(name)),
        Some(Value::String(text)) if text.is_empty() => Err(ApiError::missing(name)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ApiError::invalid(name, Value::Null)),
    }
}
