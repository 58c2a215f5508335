//! The exported functions, called as generated code calls them: by the rules of C, with buffers that are written and read
//! by hand, and every handle and buffer freed by whom the rules name. `make valgrind` runs it where each byte is watched.

#![allow(unsafe_code, reason = "the other side of the border has no other way to call")]
#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

mod callbacks;
mod declarations;
mod drift;
mod listeners;
mod providers;
mod scaffolding;
mod sinks;
mod stores;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tellus_sandbox::{FaultKind, Options, Sandbox};

use crate::{declarations::*, scaffolding::*};

/// One test after the other, since they count what is alive; and none with a declaration that does not fit.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    drift::check();
    callbacks::register();
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sandbox() -> Sandbox {
    Sandbox::start(Options {
        cadence: Duration::from_millis(50),
        history_days: 1,
        ..Options::default()
    })
    .unwrap()
}

fn texts(all: &[String]) -> Vec<u8> {
    let count = i32::try_from(all.len()).unwrap();
    let texts = all.iter().flat_map(|one| text(one));
    count.to_be_bytes().into_iter().chain(texts).collect()
}

/// The settings with this address, and nothing else told: what follows it are a flag, empty lists and absent values.
fn config(base_url: &str) -> Vec<u8> {
    [text(base_url), vec![0; 4 + 1 + 40]].concat()
}

fn client(sandbox: &Sandbox, store: RustBuffer) -> Object {
    let config = given(&config(sandbox.base_url()));
    let (id, secret) = (
        given(sandbox.client_id().as_bytes()),
        given(sandbox.client_secret().as_bytes()),
    );
    let handle =
        call(|status| unsafe { constructor_tellusclient_with_client_secret(config, id, secret, store, status) });
    Object::new(handle.unwrap(), CLIENT)
}

fn devices(sandbox: &Sandbox) -> Vec<String> {
    sandbox.device_ids().into_iter().take(2).collect()
}

/// A charger, read.
fn device(client: &Object, id: &str) -> Result<Vec<u8>, Vec<u8>> {
    read(client, id, given(&[0]))
}

fn read(client: &Object, id: &str, cancel: RustBuffer) -> Result<Vec<u8>, Vec<u8>> {
    let id = given(id.as_bytes());
    client.future(|client| unsafe { method_tellusclient_device(client, id, cancel) })
}

/// The block of rows at the end of a batch.
fn rows(batch: &[u8]) -> &[u8] {
    let at = (4..batch.len()).find(|at| {
        let length = i32::from_be_bytes(batch[at - 4..*at].try_into().unwrap());
        usize::try_from(length) == Ok(batch.len() - at) && batch[*at..].starts_with(&[1, 0, 56, 0])
    });
    &batch[at.expect("there is a block")..]
}

#[test]
fn calls_give_buffers_and_errors_that_their_caller_frees() {
    let _alone = alone();
    let sandbox = sandbox();
    let client = client(&sandbox, given(&[0]));
    let id = sandbox.device_ids().remove(0);
    let found = device(&client, &id).unwrap();
    assert!(found.windows(id.len()).any(|part| part == id.as_bytes()));
    // The third leaf, as all are counted from 1.
    assert_eq!(device(&client, "nobody").unwrap_err()[..4], [0, 0, 0, 3]);
    // A buffer that holds no settings is refused, and is freed all the same.
    let refused = call(|status| unsafe {
        let (config, token) = (given(&config("no address")), given(b"token"));
        constructor_tellusclient_with_access_token(config, token, status)
    });
    assert_eq!(refused.unwrap_err()[..4], [0, 0, 0, 4]);
}

#[test]
fn reads_end_when_they_are_cancelled() {
    let _alone = alone();
    let sandbox = sandbox();
    let client = client(&sandbox, given(&[0]));
    let id = sandbox.device_ids().remove(0);
    device(&client, &id).unwrap();
    sandbox.inject(FaultKind::Slow { delay_ms: 600_000 }.always());
    for wait in [Duration::ZERO, Duration::from_millis(300)] {
        let handle = call(|status| unsafe { constructor_cancellation_new(status) });
        let cancellation = Object::new(handle.unwrap(), CANCELLATION);
        let cancel = cancellation.optional();
        let canceller = thread::spawn(move || {
            thread::sleep(wait);
            cancellation.call(|handle, status| unsafe { method_cancellation_cancel(handle, status) });
        });
        // The last leaf.
        assert_eq!(read(&client, &id, cancel).unwrap_err()[..4], [0, 0, 0, 12]);
        canceller.join().unwrap();
    }
}

#[test]
fn batches_are_pulled_and_a_pull_may_be_given_up() {
    let _alone = alone();
    let sandbox = sandbox();
    let client = client(&sandbox, given(&[0]));
    let ids = given(&texts(&devices(&sandbox)));
    let opened = client.call(|client, status| unsafe { method_tellusclient_telemetry(client, ids, status) });
    let stream = Object::new(opened, SUBSCRIPTION);
    let pull = |known: u32| {
        move |stream: u64| unsafe { method_telemetrysubscription_next_batch(stream, 1024, given(&[0]), known) }
    };
    let (mut frames, mut known) = (0, 0);
    while frames < 20 {
        let batch = stream.future(pull(known)).unwrap();
        let block = rows(&batch);
        let number = |at: usize| u32::from_le_bytes(block[at..at + 4].try_into().unwrap());
        frames += number(8);
        assert_eq!(number(12), known);
        known += number(16);
    }
    assert_eq!(known, 2);
    for _ in 0..20 {
        stream.given_up(pull(known));
    }
    let control = Object::new(
        stream.call(|stream, status| unsafe { method_telemetrysubscription_control(stream, status) }),
        CONTROL,
    );
    for _ in 0..20 {
        let snapshot = taken(control.call(|control, status| unsafe { method_streamcontrol_snapshot(control, status) }));
        assert!(rows(&snapshot).len() > 24);
    }
    control.call(|control, status| unsafe { method_streamcontrol_cancel(control, status) });
}

#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    // Under valgrind everything takes fifty times as long.
    let deadline = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
