//! Listeners of streams.

use std::{
    ffi::c_void,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    alone,
    callbacks::{self, Failure},
    client,
    declarations::*,
    devices, eventually, sandbox,
    scaffolding::*,
    texts,
};

pub(crate) static TABLE: TelemetryListenerTable = TelemetryListenerTable {
    free: callbacks::free::<Seen>,
    clone: callbacks::clone::<Seen>,
    on_batch,
    on_status,
    on_gap,
};

/// What a listener was told.
#[derive(Default)]
struct Seen {
    rows: AtomicUsize,
    refused: AtomicUsize,
}

extern "C" fn on_batch(handle: u64, rows: RustBuffer, _: *mut c_void, _: Status) {
    let seen = callbacks::object::<Seen>(handle);
    let rows = taken(rows);
    // A list of bytes: their number, then the block.
    assert_eq!(rows[4..8], [1, 0, 56, 0]);
    seen.rows.fetch_add((rows.len() - 28) / 56, Ordering::SeqCst);
}

/// Fails each time, so that its words have to be freed by the library.
extern "C" fn on_status(handle: u64, event: RustBuffer, _: *mut c_void, status: Status) {
    let seen = callbacks::object::<Seen>(handle);
    assert!(!taken(event).is_empty());
    seen.refused.fetch_add(1, Ordering::SeqCst);
    Failure::Declared.tell(status);
}

extern "C" fn on_gap(_: u64, gap: RustBuffer, _: *mut c_void, _: Status) {
    assert!(!taken(gap).is_empty());
}

#[test]
fn listeners_are_told_and_let_go_whatever_they_answer() {
    let _alone = alone();
    let sandbox = sandbox();
    let seen = Arc::new(Seen::default());
    for round in 1..=3 {
        let client = client(&sandbox, given(&[0]));
        let ids = given(&texts(&devices(&sandbox)));
        let listener = callbacks::handle(&seen);
        let delivery = Object::new(
            client.call(|client, status| unsafe { method_tellusclient_subscribe(client, ids, listener, status) }),
            DELIVERY,
        );
        eventually("frames come", || seen.rows.load(Ordering::SeqCst) > 10 * round);
        drop(delivery);
        drop(client);
        eventually("the listener is let go", || Arc::strong_count(&seen) == 1);
    }
    assert!(seen.refused.load(Ordering::SeqCst) > 0);
}
