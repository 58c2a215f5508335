//! The floors of the core: no import runs up, and the core knows no foreign language.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The floors, lowest first. A file may import from its own floor and from those below it.
const FLOORS: [&[&str]; 7] = [
    &["error", "clock", "log", "secret", "tally"],
    &["envelope", "model", "policy", "runtime", "signature"],
    &["config"],
    &["net"],
    &["auth"],
    &["transport", "fuzzing"],
    &["client"],
];
/// The top floor, whose rooms do not know each other.
const TOP: [&str; 2] = ["api", "stream"];

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| {
            if TOP.contains(&room) {
                FLOORS.len()
            } else {
                panic!("{room} stands on no floor; give it one")
            }
        })
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a source names through `crate::`, in `use` lines (also grouped ones) and in paths.
fn imports(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            rooms.extend(group_heads(group));
        } else {
            rooms.push(head(rest));
        }
    }
    rooms.retain(|room| room.chars().next().is_some_and(char::is_lowercase));
    rooms
}

/// The first names of a group's members: `a::{b, c}, d}` gives `a` and `d`.
fn group_heads(group: &str) -> Vec<String> {
    let (mut heads, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(head(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(head(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The import that runs up or across, if one of `from`'s does.
fn wrong(from: &str, to: &str) -> bool {
    let across = TOP.contains(&from) && TOP.contains(&to) && from != to;
    // Not all of `client`'s neighbours below may be known to the stream: REST comes in through the client.
    let stream_to_transport = from == "stream" && to == "transport" || from == "transport" && to == "stream";
    floor(to) > floor(from) || across || stream_to_transport
}

#[test]
fn no_import_runs_up_the_floors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30, "only {} sources found", files.len());
    let mut checked = 0;
    let mut offences = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with("lib.rs")) {
        let inside = file.strip_prefix(&root).unwrap();
        let from = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned();
        for to in imports(&fs::read_to_string(file).unwrap()) {
            checked += 1;
            if wrong(&from, &to) {
                offences.push(format!("{} imports {to}", inside.display()));
            }
        }
    }
    assert!(checked > 80, "only {checked} imports found");
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn the_test_itself_sees_imports_and_directions() {
    let text = "use crate::{auth::{Token, b}, error::Result};\nuse crate::net::dial;\n// crate::client\nlet x = crate::api::y;";
    assert_eq!(imports(text), ["auth", "error", "net", "api"]);
    assert!(wrong("auth", "transport") && wrong("api", "stream") && wrong("stream", "transport"));
    assert!(!wrong("transport", "auth") && !wrong("api", "transport"));
}

#[test]
fn the_core_depends_on_no_foreign_language_and_on_one_tls_provider() {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "tellus-core",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "--locked",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"ring") && names.contains(&"reqwest"));
    for banned in [
        "uniffi",
        "pyo3",
        "jni",
        "aws-lc-rs",
        "aws-lc-sys",
        "openssl",
        "native-tls",
    ] {
        assert!(!names.contains(&banned), "tellus-core depends on {banned}");
    }
}
