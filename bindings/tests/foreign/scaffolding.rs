//! The rules that generated code keeps: a handle is cloned for every call that takes it; a buffer belongs to whom it was given.

use std::{sync::mpsc, time::Duration};

use crate::declarations::*;

/// How the handles of a kind of object are cloned and freed.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    clone: unsafe extern "C" fn(u64, Status) -> u64,
    free: unsafe extern "C" fn(u64, Status),
}

pub(crate) const CLIENT: Kind = Kind {
    clone: clone_tellusclient,
    free: free_tellusclient,
};
pub(crate) const SUBSCRIPTION: Kind = Kind {
    clone: clone_telemetrysubscription,
    free: free_telemetrysubscription,
};
pub(crate) const DELIVERY: Kind = Kind {
    clone: clone_telemetrydelivery,
    free: free_telemetrydelivery,
};
pub(crate) const CONTROL: Kind = Kind {
    clone: clone_streamcontrol,
    free: free_streamcontrol,
};
pub(crate) const CANCELLATION: Kind = Kind {
    clone: clone_cancellation,
    free: free_cancellation,
};
pub(crate) const REQUEST: Kind = Kind {
    clone: clone_tokenrequest,
    free: free_tokenrequest,
};

/// A text inside of a record: its length, then its bytes.
pub(crate) fn text(text: &str) -> Vec<u8> {
    let length = i32::try_from(text.len()).unwrap();
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

/// Whole seconds inside of a record: a time since 1970, or how long something lasts.
pub(crate) fn seconds(seconds: u64) -> Vec<u8> {
    [&seconds.to_be_bytes()[..], &[0; 4]].concat()
}

/// A buffer for the other side, which frees it.
pub(crate) fn given(bytes: &[u8]) -> RustBuffer {
    let bytes = ForeignBytes {
        len: i32::try_from(bytes.len()).unwrap(),
        data: bytes.as_ptr(),
    };
    call(|status| unsafe { rustbuffer_from_bytes(bytes, status) }).unwrap()
}

/// What is in a buffer of the other side, which is freed.
pub(crate) fn taken(buffer: RustBuffer) -> Vec<u8> {
    let length = usize::try_from(buffer.len).unwrap();
    let bytes = match length {
        0 => Vec::new(),
        _ => unsafe { std::slice::from_raw_parts(buffer.data, length) }.to_vec(),
    };
    let mut status = CallStatus::new();
    unsafe { rustbuffer_free(buffer, &raw mut status) };
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

    /// A handle where none might be given.
    pub(crate) fn optional(&self) -> RustBuffer {
        given(&[&[1], &self.cloned().to_be_bytes()[..]].concat())
    }

    /// A call that must succeed.
    pub(crate) fn call<T>(&self, function: impl FnOnce(u64, Status) -> T) -> T {
        call(|status| function(self.cloned(), status)).unwrap()
    }

    /// A call that takes its time, and gives a buffer.
    pub(crate) fn future(&self, function: impl FnOnce(u64) -> u64) -> Result<Vec<u8>, Vec<u8>> {
        let future = function(self.cloned());
        wait(future, rust_future_poll_rust_buffer);
        let outcome = call(|status| unsafe { rust_future_complete_rust_buffer(future, status) });
        unsafe { rust_future_free_rust_buffer(future) };
        outcome.map(taken)
    }

    /// The same for a call that gives nothing.
    pub(crate) fn nothing(&self, function: impl FnOnce(u64) -> u64) -> Result<(), Vec<u8>> {
        let future = function(self.cloned());
        wait(future, rust_future_poll_void);
        let outcome = call(|status| unsafe { rust_future_complete_void(future, status) });
        unsafe { rust_future_free_void(future) };
        outcome
    }

    /// A call that is begun and then given up.
    pub(crate) fn given_up(&self, function: impl FnOnce(u64) -> u64) {
        let future = function(self.cloned());
        let (sender, woken) = mpsc::channel::<i8>();
        let data = Box::into_raw(Box::new(sender)) as u64;
        unsafe {
            rust_future_poll_rust_buffer(future, told, data);
            rust_future_cancel_rust_buffer(future);
        }
        woken
            .recv_timeout(Duration::from_secs(60))
            .expect("who gives up is told");
        unsafe { rust_future_free_rust_buffer(future) };
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
