//! Objects of this side that the library calls. It holds each by a handle: a pointer whose lowest bit says that it is foreign.

use std::sync::{Arc, Once};

use crate::{
    declarations::{
        CallStatus, RustBuffer, Status, init_callback_vtable_logsink, init_callback_vtable_telemetrylistener,
        init_callback_vtable_tokenprovider, init_callback_vtable_tokenstore,
    },
    listeners, providers,
    scaffolding::{given, text},
    sinks, stores,
};

/// Makes the functions behind the objects known, once, as an app does when it starts.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        init_callback_vtable_logsink(&raw const sinks::TABLE);
        init_callback_vtable_telemetrylistener(&raw const listeners::TABLE);
        init_callback_vtable_tokenprovider(&raw const providers::TABLE);
        init_callback_vtable_tokenstore(&raw const stores::TABLE);
    });
}

/// A handle for the library, which frees it.
pub(crate) fn handle<T>(object: &Arc<T>) -> u64 {
    Arc::into_raw(object.clone()) as u64 | 1
}

/// The same where none might be given.
pub(crate) fn optional<T>(object: &Arc<T>) -> RustBuffer {
    given(&[&[1], &handle(object).to_be_bytes()[..]].concat())
}

fn pointer<T>(handle: u64) -> *const T {
    (handle & !1) as *const T
}

/// The object that is called; the library keeps its handle for as long as the call lasts.
pub(crate) fn object<'a, T>(handle: u64) -> &'a T {
    unsafe { &*pointer(handle) }
}

pub(crate) extern "C" fn free<T>(handle: u64) {
    drop(unsafe { Arc::from_raw(pointer::<T>(handle)) });
}

pub(crate) extern "C" fn clone<T>(handle: u64) -> u64 {
    unsafe { Arc::increment_strong_count(pointer::<T>(handle)) };
    handle
}

/// How a call fails.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// With the error that the interface names.
    Declared,
    /// With something else, of which there is only a text.
    Unexpected,
    /// With bytes that are not the error that the interface names.
    Unreadable,
}

impl Failure {
    pub(crate) const ALL: [Self; 3] = [Self::Declared, Self::Unexpected, Self::Unreadable];

    /// Tells it to the library, which frees the words.
    pub(crate) fn tell(self, status: Status) {
        let (code, error) = match self {
            Self::Declared => (1, [&1_i32.to_be_bytes()[..], &text("no luck")].concat()),
            Self::Unexpected => (2, b"no luck".to_vec()),
            Self::Unreadable => (1, b"no luck".to_vec()),
        };
        unsafe {
            status.write(CallStatus {
                code,
                error: given(&error),
            });
        }
    }
}
