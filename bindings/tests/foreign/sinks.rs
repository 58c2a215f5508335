//! Sinks of the log.

use std::{
    ffi::c_void,
    sync::{Arc, Mutex},
};

use crate::{
    alone,
    callbacks::{self, Failure},
    client,
    declarations::*,
    eventually, sandbox,
    scaffolding::*,
    stores::Store,
};

pub(crate) static TABLE: LogSinkTable = LogSinkTable {
    free: callbacks::free::<Sink>,
    clone: callbacks::clone::<Sink>,
    log,
};

/// The lines that came, each with its level, counted from 1.
#[derive(Default)]
struct Sink(Mutex<Vec<(u8, String)>>);

/// Takes every line, and then fails in one way or another.
extern "C" fn log(handle: u64, level: RustBuffer, line: RustBuffer, _: *mut c_void, status: Status) {
    let mut lines = callbacks::object::<Sink>(handle).0.lock().unwrap();
    let line = String::from_utf8(taken(line)).unwrap();
    lines.push((taken(level)[3], line));
    Failure::ALL[lines.len() % 3].tell(status);
}

const WARN: u8 = 2;
const DEBUG: u8 = 4;

fn set(sink: RustBuffer, level: u8) {
    let level = given(&[0, 0, 0, level]);
    call(|status| unsafe { func_set_log_sink(sink, level, status) }).unwrap();
}

#[test]
fn sinks_take_lines_and_are_let_go_whatever_they_answer() {
    let _alone = alone();
    let sandbox = sandbox();
    // Each of a store's calls that fails is told: load, try_lease, load again, save, release.
    let store = Arc::new(Store::failing(Failure::Declared));
    let authenticate = || {
        let client = client(&sandbox, callbacks::optional(&store));
        client
            .nothing(|client| unsafe { method_tellusclient_authenticate(client) })
            .unwrap();
    };
    let [first, second] = [(); 2].map(|()| Arc::new(Sink::default()));
    set(callbacks::optional(&first), WARN);
    authenticate();
    let told = |sink: &Sink| {
        let lines = sink.0.lock().unwrap();
        let of_stores = lines
            .iter()
            .filter(|(level, line)| *level == WARN && line.contains("store failed"));
        assert!(lines.iter().all(|(level, _)| *level <= WARN), "{lines:?}");
        assert!(
            lines.iter().all(|(_, line)| !line.contains(sandbox.client_secret())),
            "{lines:?}"
        );
        of_stores.count()
    };
    eventually("five lines come", || told(&first) == 5);
    // Another one takes its place.
    set(callbacks::optional(&second), WARN);
    eventually("the first sink is let go", || Arc::strong_count(&first) == 1);
    authenticate();
    eventually("five lines come", || told(&second) == 5);
    assert_eq!(told(&first), 5);
    set(given(&[0]), DEBUG);
    eventually("the second sink is let go", || Arc::strong_count(&second) == 1);
    authenticate();
    assert_eq!(told(&second), 5);
    eventually("the store is let go", || Arc::strong_count(&store) == 1);
}
