use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tellus_sandbox::Quirks;

fn start(flags: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tellus-sandbox"))
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end, so that no test leaves a process behind.
fn ended(mut child: Child) -> Option<i32> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(5) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    panic!("it did not end");
}

#[test]
fn prints_one_line_and_ends_with_its_standard_input() {
    let mut child = start(&[
        "--json",
        "--exit-with-stdin",
        "--seed",
        "4",
        "--tls",
        "--quirk",
        "quota_window=fixed",
        "--history-days",
        "2",
    ]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told["pid"], child.id());
    assert!(told["base_url"].as_str().unwrap().starts_with("https://"));
    let file = told["ca_file"].as_str().unwrap().to_owned();
    assert!(std::fs::exists(&file).unwrap());
    assert_eq!(told["devices"].as_array().unwrap().len(), 12);
    let scopes: Vec<&Value> = told["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["scope"])
        .collect();
    assert_eq!(scopes, ["read_write", "read", "none"]);
    assert_eq!(told["credentials"][0]["client_id"], told["client_id"]);
    drop(child.stdin.take());
    assert_eq!(ended(child), Some(0));
    assert!(!std::fs::exists(&file).unwrap());
}

#[cfg(unix)]
#[test]
fn ends_cleanly_on_signals() {
    for signal in ["-TERM", "-INT"] {
        let mut child = start(&["--port", "0"]);
        let mut first = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        assert!(first.contains("http://127.0.0.1:"), "{first}");
        assert!(
            Command::new("kill")
                .args([signal, &child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        for wanted in [
            "TELLUS_BASE_URL=",
            "TELLUS_CLIENT_ID=",
            "TELLUS_CLIENT_SECRET=",
            "curl ",
        ] {
            assert!(rest.contains(wanted), "{rest}");
        }
        assert_eq!(ended(child), Some(0));
    }
}

#[test]
fn refuses_to_be_exposed_by_accident() {
    assert_eq!(ended(start(&["--host", "0.0.0.0"])), Some(1));
}

#[test]
fn says_which_quirks_there_are() {
    let run = |flags: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_tellus-sandbox"))
            .args(flags)
            .output()
            .unwrap()
    };
    let help = run(&["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    for switch in Quirks::SWITCHES {
        assert!(text.contains(&format!("{}:", switch.name)), "{}", switch.name);
        for (word, meaning) in switch.readings {
            assert!(text.contains(word) && text.contains(meaning.trim()), "{word}");
        }
    }
    for (quirk, known) in [
        ("token_reply=x", "bare, enveloped"),
        ("tokens=x", "token_reply, token_form"),
        ("soc", "whole, fraction"),
    ] {
        let refused = run(&["--quirk", quirk]);
        assert_eq!(refused.status.code(), Some(2));
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(why.contains(known), "{why}");
    }
}
