//! `POST /device/register` and `POST /device/token`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde_json::json;

use crate::api::Answer;
use crate::api::fields::Fields;
use crate::api::token::{Request, reply};
use crate::envelope::{ApiError, success};
use crate::fleet::Registration;
use crate::quota::Class;
use crate::state::Shared;
use crate::tokens::Holder;
use crate::unspecified::DEVICE_SECRET_LIFETIME;

/// Whoever has no token yet is counted in one window.
const NOBODY: &str = "";

/// Takes in a charger that connects for the first time.
pub(super) async fn register(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    shared.take(NOBODY, Class::Device)?;
    let fields = Fields::of(&body)?;
    let text = |name| fields.required(name, fields.text(name)?);
    let registration = Registration {
        sn: text("sn")?,
        model: text("model")?,
        manufacturer: text("manufacturer")?,
        firmware_version: text("firmware_version")?,
    };
    fields.string("mac")?;
    let mut fleet = shared.fleet();
    let index = fleet
        .register(registration, shared.clock.now())
        .ok_or_else(|| ApiError::conflict("a charger with this serial number is already registered"))?;
    let charger = &fleet.chargers[index];
    Ok(success(json!({
        "device_id": charger.id,
        "device_secret": charger.secret,
        "expires_in": DEVICE_SECRET_LIFETIME,
    })))
}

/// Exchanges a charger's id and secret for an access token.
pub(super) async fn token(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let request = Request::of(&body, "device_id", "device_secret")?;
    let known = shared
        .fleet()
        .recognise(&request.id, &request.secret, shared.clock.now());
    let counted = known.as_deref().unwrap_or(NOBODY);
    shared.take(counted, Class::Device)?;
    match known {
        Some(id) => Ok(reply(&shared, &Holder::Device(id), "/device/token")),
        None => Err(ApiError::unauthenticated("device_id or device_secret is wrong")),
    }
}
