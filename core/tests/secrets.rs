//! Nothing secret in any text: a session with successes and failures, everything printed, everything logged, and then
//! a search for the secret and the token. A test of its own, since it installs a log for the whole process.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use tellus_core::{Client, Config, Credentials, Error, Request, TokenFile, TokenProvider, TokenRequest};
use tellus_sandbox::{FaultKind, Options, Sandbox};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands out one known token.
struct Known(String);

impl TokenProvider for Known {
    fn request(&self, request: Arc<TokenRequest>) -> Result<(), String> {
        request.succeed(self.0.clone(), Duration::from_secs(3600));
        Ok(())
    }
}

fn print(text: &mut String, error: &Error) {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        writeln!(text, "{error} {error:?} {error:#?}").unwrap();
        source = error.source();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_secret_nor_a_token_is_ever_shown() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();

    let sandbox = Sandbox::start(Options {
        cadence: Duration::from_millis(50),
        ..Options::default()
    })
    .unwrap();
    let mut config = Config::new(sandbox.base_url());
    config.retry.max_attempts = 2;
    config.retry.backoff.base = Duration::from_millis(5);
    let canary = "canary-5f3d-secret";
    let mut text = String::new();

    // The token itself, through a call that a partner's backend would make.
    let owner = Credentials::client_secret(sandbox.client_id(), sandbox.client_secret());
    let owner = Client::new(config.clone(), owner).unwrap();
    let ask = Request::new("POST", "/operator/oauth/token").unwrap().body(serde_json::json!({
        "client_id": sandbox.client_id(), "client_secret": sandbox.client_secret(), "grant_type": "client_credentials",
    }));
    let grant = owner.request(ask).await.unwrap();
    let token = grant["access_token"].as_str().unwrap().to_owned();
    assert!(token.len() > 20);

    // Failures of the token call, a body that breaks off in the middle of the token among them.
    for fault in [
        FaultKind::NotJson {},
        FaultKind::Truncated { status: 200 },
        FaultKind::Html { status: 502 },
    ] {
        let credentials = Credentials::client_secret(sandbox.client_id(), canary);
        writeln!(text, "{credentials:?} {:?}", owner.config()).unwrap();
        let client = Client::new(config.clone(), credentials).unwrap();
        print(&mut text, &client.authenticate().await.unwrap_err());
        sandbox.inject(fault.always().on("/operator/oauth/token"));
        print(&mut text, &client.authenticate().await.unwrap_err());
        let fresh = Client::new(
            config.clone(),
            Credentials::client_secret(sandbox.client_id(), sandbox.client_secret()),
        );
        print(&mut text, &fresh.unwrap().authenticate().await.unwrap_err());
        sandbox.clear_faults();
    }

    // A platform that repeats what it was sent.
    for (status, code) in [(400, 1001), (401, 2001), (500, 9001)] {
        let secret = sandbox.client_secret();
        sandbox.inject(
            FaultKind::Error {
                status,
                code,
                message: Some(format!("bad secret {secret}")),
                details: Some(serde_json::json!({ "field": "client_secret", "value": secret })),
                retry_after_seconds: None,
            }
            .always()
            .on("/operator/oauth/token"),
        );
        let client = Client::new(config.clone(), Credentials::client_secret(sandbox.client_id(), secret)).unwrap();
        let error = client.authenticate().await.unwrap_err();
        assert_eq!(
            (error.code(), &error.details()["field"]),
            (Some(code.into()), &"client_secret".into())
        );
        print(&mut text, &error);
        sandbox.clear_faults();
    }

    // Failures of calls that carry the token, and the stream's.
    let client = Client::new(config.clone(), Credentials::provider(Known(token.clone()))).unwrap();
    writeln!(text, "{client:?}").unwrap();
    for fault in [
        FaultKind::Drop {},
        FaultKind::NotJson {},
        FaultKind::Html { status: 502 },
        FaultKind::ExpireTokens {},
    ] {
        sandbox.inject(fault.always().on("/operator/sites"));
        print(&mut text, &client.sites(None).collect().await.unwrap_err());
        sandbox.clear_faults();
    }
    let odd = Client::new(config.clone(), Credentials::provider(Known(format!("{token}\n")))).unwrap();
    print(&mut text, &odd.sites(None).collect().await.unwrap_err());
    // A token that nobody renews, alone and kept in a file.
    let path = std::env::temp_dir().join(format!("tellus-secrets-{}", std::process::id()));
    let store = TokenFile::new(&path, &config.base_url, "me").unwrap();
    writeln!(text, "{store:?}").unwrap();
    let fixed = Credentials::token(&token);
    for credentials in [
        fixed.clone(),
        fixed.stored_in(store),
        Credentials::token(format!("{token}\n")),
    ] {
        writeln!(text, "{credentials:?}").unwrap();
        let fixed = Client::new(config.clone(), credentials).unwrap();
        writeln!(text, "{fixed:?} {:?}", fixed.access_token().await.unwrap()).unwrap();
        sandbox.inject(FaultKind::RevokeTokens {}.once().on("/operator/sites"));
        print(&mut text, &fixed.sites(None).collect().await.unwrap_err());
        sandbox.clear_faults();
    }
    assert!(text.contains("nobody renews it"));
    assert!(std::fs::read_to_string(&path).unwrap().contains(&token), "it was kept");
    std::fs::remove_file(&path).unwrap();
    let _ = std::fs::remove_file(path.with_extension("lock"));
    let stream = client.telemetry(sandbox.device_ids()).unwrap();
    writeln!(text, "{stream:?}").unwrap();
    for _ in 0..3 {
        match stream.next_batch(100, Some(Duration::from_secs(2))).await {
            Ok(batch) => writeln!(text, "{batch:?}").unwrap(),
            Err(error) => print(&mut text, &error),
        }
    }
    text.push_str(&serde_json::to_string(&sandbox.journal()).unwrap());

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("tellus"), "the log is being written");
    assert!(text.len() > 2000);
    for hidden in [canary, sandbox.client_secret(), &token] {
        // A part of a token would do to guess the rest.
        let part = &hidden[..hidden.len().min(24)];
        for (place, shown) in [("texts", &text), ("log", &log)] {
            let found = shown.find(part);
            assert!(
                found.is_none(),
                "{place}: …{}…",
                &shown[found.unwrap().saturating_sub(200)..found.unwrap()]
            );
        }
    }
}
