//! `POST /operator/oauth/token`, and what a charger's token call shares with it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Answer;
use crate::envelope::{ApiError, coded, success};
use crate::faults::{FaultKind, Spot};
use crate::front::{Caller, StruckInside};
use crate::journal::JournalEvent;
use crate::quirks::{ExpiresIn, TokenRenewal, TokenReply, TokenType};
use crate::quota::Class;
use crate::state::Shared;
use crate::tokens::{Holder, fingerprint};

const GRANT: &str = "client_credentials";

/// The validity (s) that the document promises.
const DOCUMENTED_LIFETIME: u64 = 86_400;

/// Exchanges an operator's id and secret for an access token.
pub(crate) async fn issue(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let request = Request::of(&body, "client_id", "client_secret")?;
    // Unknown clients share one window, so that made-up ids cannot fill the memory.
    let known = shared.clients.find(&request.id);
    let counted = known.map_or("", |known| known.client_id.as_str());
    let mut response = match shared.take(counted, Class::Token) {
        Err(refusal) => refusal.into_response(),
        Ok(()) if known.is_none_or(|known| known.client_secret != request.secret) => {
            ApiError::unauthenticated("client_id or client_secret is wrong").into_response()
        }
        Ok(()) => reply(&shared, &Holder::Client(request.id.clone()), "/operator/oauth/token"),
    };
    response.extensions_mut().insert(Caller(request.id));
    Ok(response)
}

/// What a token is asked for with.
pub(super) struct Request {
    pub(super) id: String,
    pub(super) secret: String,
}

impl Request {
    /// Reads a body in which id and secret have these names. It is never quoted back: it holds a secret.
    pub(super) fn of(body: &[u8], id: &str, secret: &str) -> Result<Self, ApiError> {
        let request = match serde_json::from_slice(body) {
            Ok(request @ Value::Object(_)) => request,
            _ => return Err(ApiError::invalid("body", Value::Null)),
        };
        let (id, secret) = (field(&request, id)?, field(&request, secret)?);
        match field(&request, "grant_type")? {
            GRANT => Ok(Self {
                id: id.to_owned(),
                secret: secret.to_owned(),
            }),
            other => Err(ApiError::invalid("grant_type", other)),
        }
    }
}

/// The answer with a new token. `path` is what faults are matched against.
pub(super) fn reply(shared: &Shared, holder: &Holder, path: &str) -> Response {
    let (now, quirks) = (shared.clock.now(), shared.quirks());
    let current = match quirks.token_renewal {
        TokenRenewal::Fresh => None,
        TokenRenewal::Same => shared.tokens.current(holder, now),
    };
    let (token, lifetime) = current.unwrap_or_else(|| {
        let lifetime = shared.options.token_lifetime;
        (shared.tokens.issue(holder, quirks.token_form, now, lifetime), lifetime)
    });
    let event = JournalEvent::TokenIssued {
        client_id: holder.id().to_owned(),
        token: fingerprint(&token),
        expires_in: lifetime.as_secs(),
    };
    shared.journal.write(now, event);
    let token_type = match quirks.token_type {
        TokenType::Capitalized => "Bearer",
        TokenType::LowerCase => "bearer",
        TokenType::UpperCase => "BEARER",
    };
    let expires_in = match quirks.expires_in {
        ExpiresIn::Actual => lifetime.as_secs(),
        ExpiresIn::Documented => DOCUMENTED_LIFETIME,
    };
    let reply = json!({ "access_token": token, "token_type": token_type, "expires_in": expires_in });
    let form = shared.faults.strike(Spot::Token, path, None).pop();
    let struck = form.as_ref().map(|fault| StruckInside(fault.name()));
    let enveloped = match form {
        Some(FaultKind::TokenForm { enveloped }) => enveloped,
        _ => quirks.token_reply == TokenReply::Enveloped,
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

/// A text field that must be there.
fn field<'a>(request: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    match request.get(name) {
        None | Some(Value::Null) => Err(ApiError::missing(name)),
        Some(Value::String(text)) if text.is_empty() => Err(ApiError::missing(name)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ApiError::invalid(name, Value::Null)),
    }
}
