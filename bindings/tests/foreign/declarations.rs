//! What a header for C would declare, and beside it what it stands for in the interface: whose handle a number is, what is
//! in a buffer. Both are noted, so that `drift.rs` can hold them against the library: the linker compares names only.

use std::{any::type_name, ffi::c_void};

// So that the library is linked: nothing of it is named in Rust.
use tellus_ffi as _;

#[repr(C)]
pub(crate) struct RustBuffer {
    pub(crate) capacity: u64,
    pub(crate) len: u64,
    pub(crate) data: *mut u8,
}

#[repr(C)]
pub(crate) struct ForeignBytes {
    pub(crate) len: i32,
    pub(crate) data: *const u8,
}

#[repr(C)]
pub(crate) struct CallStatus {
    pub(crate) code: i8,
    pub(crate) error: RustBuffer,
}

pub(crate) type Status = *mut CallStatus;
pub(crate) type Woken = extern "C" fn(u64, i8);

/// What is declared: its name, and its type in Rust's notation.
pub(crate) type Declared = (&'static str, String);

/// The type without the names of modules.
fn noted<T: ?Sized>() -> String {
    let path = concat!(module_path!(), "::");
    type_name::<T>().replace(path, "").replace("core::ffi::", "")
}

/// Declares functions whose names in the library begin with `$prefix`.
macro_rules! functions {
    ($noted:ident, $prefix:literal: $($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)+) => {
        unsafe extern "C" {
            $(
                #[link_name = concat!($prefix, stringify!($name))]
                pub(crate) fn $name($($argument: $type),*) $(-> $result)?;
            )+
        }

        pub(crate) fn $noted() -> Vec<Declared> {
            vec![$((
                concat!($prefix, stringify!($name)),
                noted::<extern "C" fn($($type),*) $(-> $result)?>(),
            )),+]
        }
    };
}

/// Declares functions of the SDK's interface: each has a checksum, a function beside it.
macro_rules! interface {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $meaning:literal;)+) => {
        functions! {
            interface, "uniffi_tellus_ffi_fn_":
            $($name($($argument: $type),*) $(-> $result)?;)+
        }

        pub(crate) fn meanings() -> Vec<Declared> {
            vec![$((concat!("uniffi_tellus_ffi_fn_", stringify!($name)), $meaning.into())),+]
        }

        mod checksum {
            unsafe extern "C" {
                $(
                    #[link_name = concat!("uniffi_tellus_ffi_checksum_", stringify!($name))]
                    pub(super) safe fn $name() -> u16;
                )+
            }
        }

        /// What the library that is linked was built from.
        pub(crate) fn checksums() -> Vec<(&'static str, u16)> {
            vec![$((concat!("uniffi_tellus_ffi_checksum_", stringify!($name)), checksum::$name())),+]
        }
    };
}

/// Declares tables of the functions behind an object of this side. Each takes the object's handle first and its status last.
macro_rules! tables {
    ($($table:ident { $($method:ident($($type:ty),+) = $meaning:literal;)+ })+) => {
        $(
            #[repr(C)]
            pub(crate) struct $table {
                pub(crate) free: extern "C" fn(u64),
                pub(crate) clone: extern "C" fn(u64) -> u64,
                $(pub(crate) $method: extern "C" fn(u64, $($type),+, Status),)+
            }
        )+

        pub(crate) fn tables() -> Vec<Declared> {
            vec![$((stringify!($table), [
                format!("free: {}", noted::<extern "C" fn(u64)>()),
                format!("clone: {}", noted::<extern "C" fn(u64) -> u64>()),
                $(format!(
                    "{}: {} = {}",
                    stringify!($method),
                    noted::<extern "C" fn(u64, $($type),+, Status)>(),
                    $meaning
                ),)+
            ].join("\n    "))),+]
        }
    };
}

tables! {
    LogSinkTable {
        log(RustBuffer, RustBuffer, *mut c_void) = "(LogLevel, String)";
    }
    TelemetryListenerTable {
        on_batch(RustBuffer, *mut c_void) = "(Bytes)";
        on_status(RustBuffer, *mut c_void) = "(StatusEvent)";
        on_gap(RustBuffer, *mut c_void) = "(Gap)";
    }
    TokenProviderTable {
        request(u64, *mut c_void) = "(TokenRequest)";
    }
    TokenStoreTable {
        load(*mut RustBuffer) = "() -> Option<StoredToken>";
        save(RustBuffer, *mut c_void) = "(StoredToken)";
        try_lease(RustBuffer, *mut i8) = "(Duration) -> Boolean";
        release(*mut c_void) = "()";
    }
}

