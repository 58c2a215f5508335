//! What a header for C would declare, and the rules that generated code keeps: a handle is cloned for every call that takes
//! it; a buffer belongs to whom it was given.

use std::{ffi::c_void, sync::mpsc, time::Duration};

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

#[repr(C)]
pub(crate) struct ListenerTable {
    pub(crate) free: extern "C" fn(u64),
    pub(crate) clone: extern "C" fn(u64) -> u64,
    pub(crate) on_batch: extern "C" fn(u64, RustBuffer, *mut c_void, *mut CallStatus),
    pub(crate) on_status: extern "C" fn(u64, RustBuffer, *mut c_void, *mut CallStatus),
    pub(crate) on_gap: extern "C" fn(u64, RustBuffer, *mut c_void, *mut CallStatus),
}

#[repr(C)]
pub(crate) struct ProviderTable {
    pub(crate) free: extern "C" fn(u64),
    pub(crate) clone: extern "C" fn(u64) -> u64,
    pub(crate) request: extern "C" fn(u64, u64, *mut c_void, *mut CallStatus),
}

type Woken = extern "C" fn(u64, i8);
type Status = *mut CallStatus;

unsafe extern "C" {
    pub(crate) fn ffi_tellus_ffi_rustbuffer_from_bytes(bytes: ForeignBytes, status: Status) -> RustBuffer;
    pub(crate) fn ffi_tellus_ffi_rustbuffer_free(buffer: RustBuffer, status: Status);
    pub(crate) fn ffi_tellus_ffi_rust_future_poll_rust_buffer(future: u64, woken: Woken, data: u64);
    pub(crate) fn ffi_tellus_ffi_rust_future_cancel_rust_buffer(future: u64);
    pub(crate) fn ffi_tellus_ffi_rust_future_complete_rust_buffer(future: u64, status: Status) -> RustBuffer;
    pub(crate) fn ffi_tellus_ffi_rust_future_free_rust_buffer(future: u64);
    pub(crate) fn ffi_tellus_ffi_rust_future_poll_void(future: u64, woken: Woken, data: u64);
    pub(crate) fn ffi_tellus_ffi_rust_future_complete_void(future: u64, status: Status);
    pub(crate) fn ffi_tellus_ffi_rust_future_free_void(future: u64);

    pub(crate) fn uniffi_tellus_ffi_fn_init_callback_vtable_telemetrylistener(table: *const ListenerTable);
    pub(crate) fn uniffi_tellus_ffi_fn_init_callback_vtable_tokenprovider(table: *const ProviderTable);

    pub(crate) fn uniffi_tellus_ffi_fn_constructor_tellusclient_with_client_secret(
        config: RustBuffer,
        id: RustBuffer,
        secret: RustBuffer,
        store: RustBuffer,
        status: Status,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_constructor_tellusclient_with_access_token(
        config: RustBuffer,
        token: RustBuffer,
        status: Status,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_constructor_tellusclient_with_token_provider(
        config: RustBuffer,
        provider: u64,
        store: RustBuffer,
        status: Status,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_tellusclient_authenticate(client: u64) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_tellusclient_device(
        client: u64,
        id: RustBuffer,
        cancel: RustBuffer,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_tellusclient_telemetry(
        client: u64,
        ids: RustBuffer,
        status: Status,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_tellusclient_subscribe(
        client: u64,
        ids: RustBuffer,
        listener: u64,
        status: Status,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_telemetrysubscription_next_batch(
        stream: u64,
        max_rows: u32,
        max_wait: RustBuffer,
        known: u32,
    ) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_telemetrysubscription_control(stream: u64, status: Status) -> u64;
    pub(crate) fn uniffi_tellus_ffi_fn_method_streamcontrol_snapshot(control: u64, status: Status) -> RustBuffer;
    pub(crate) fn uniffi_tellus_ffi_fn_method_streamcontrol_cancel(control: u64, status: Status);
    pub(crate) fn uniffi_tellus_ffi_fn_method_tokenrequest_succeed(
        request: u64,
        token: RustBuffer,
        expires_in: RustBuffer,
        status: Status,
    );
    pub(crate) fn uniffi_tellus_ffi_fn_method_tokenrequest_fail(request: u64, reason: RustBuffer, status: Status);

    fn uniffi_tellus_ffi_fn_clone_tellusclient(handle: u64, status: Status) -> u64;
    fn uniffi_tellus_ffi_fn_free_tellusclient(handle: u64, status: Status);
    fn uniffi_tellus_ffi_fn_clone_telemetrysubscription(handle: u64, status: Status) -> u64;
    fn uniffi_tellus_ffi_fn_free_telemetrysubscription(handle: u64, status: Status);
    fn uniffi_tellus_ffi_fn_clone_telemetrydelivery(handle: u64, status: Status) -> u64;
    fn uniffi_tellus_ffi_fn_free_telemetrydelivery(handle: u64, status: Status);
    fn uniffi_tellus_ffi_fn_clone_streamcontrol(handle: u64, status: Status) -> u64;
    fn uniffi_tellus_ffi_fn_free_streamcontrol(handle: u64, status: Status);
    fn uniffi_tellus_ffi_fn_clone_tokenrequest(handle: u64, status: Status) -> u64;
    fn uniffi_tellus_ffi_fn_free_tokenrequest(handle: u64, status: Status);
}

/// How the handles of a kind of object are cloned and freed.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    clone: unsafe extern "C" fn(u64, Status) -> u64,
    free: unsafe extern "C" fn(u64, Status),
}

pub(crate) const CLIENT: Kind = Kind {
    clone: uniffi_tellus_ffi_fn_clone_tellusclient,
    free: uniffi_tellus_ffi_fn_free_tellusclient,
};
pub(crate) const SUBSCRIPTION: Kind = Kind {
    clone: uniffi_tellus_ffi_fn_clone_telemetrysubscription,
    free: uniffi_tellus_ffi_fn_free_telemetrysubscription,
};
pub(crate) const DELIVERY: Kind = Kind {
    clone: uniffi_tellus_ffi_fn_clone_telemetrydelivery,
    free: uniffi_tellus_ffi_fn_free_telemetrydelivery,
};
pub(crate) const CONTROL: Kind = Kind {
    clone: uniffi_tellus_ffi_fn_clone_streamcontrol,
    free: uniffi_tellus_ffi_fn_free_streamcontrol,
};
pub(crate) const REQUEST: Kind = Kind {
    clone: uniffi_tellus_ffi_fn_clone_tokenrequest,
    free: uniffi_tellus_ffi_fn_free_tokenrequest,
};

/// A buffer for the other side, which frees it.
pub(crate) fn given(bytes: &[u8]) -> RustBuffer {
    let bytes = ForeignBytes {
        len: i32::try_from(bytes.len()).unwrap(),
        data: bytes.as_ptr(),
    };
    call(|status| unsafe { ffi_tellus_ffi_rustbuffer_from_bytes(bytes, status) }).unwrap()
}

/// What is in a buffer of the other side, which is freed.
pub(crate) fn taken(buffer: RustBuffer) -> Vec<u8> {
    let length = usize::try_from(buffer.len).unwrap();
    let bytes = match length {
        0 => Vec::new(),
        _ => unsafe { std::slice::from_raw_parts(buffer.data, length) }.to_vec(),
    };
    let mut status = CallStatus::new();
    unsafe { ffi_tellus_ffi_rustbuffer_free(buffer, &raw mut status) };
    assert_eq!(status.code, 0);
    bytes
}

impl CallStatus {
    fn new() -> Self {
        Self {
            code: 0,
            error: RustBuffer {
                capacity: 0,
                len: 0,
                data: std::ptr::null_mut(),
            },
        }
    }

    fn outcome<T>(self, value: T) -> Result<T, Vec<u8>> {
        match self.code {
            0 => Ok(value),
            1 => Err(taken(self.error)),
            code => panic!("{code}: {}", String::from_utf8_lossy(&taken(self.error))),
        }
    }
}

/// Calls a function; its error as it crosses.
pub(crate) fn call<T>(function: impl FnOnce(Status) -> T) -> Result<T, Vec<u8>> {
    let mut status = CallStatus::new();
    let value = function(&raw mut status);
    status.outcome(value)
}

/// A handle that is freed at its end.
pub(crate) struct Object {
    handle: u64,
    kind: Kind,
}

impl Object {
    pub(crate) fn new(handle: u64, kind: Kind) -> Self {
        Self { handle, kind }
    }

    fn cloned(&self) -> u64 {
        call(|status| unsafe { (self.kind.clone)(self.handle, status) }).unwrap()
    }

    /// A call that must succeed.
    pub(crate) fn call<T>(&self, function: impl FnOnce(u64, Status) -> T) -> T {
        call(|status| function(self.cloned(), status)).unwrap()
    }

    /// A call that takes its time, and gives a buffer.
    pub(crate) fn future(&self, function: impl FnOnce(u64) -> u64) -> Result<Vec<u8>, Vec<u8>> {
        let future = function(self.cloned());
        wait(future, ffi_tellus_ffi_rust_future_poll_rust_buffer);
        let outcome = call(|status| unsafe { ffi_tellus_ffi_rust_future_complete_rust_buffer(future, status) });
        unsafe { ffi_tellus_ffi_rust_future_free_rust_buffer(future) };
        outcome.map(taken)
    }

    /// The same for a call that gives nothing.
    pub(crate) fn nothing(&self, function: impl FnOnce(u64) -> u64) -> Result<(), Vec<u8>> {
        let future = function(self.cloned());
        wait(future, ffi_tellus_ffi_rust_future_poll_void);
        let outcome = call(|status| unsafe { ffi_tellus_ffi_rust_future_complete_void(future, status) });
        unsafe { ffi_tellus_ffi_rust_future_free_void(future) };
        outcome
    }

    /// A call that is begun and then given up.
    pub(crate) fn given_up(&self, function: impl FnOnce(u64) -> u64) {
        let future = function(self.cloned());
        let (sender, woken) = mpsc::channel::<i8>();
        let data = Box::into_raw(Box::new(sender)) as u64;
        unsafe {
            ffi_tellus_ffi_rust_future_poll_rust_buffer(future, told, data);
            ffi_tellus_ffi_rust_future_cancel_rust_buffer(future);
        }
        woken
            .recv_timeout(Duration::from_secs(60))
            .expect("who gives up is told");
        unsafe { ffi_tellus_ffi_rust_future_free_rust_buffer(future) };
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        call(|status| unsafe { (self.kind.free)(self.handle, status) }).unwrap();
    }
}

/// Polls a future until it is ready.
fn wait(future: u64, poll: unsafe extern "C" fn(u64, Woken, u64)) {
    loop {
        let (sender, woken) = mpsc::channel::<i8>();
        unsafe { poll(future, told, Box::into_raw(Box::new(sender)) as u64) };
        if woken.recv_timeout(Duration::from_secs(120)).expect("it is woken") == 0 {
            return;
        }
    }
}

/// Is called once for each poll.
extern "C" fn told(data: u64, code: i8) {
    let sender = unsafe { Box::from_raw(data as *mut mpsc::Sender<i8>) };
    // Whoever gave up may be gone.
    let _ = sender.send(code);
}
