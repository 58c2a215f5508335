//! The Rust runner of the conformance suite. `tests/conformance/README.md` says what it is told and what it answers.

mod calls;
mod case;
mod control;
mod told;
mod values;

use std::{
    io::{BufRead, Write},
    sync::Arc,
};

use serde::Deserialize;
use serde_json::{Value, json};
use tellus_core::{Error, runtime};

/// One line of input.
#[derive(Deserialize)]
struct Command {
    id: u64,
    call: String,
    #[serde(default)]
    args: Value,
}

fn main() {
    say(&json!({ "runner": "rust", "protocol": 1 }));
    let case = Arc::new(case::Case::default());
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(Command { id, call, args }) = serde_json::from_str(&line) else {
            say(&json!({ "garbage": line }));
            return;
        };
        let case = case.clone();
        // Each call in a task of its own: a case may have several under way.
        runtime::spawn(async move {
            let answer = match calls::make(&case, &call, &args).await {
                Ok(value) => json!({ "id": id, "value": value }),
                Err(error) => json!({ "id": id, "error": values::error(&error) }),
            };
            say(&answer);
        });
    }
}

fn say(answer: &Value) {
    let mut out = std::io::stdout().lock();
    // The driver that does not listen any more has ended, and so does this.
    if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// What a call returns.
type Answer = Result<Value, Error>;
