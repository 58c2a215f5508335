//! Tokens: one for all, renewed when they must be, never more often.

use std::{sync::Arc, time::Duration};

use tellus_core::{Client, Credentials, ErrorKind, ExposeSecret, Request, TokenProvider, TokenRequest};
use tellus_sandbox::{FaultKind, Options, Quirks, Sandbox, quirk::TokenReply};

use crate::common::{block_on, client, config, credentials, requests, sandbox, token_requests};

#[test]
fn fifty_parallel_calls_without_a_token_make_one_token_request() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let id = sandbox.device_ids().remove(0);
    block_on(async {
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let (client, id) = (client.clone(), id.clone());
                tokio::spawn(async move { client.device(&id).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(token_requests(&sandbox), 1);
    assert_eq!(requests(&sandbox, "/v1/operator/devices").len(), 50);
}

#[test]
fn an_expired_token_costs_one_refresh_and_one_replay() {
    for fault in [FaultKind::ExpireTokens {}, FaultKind::RevokeTokens {}] {
        let sandbox = sandbox();
        let client = client(&sandbox);
        block_on(async {
            client.sites(None).collect().await.unwrap();
            sandbox.inject(fault.once());
            client.sites(None).collect().await.unwrap();
        });
        assert_eq!(token_requests(&sandbox), 2);
        let statuses: Vec<_> = requests(&sandbox, "/v1/operator/sites")
            .iter()
            .map(|r| r.status)
            .collect();
        assert_eq!(statuses, [Some(200), Some(401), Some(200)]);
    }
}

#[test]
fn many_refusals_at_once_cost_one_refresh() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    block_on(async {
        client.authenticate().await.unwrap();
        sandbox.inject(FaultKind::ExpireTokens {}.once());
        let id = &sandbox.device_ids()[0];
        let calls = (0..20).map(|_| client.device(id));
        for result in futures_util::future::join_all(calls).await {
            result.unwrap();
        }
    });
    assert_eq!(token_requests(&sandbox), 2);
}

#[test]
fn a_token_that_is_always_refused_is_not_fetched_for_ever() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let refused = FaultKind::Error {
        status: 401,
        code: 2001,
        message: None,
        details: None,
        retry_after_seconds: None,
    };
    sandbox.inject(refused.always().on("/operator/sites"));
    let error = block_on(client.sites(None).collect()).unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.attempts()),
        (ErrorKind::Authentication, Some(2001), 2)
    );
    assert_eq!(token_requests(&sandbox), 2);
}

#[test]
fn a_command_is_replayed_after_an_expired_token_since_it_was_not_carried_out() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    block_on(async {
        let expired = FaultKind::Error {
            status: 401,
            code: 2002,
            message: None,
            details: None,
            retry_after_seconds: None,
        };
        sandbox.inject(expired.once().on("/operator/new"));
        let request = Request::new("POST", "/operator/new").unwrap();
        let error = client.request(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    });
    let statuses: Vec<_> = requests(&sandbox, "/v1/operator/new")
        .iter()
        .map(|r| r.status)
        .collect();
    assert_eq!(statuses, [Some(401), Some(404)]);
}

#[test]
fn the_token_at_hand_can_be_used_elsewhere() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let token = block_on(client.access_token()).unwrap();
    assert!(token.expires_in > Duration::from_secs(86_000) && token.expires_in <= Duration::from_secs(86_400));
    let elsewhere = Credentials::token(token.token.expose_secret());
    let elsewhere = Client::new(config(&sandbox), elsewhere).unwrap();
    assert_eq!(block_on(elsewhere.sites(None).collect()).unwrap().len(), 3);
    assert_eq!(token_requests(&sandbox), 1);
}

#[test]
fn tokens_are_understood_raw_and_enveloped() {
    let sandbox = Sandbox::start(Options {
        quirks: Quirks {
            token_reply: TokenReply::Enveloped,
            ..Quirks::default()
        },
        ..Options::default()
    })
    .unwrap();
    block_on(client(&sandbox).authenticate()).unwrap();
}

#[test]
fn the_token_endpoint_is_asked_again_when_it_fails_for_a_moment() {
    let sandbox = sandbox();
    sandbox.inject(FaultKind::Html { status: 502 }.times(2).on("/operator/oauth/token"));
    block_on(client(&sandbox).authenticate()).unwrap();
    assert_eq!(token_requests(&sandbox), 3);
}

/// A backend that keeps the secret, as an app's would; answers later and from another thread.
struct Backend(Client);

impl TokenProvider for Backend {
    fn request(&self, request: Arc<TokenRequest>) -> Result<(), String> {
        let client = self.0.clone();
        std::thread::spawn(move || {
            // The backend's own call, over the raw endpoint.
            let body = client.config().devices.clone();
            let ask = Request::new("POST", "/operator/oauth/token")
                .unwrap()
                .body(serde_json::json!({
                    "client_id": body[0], "client_secret": body[1], "grant_type": "client_credentials",
                }));
            match block_on(client.request(ask)) {
                Ok(grant) => request.succeed(
                    grant["access_token"].as_str().unwrap().into(),
                    Duration::from_secs(3600),
                ),
                Err(error) => request.fail(&error.to_string()),
            }
        });
        Ok(())
    }
}

#[test]
fn a_token_provider_serves_an_app_that_holds_no_secret() {
    let sandbox = sandbox();
    let mut backend = config(&sandbox);
    backend.devices = vec![sandbox.client_id().into(), sandbox.client_secret().into()];
    let backend = Backend(Client::new(backend, credentials(&sandbox)).unwrap());
    let app = Client::new(config(&sandbox), Credentials::provider(backend)).unwrap();
    assert_eq!(block_on(app.sites(None).collect()).unwrap().len(), 3);
}