functions! {
    scaffolding, "ffi_tellus_ffi_":
    uniffi_contract_version() -> u32;
    rustbuffer_from_bytes(bytes: ForeignBytes, status: Status) -> RustBuffer;
    rustbuffer_free(buffer: RustBuffer, status: Status);
    rust_future_poll_rust_buffer(future: u64, woken: Woken, data: u64);
    rust_future_cancel_rust_buffer(future: u64);
    rust_future_complete_rust_buffer(future: u64, status: Status) -> RustBuffer;
    rust_future_free_rust_buffer(future: u64);
    rust_future_poll_void(future: u64, woken: Woken, data: u64);
    rust_future_complete_void(future: u64, status: Status);
    rust_future_free_void(future: u64);
}

functions! {
    objects, "uniffi_tellus_ffi_fn_":
    init_callback_vtable_logsink(table: *const LogSinkTable);
    init_callback_vtable_telemetrylistener(table: *const TelemetryListenerTable);
    init_callback_vtable_tokenprovider(table: *const TokenProviderTable);
    init_callback_vtable_tokenstore(table: *const TokenStoreTable);
    clone_tellusclient(handle: u64, status: Status) -> u64;
    free_tellusclient(handle: u64, status: Status);
    clone_telemetrysubscription(handle: u64, status: Status) -> u64;
    free_telemetrysubscription(handle: u64, status: Status);
    clone_telemetrydelivery(handle: u64, status: Status) -> u64;
    free_telemetrydelivery(handle: u64, status: Status);
    clone_streamcontrol(handle: u64, status: Status) -> u64;
    free_streamcontrol(handle: u64, status: Status);
    clone_cancellation(handle: u64, status: Status) -> u64;
    free_cancellation(handle: u64, status: Status);
    clone_tokenrequest(handle: u64, status: Status) -> u64;
    free_tokenrequest(handle: u64, status: Status);
}

interface! {
    func_set_log_sink(sink: RustBuffer, level: RustBuffer, status: Status) = "(Option<LogSink>, LogLevel)";
    constructor_tellusclient_with_client_secret(
        config: RustBuffer, id: RustBuffer, secret: RustBuffer, store: RustBuffer, status: Status
    ) -> u64 = "(ClientConfig, String, String, Option<TokenStore>) -> TellusClient";
    constructor_tellusclient_with_access_token(config: RustBuffer, token: RustBuffer, status: Status) -> u64
        = "(ClientConfig, String) -> TellusClient";
    constructor_tellusclient_with_token_provider(
        config: RustBuffer, provider: u64, store: RustBuffer, status: Status
    ) -> u64 = "(ClientConfig, TokenProvider, Option<TokenStore>) -> TellusClient";
    method_tellusclient_authenticate(client: u64) -> u64 = "async ()";
    method_tellusclient_device(client: u64, id: RustBuffer, cancel: RustBuffer) -> u64
        = "async (String, Option<Cancellation>) -> Device";
    method_tellusclient_telemetry(client: u64, ids: RustBuffer, status: Status) -> u64
        = "(Vec<String>) -> TelemetrySubscription";
    method_tellusclient_subscribe(client: u64, ids: RustBuffer, listener: u64, status: Status) -> u64
        = "(Vec<String>, TelemetryListener) -> TelemetryDelivery";
    constructor_cancellation_new(status: Status) -> u64 = "() -> Cancellation";
    method_cancellation_cancel(handle: u64, status: Status) = "()";
    method_telemetrysubscription_next_batch(stream: u64, max_rows: u32, max_wait: RustBuffer, known: u32) -> u64
        = "async (UInt32, Option<Duration>, UInt32) -> Option<TelemetryBatch>";
    method_telemetrysubscription_control(stream: u64, status: Status) -> u64 = "() -> StreamControl";
    method_streamcontrol_snapshot(control: u64, status: Status) -> RustBuffer = "() -> Bytes";
    method_streamcontrol_cancel(control: u64, status: Status) = "()";
    method_tokenrequest_succeed(request: u64, token: RustBuffer, expires_in: RustBuffer, status: Status)
        = "(String, Duration)";
    method_tokenrequest_fail(request: u64, reason: RustBuffer, status: Status) = "(String)";
}
