//! Answers against the platform's own OpenAPI document, made stricter by `overlay.json`. The document is not part of
//! this repository: its path comes from `TELLUS_CONTRACT`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::schema::Document;

/// The document and what has been held against it.
pub(crate) struct Contract {
    pub(crate) document: Document,
    seen: Mutex<BTreeSet<(String, String, String)>>,
}

/// The contract, or `None` where the document is absent and may be.
pub(crate) fn contract() -> Option<Contract> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let default = root.join("../../../shared/contract/openapi-1.3.json");
    let path = std::env::var_os("TELLUS_CONTRACT").map_or(default, PathBuf::from);
    let overlay = std::fs::read_to_string(root.join("overlay.json")).unwrap();
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let document = Document(serde_json::from_str(&text).unwrap());
            Some(Contract {
                document: document.overlaid(serde_json::from_str(&overlay).unwrap()),
                seen: Mutex::default(),
            })
        }
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

impl Contract {
    /// Everything that is wrong with an answer.
    pub(crate) fn errors(&self, path: &str, method: &str, status: u16, value: &Value) -> Vec<String> {
        match self.document.answer(path, method, &status.to_string()) {
            Some(schema) => self.document.errors(schema, value),
            None => vec![format!("{method} {path}: no answer {status} is described")],
        }
    }

    /// Fails unless the answer fits.
    pub(crate) fn fits(&self, path: &str, method: &str, status: u16, value: &Value) {
        let errors = self.errors(path, method, status, value);
        assert!(errors.is_empty(), "{method} {path} {status}: {errors:#?}\n{value:#}");
        let seen = (path.to_owned(), method.to_owned(), status.to_string());
        self.seen.lock().unwrap().insert(seen);
    }

    /// The answers of operator calls that nothing was held against.
    pub(crate) fn unseen(&self) -> Vec<(String, String, String)> {
        let seen = self.seen.lock().unwrap();
        self.document.answers("/operator/").difference(&seen).cloned().collect()
    }
}

#[test]
fn a_bare_envelope_is_not_enough() {
    let Some(contract) = contract() else { return };
    let bare = json!({ "code": 0, "message": "success" });
    let answers = contract.document.answers("/operator/");
    for (path, method, _) in answers.iter().filter(|(_, _, status)| status == "200") {
        assert!(!contract.errors(path, method, 200, &bare).is_empty(), "{method} {path}");
    }
    // An error for a field must name it, and a refusal for the quota must say how long to wait.
    for (status, code) in [(400, 1001), (429, 5001)] {
        let bare = json!({ "code": code, "message": "no" });
        assert!(
            !contract.errors("/operator/sites", "get", status, &bare).is_empty(),
            "{status}"
        );
    }
    // Success under an error's status, and the other way round.
    let mixed = json!({ "code": 0, "message": "success", "data": null });
    assert!(!contract.errors("/operator/sites", "get", 403, &mixed).is_empty());
    let mixed = json!({ "code": 2003, "message": "no", "data": { "items": [], "total": 0, "page": 1, "size": 20 } });
    assert!(!contract.errors("/operator/sites", "get", 200, &mixed).is_empty());
    // Without the overlay the document alone would let the bare one pass.
    let text = std::env::var_os("TELLUS_CONTRACT").map(std::fs::read_to_string);
    if let Some(Ok(text)) = text {
        let alone = Document(serde_json::from_str(&text).unwrap());
        let schema = alone.answer("/operator/sites", "get", "200").unwrap();
        assert!(alone.errors(schema, &bare).is_empty());
    }
}

#[test]
fn the_check_can_tell_right_from_wrong() {
    let Some(contract) = contract() else { return };
    let path = "/operator/commands/{command_id}";
    let at = "2026-03-15T11:00:00.000Z";
    let data = json!({ "command_id": "cmd_1", "status": "completed", "created_at": at, "updated_at": at });
    let of = |data: &Value| json!({ "code": 0, "message": "success", "data": data });
    assert_eq!(contract.errors(path, "get", 200, &of(&data)), Vec::<String>::new());
    for (name, value, expected) in [
        ("status", json!("rejected"), "breaks enum"),
        ("created_at", json!("yesterday"), "breaks format"),
        ("result", json!([]), "breaks type"),
        ("progress", json!(7), "unknown"),
    ] {
        let mut wrong = data.clone();
        wrong[name] = value;
        let errors = contract.errors(path, "get", 200, &of(&wrong));
        assert!(errors.len() == 1 && errors[0].contains(expected), "{errors:?}");
    }
    assert!(contract.errors(path, "get", 418, &of(&data))[0].contains("no answer 418"));
}
