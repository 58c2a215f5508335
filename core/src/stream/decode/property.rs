//! Both ways read the same: random messages, and the corpus of the fuzzer.

use std::{cell::Cell, fs, path::Path as FilePath};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    Path,
    both::{Both, SEPARATOR},
    shapes::{Tape, message},
};

/// Messages, in groups that go over one connection.
const GROUPS: u32 = 3_000;
const GROUP: usize = 8;

#[test]
fn random_messages_are_read_the_same_both_ways() {
    let (fast, general, refused) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let config = Config {
        cases: GROUPS,
        failure_persistence: None,
        ..Config::default()
    };
    let tapes = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), GROUP);
    let outcome = TestRunner::new(config).run(&tapes, |tapes| {
        let mut both = Both::new();
        for tape in &tapes {
            let counter = match both.read(&message(&mut Tape::new(tape))) {
                Some(Path::Fast) => &fast,
                Some(Path::General) => &general,
                None => &refused,
            };
            counter.set(counter.get() + 1);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    // Each of the three must be common, or else the test tests nothing.
    let counts = [fast.get(), general.get(), refused.get()];
    assert_eq!(counts.iter().sum::<usize>(), GROUPS as usize * GROUP);
    assert!(counts.iter().all(|count| *count > 2_000), "{counts:?}");
}

#[test]
fn the_plainest_message_is_the_documented_one() {
    let plain = message(&mut Tape::new(&[]));
    assert!(
        plain.starts_with(
            r#"{"device_id":"dvc_0123456789abcdef","timestamp":"2025-03-15T11:00:00.000Z","connectors":[{"#
        )
    );
    assert_eq!(Both::new().read(&plain), Some(Path::Fast), "{plain}");
}

#[test]
fn the_corpus_of_the_fuzzer_is_read_the_same_both_ways() {
    let corpus = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/decode");
    let (mut files, mut fast) = (0, 0);
    for entry in fs::read_dir(&corpus).expect("the corpus is there") {
        let text = fs::read(entry.expect("a file").path()).expect("a file that can be read");
        // The fuzzer itself passes over what is no text.
        let Ok(text) = String::from_utf8(text) else {
            continue;
        };
        files += 1;
        let mut both = Both::new();
        for message in text.split(SEPARATOR).chain(text.split(SEPARATOR)) {
            fast += usize::from(both.read(message) == Some(Path::Fast));
        }
    }
    assert!(
        files >= 60 && fast >= 60,
        "{files} files, {fast} messages read the fast way"
    );
}
