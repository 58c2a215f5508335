//! Whatever goes wrong has its kind, its facts and a sentence that helps.

use std::time::Duration;

use tellus_core::{Client, Config, Credentials, Error, ErrorKind, Request, model::ConnectorState};
use tellus_sandbox::FaultKind;

use crate::common::{block_on, client, config, credentials, eventually, requests, sandbox};

/// Short only where waiting is the point: a busy machine must not make time-outs of other failures.
fn patience(fault: &FaultKind) -> Duration {
    match fault {
        FaultKind::Slow { .. } => Duration::from_millis(300),
        _ => Duration::from_secs(30),
    }
}

/// The error of a read on which `fault` strikes every time.
fn struck(fault: FaultKind) -> (Error, usize) {
    let sandbox = sandbox();
    let mut config = config(&sandbox);
    config.request_timeout = patience(&fault);
    config.retry.max_attempts = 2;
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    block_on(client.authenticate()).unwrap();
    sandbox.inject(fault.always().on("/operator/sites"));
    let error = block_on(client.sites(None).collect()).unwrap_err();
    let sent = || requests(&sandbox, "/v1/operator/sites").len();
    // A request that nobody waits for any more is noted when its answer is ready.
    eventually("all attempts are noted", || sent() >= error.attempts() as usize);
    (error, sent())
}

fn enveloped(status: u16, code: u32) -> FaultKind {
    FaultKind::Error {
        status,
        code,
        message: None,
        details: None,
        retry_after_seconds: None,
    }
}

#[test]
fn each_failure_has_its_kind_and_is_retried_only_where_that_can_help() {
    let table = [
        (enveloped(400, 1001), ErrorKind::InvalidRequest, 1),
        (enveloped(403, 2003), ErrorKind::PermissionDenied, 1),
        (enveloped(404, 3001), ErrorKind::NotFound, 1),
        (enveloped(409, 4001), ErrorKind::Conflict, 1),
        (enveloped(500, 9001), ErrorKind::Server, 2),
        (enveloped(200, 9001), ErrorKind::Server, 2),
        (FaultKind::Html { status: 502 }, ErrorKind::Server, 2),
        (FaultKind::Empty { status: 500 }, ErrorKind::Server, 2),
        (FaultKind::Truncated { status: 200 }, ErrorKind::Connection, 2),
        (FaultKind::NotJson {}, ErrorKind::Decode, 1),
        (FaultKind::Drop {}, ErrorKind::Connection, 2),
        (FaultKind::Slow { delay_ms: 2000 }, ErrorKind::Timeout, 2),
    ];
    for (fault, kind, sent) in table {
        let (error, seen) = struck(fault.clone());
        assert_eq!(error.kind(), kind, "{fault:?}: {error:?}");
        assert_eq!((error.attempts(), seen), (sent, sent as usize), "{fault:?}: {error}");
        assert!(!error.reason().is_empty());
    }
}

#[test]
fn a_proxys_page_keeps_its_status_and_shows_how_it_begins() {
    let (error, _) = struck(FaultKind::Html { status: 502 });
    assert_eq!(error.http_status(), Some(502));
    assert!(error.to_string().contains("not JSON"), "{error}");
}

