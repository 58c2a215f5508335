//! Objects of the other side: a listener and a provider, as generated code registers them.

use std::{
    ffi::c_void,
    sync::{
        Arc, Once,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::scaffolding::*;

/// What an object was told. The library holds it by a handle: a pointer whose lowest bit says that it is foreign.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) rows: AtomicUsize,
    pub(crate) refused: AtomicUsize,
    pub(crate) asked: AtomicUsize,
}

pub(crate) fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::SeqCst)
}

/// A handle for the library, which frees it.
pub(crate) fn handle(seen: &Arc<Seen>) -> u64 {
    Arc::into_raw(seen.clone()) as u64 | 1
}

pub(crate) fn register() {
    static ONCE: Once = Once::new();
    static LISTENER: ListenerTable = ListenerTable {
        free,
        clone,
        on_batch,
        on_status,
        on_gap,
    };
    static PROVIDER: ProviderTable = ProviderTable { free, clone, request };
    ONCE.call_once(|| unsafe {
        uniffi_tellus_ffi_fn_init_callback_vtable_telemetrylistener(&raw const LISTENER);
        uniffi_tellus_ffi_fn_init_callback_vtable_tokenprovider(&raw const PROVIDER);
    });
}

fn pointer(handle: u64) -> *const Seen {
    (handle & !1) as *const Seen
}

extern "C" fn free(handle: u64) {
    drop(unsafe { Arc::from_raw(pointer(handle)) });
}

extern "C" fn clone(handle: u64) -> u64 {
    unsafe { Arc::increment_strong_count(pointer(handle)) };
    handle
}

extern "C" fn on_batch(handle: u64, rows: RustBuffer, _: *mut c_void, _: *mut CallStatus) {
    let seen = unsafe { &*pointer(handle) };
    let rows = taken(rows);
    // A list of bytes: their number, then the block.
    assert_eq!(rows[4..8], [1, 0, 56, 0]);
    seen.rows.fetch_add((rows.len() - 28) / 56, Ordering::SeqCst);
}

/// Fails each time, so that its words have to be freed by the library.
extern "C" fn on_status(handle: u64, event: RustBuffer, _: *mut c_void, status: *mut CallStatus) {
    let seen = unsafe { &*pointer(handle) };
    assert!(!taken(event).is_empty());
    seen.refused.fetch_add(1, Ordering::SeqCst);
    unsafe {
        (*status).code = 1;
        (*status).error = given(b"\0\0\0\x01\0\0\0\x02no");
    }
}

extern "C" fn on_gap(_: u64, gap: RustBuffer, _: *mut c_void, _: *mut CallStatus) {
    assert!(!taken(gap).is_empty());
}

/// Answers twice, of which the first counts.
extern "C" fn request(handle: u64, request: u64, _: *mut c_void, _: *mut CallStatus) {
    let seen = unsafe { &*pointer(handle) };
    seen.asked.fetch_add(1, Ordering::SeqCst);
    let request = Object::new(request, REQUEST);
    request.call(|request, status| unsafe {
        uniffi_tellus_ffi_fn_method_tokenrequest_fail(request, given(b"no luck"), status);
    });
    request.call(|request, status| unsafe {
        let hour = given(&[&3600_u64.to_be_bytes()[..], &[0; 4]].concat());
        uniffi_tellus_ffi_fn_method_tokenrequest_succeed(request, given(b"token"), hour, status);
    });
}
