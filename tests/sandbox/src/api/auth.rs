//! Who is calling.

use axum::http::{HeaderMap, Uri, header};

use super::params::Params;
use crate::clients::Scope;
use crate::envelope::ApiError;
use crate::quirks::{CommandClass, ExpiredToken};
use crate::quota::Class;
use crate::state::Shared;
use crate::tokens::{Holder, Refusal};

/// The token that came with a request: from the header, or for the stream also from the query.
pub(crate) fn presented(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    bearer.or_else(|| {
        if uri.path() != "/v1/operator/stream" {
            return None;
        }
        Params::of(uri).ok()?.text("token").map(str::to_owned)
    })
}

/// The client behind a request, or the error its token deserves. The class of the call says which scope it takes.
pub(crate) fn caller(shared: &Shared, headers: &HeaderMap, uri: &Uri, class: Class) -> Result<String, ApiError> {
    let needed = if class == Class::Control { "write" } else { "read" };
    let Holder::Client(client_id) = identify(shared, headers, uri)? else {
        // A charger's token.
        return Err(ApiError::denied(needed));
    };
    let scope = shared
        .clients
        .find(&client_id)
        .map_or(Scope::None, |client| client.scope);
    match class {
        Class::Query if !scope.reads() => Err(ApiError::denied(needed)),
        Class::Control if !scope.writes() => Err(ApiError::denied(needed)),
        _ => Ok(client_id),
    }
}

/// Whoever holds the token of a request, or the error the token deserves.
pub(crate) fn identify(shared: &Shared, headers: &HeaderMap, uri: &Uri) -> Result<Holder, ApiError> {
    let token = presented(headers, uri).ok_or_else(|| ApiError::unauthenticated("an access token is required"))?;
    shared
        .tokens
        .check(&token, shared.clock.now())
        .map_err(|refusal| match refusal {
            Refusal::Unknown => ApiError::unauthenticated("the access token is not valid"),
            Refusal::Expired if shared.quirks().expired_token == ExpiredToken::Code2002 => ApiError::token_expired(),
            Refusal::Expired => ApiError::unauthenticated("the access token is not valid"),
        })
}

/// As [`caller`], and takes the call out of the quota of its class.
pub(crate) fn admit(shared: &Shared, headers: &HeaderMap, uri: &Uri, class: Class) -> Result<String, ApiError> {
    let client_id = caller(shared, headers, uri, class)?;
    let counted = match shared.quirks().command_class {
        // Only one call of this class is no command for a connector.
        CommandClass::Query if class == Class::Control && !uri.path().ends_with("/flexibility") => Class::Query,
        _ => class,
    };
    shared.take(&client_id, counted)?;
    Ok(client_id)
}