#[test]
fn a_command_without_an_answer_is_sent_once_and_its_outcome_is_unknown() {
    for fault in [
        FaultKind::Drop {},
        FaultKind::Html { status: 502 },
        enveloped(500, 9001),
        FaultKind::Truncated { status: 200 },
        FaultKind::NotJson {},
        FaultKind::Slow { delay_ms: 2000 },
    ] {
        let sandbox = sandbox();
        let mut config = config(&sandbox);
        config.request_timeout = patience(&fault);
        let client = Client::new(config, credentials(&sandbox)).unwrap();
        block_on(client.authenticate()).unwrap();
        sandbox.inject(fault.clone().always().on("/operator/devices"));
        let request = Request::new("POST", "/operator/devices/d/connectors/1/start").unwrap();
        let error = block_on(client.request(request)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{fault:?}: {error:?}");
        assert!(!error.retryable());
        // A request that nobody waits for any more is noted when its answer is ready.
        eventually("the command is noted", || {
            !requests(&sandbox, "/v1/operator/devices").is_empty()
        });
        assert_eq!(requests(&sandbox, "/v1/operator/devices").len(), 1, "{fault:?}");
    }
}

#[test]
fn a_silence_longer_than_the_read_timeout_is_a_timeout() {
    let sandbox = sandbox();
    let mut config = config(&sandbox);
    config.read_timeout = Duration::from_millis(200);
    config.retry.max_attempts = 1;
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    block_on(client.authenticate()).unwrap();
    sandbox.inject(FaultKind::Slow { delay_ms: 5_000 }.once().on("/operator/sites"));
    let start = std::time::Instant::now();
    let error = block_on(client.sites(None).collect()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn wrong_credentials_and_wrong_ids_say_what_to_check() {
    let sandbox = sandbox();
    let wrong = Client::new(
        config(&sandbox),
        Credentials::client_secret(sandbox.client_id(), "nope"),
    )
    .unwrap();
    let error = block_on(wrong.sites(None).collect()).unwrap_err();
    assert_eq!(
        (error.kind(), error.http_status()),
        (ErrorKind::Authentication, Some(401))
    );
    assert!(error.reason().contains("client_secret"), "{error}");
    let error = block_on(client(&sandbox).device("dvc_nowhere")).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some(3001)));
    assert!(error.request_id().is_some());
    for id in ["", ".."] {
        let error = block_on(client(&sandbox).device(id)).unwrap_err();
        assert_eq!(error.details()["field"], "device_id");
    }
}

#[test]
fn an_unreachable_host_and_an_unencrypted_one_are_told_apart() {
    let mut config = Config::new("http://127.0.0.1:1");
    config.retry.max_attempts = 1;
    let nobody = Client::new(config, Credentials::client_secret("me", "secret")).unwrap();
    let error = block_on(nobody.authenticate()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.reason().contains("base URL"), "{error}");
    let mut config = Config::new("https://no-such-host.invalid");
    config.retry.max_attempts = 1;
    let nowhere = Client::new(config, Credentials::client_secret("me", "secret")).unwrap();
    assert_eq!(
        block_on(nowhere.authenticate()).unwrap_err().kind(),
        ErrorKind::Connection
    );
    let error = Client::new(
        Config::new("http://example.com"),
        Credentials::client_secret("me", "secret"),
    )
    .unwrap_err();
    assert_eq!(
        (error.kind(), &error.details()["field"]),
        (ErrorKind::InvalidRequest, &"base_url".into())
    );
}

#[test]
fn an_unknown_state_and_unknown_fields_are_no_error() {
    let sandbox = sandbox();
    sandbox.inject(
        FaultKind::UnknownState {
            state: "preparing".into(),
            device: None,
        }
        .always(),
    );
    sandbox.inject(FaultKind::UnknownFields {}.always());
    let client = client(&sandbox);
    assert_eq!(block_on(client.sites(None).collect()).unwrap().len(), 3);
    let device = block_on(client.device(&sandbox.device_ids()[0])).unwrap();
    assert_eq!(device.connectors[0].status, ConnectorState::Other("preparing".into()));
}

#[test]
fn a_closed_client_says_so_and_cuts_waits_short() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    block_on(client.authenticate()).unwrap();
    sandbox.inject(FaultKind::Slow { delay_ms: 10_000 }.always().on("/operator/sites"));
    let start = std::time::Instant::now();
    let error = block_on(async {
        let waiting = tokio::spawn(client.sites(None).collect());
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.close();
        waiting.await.unwrap().unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(block_on(client.authenticate()).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(client.telemetry(["d"]).unwrap_err().kind(), ErrorKind::Closed);
}
