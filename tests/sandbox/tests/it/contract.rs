//! Answers against the platform's own OpenAPI document, which is not part of this repository: its path comes from
//! `TELLUS_CONTRACT`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tellus_sandbox::FaultKind;

use crate::schema::Document;
use crate::support::{Api, credentials, frame, json, open, post, sandbox};

/// The document, or `None` where it is absent and may be.
fn document() -> Option<Document> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contract/openapi-1.3.json");
    let path = std::env::var_os("TELLUS_CONTRACT").map_or(default, PathBuf::from);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(Document(serde_json::from_str(&text).unwrap())),
        Err(error) => {
            let why = format!("{}: {error} (set TELLUS_CONTRACT)", path.display());
            assert_ne!(std::env::var("TELLUS_REQUIRE_ALL").as_deref(), Ok("1"), "{why}");
            // Not through the print macros: the test harness would swallow the line.
            let _ = writeln!(
                std::io::stderr(),
                "\nNOT RUN: answers against the OpenAPI document. {why}"
            );
            None
        }
    }
}

/// The schema of an answer.
fn answer<'a>(document: &'a Document, path: &str, method: &str, status: &str) -> &'a Value {
    &document.0["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
}

#[tokio::test]
async fn answers_fit_the_published_schemas() {
    let Some(document) = document() else { return };
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let url = format!("{}/operator/oauth/token", sandbox.base_url());
    let fits = |schema: &Value, value: &Value| {
        let errors = document.errors(schema, value);
        assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
    };

    let token = answer(&document, "/operator/oauth/token", "post", "200");
    fits(token, &json(post(&api.http, &url, &credentials(&sandbox)).await).await);
    let mut wrong = credentials(&sandbox);
    wrong["client_secret"] = json!("x");
    let refused = answer(&document, "/operator/oauth/token", "post", "401");
    fits(refused, &json(post(&api.http, &url, &wrong).await).await);

    fits(
        answer(&document, "/operator/sites", "get", "200"),
        &api.fetch("/operator/sites").await.1,
    );
    // Every device, in different phases of its day.
    for id in sandbox.device_ids() {
        let device = answer(&document, "/operator/devices/{device_id}", "get", "200");
        fits(device, &api.fetch(&format!("/operator/devices/{id}")).await.1);
        sandbox.advance(Duration::from_secs(600));
    }
    let absent = answer(&document, "/operator/devices/{device_id}", "get", "404");
    fits(absent, &api.fetch("/operator/devices/none").await.1);
    let records = answer(&document, "/operator/charging-records", "get", "200");
    for page in 1..=5 {
        fits(
            records,
            &api.fetch(&format!("/operator/charging-records?size=100&page={page}"))
                .await
                .1,
        );
    }
    let error = &document.0["components"]["schemas"]["ErrorResponse"];
    for path in ["/operator/sites?size=0", "/operator/stream", "/operator/none"] {
        fits(error, &api.fetch(path).await.1);
    }

    let stream = answer(&document, "/operator/stream", "get", "101");
    let devices = sandbox.device_ids();
    let mut socket = open(&sandbox, Some(&api.token), &format!("devices={}", devices.join(",")))
        .await
        .unwrap();
    for _ in 0..devices.len() * 3 {
        fits(stream, &frame(&mut socket).await);
    }
}

#[tokio::test]
async fn the_check_can_tell_right_from_wrong() {
    let Some(document) = document() else { return };
    let sandbox = sandbox();
    let api = Api::new(&sandbox).await;
    let path = format!("/operator/devices/{}", sandbox.device_ids()[0]);
    let schema = answer(&document, "/operator/devices/{device_id}", "get", "200");
    sandbox.inject(FaultKind::UnknownState {
        state: "preparing".to_owned(),
        device: None,
    });
    let errors = document.errors(schema, &api.fetch(&path).await.1);
    assert!(errors.iter().any(|error| error.contains("preparing")), "{errors:?}");
    sandbox.inject(FaultKind::UnknownFields {});
    let errors = document.errors(schema, &api.fetch(&path).await.1);
    assert!(
        errors.iter().any(|error| error.contains("x_sandbox_text")),
        "{errors:?}"
    );
    let errors = document.errors(schema, &json!({ "code": 0, "data": { "device_id": 7 } }));
    assert!(errors.len() >= 2, "{errors:?}");
}
