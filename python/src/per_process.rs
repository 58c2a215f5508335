//! A value of one process. After a `fork` the child makes a value of its own and leaves the parent's alone, locks and
//! all: the threads that would release them exist only in the parent.

use std::{
    marker::PhantomData,
    process,
    ptr::null_mut,
    sync::atomic::{AtomicPtr, Ordering},
};

struct Tagged<T> {
    pid: u32,
    value: T,
}

/// Holds at most one `T` for each process.
pub(crate) struct PerProcess<T> {
    current: AtomicPtr<Tagged<T>>,
    owns: PhantomData<Box<Tagged<T>>>,
}

impl<T> PerProcess<T> {
    /// Holds nothing yet.
    pub(crate) const fn new() -> Self {
        Self {
            current: AtomicPtr::new(null_mut()),
            owns: PhantomData,
        }
    }

    /// This process's value, if there is one.
    pub(crate) fn get(&self) -> Option<&T> {
        self.tagged(self.current.load(Ordering::Acquire))
    }

    /// This process's value, made now if there is none. Takes no lock.
    pub(crate) fn get_or_make<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        let seen = self.current.load(Ordering::Acquire);
        if let Some(value) = self.tagged(seen) {
            return Ok(value);
        }
        let fresh = Box::into_raw(Box::new(Tagged {
            pid: process::id(),
            value: make()?,
        }));
        // What stood there before belongs to another process: it is neither used nor dropped any more.
        let stored = self
            .current
            .compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire);
        let kept = match stored {
            Ok(_) => fresh,
            Err(faster) => {
                #[expect(unsafe_code, reason = "another thread was faster, and nobody has seen `fresh`")]
                // SAFETY: `fresh` comes from `Box::into_raw` above and was not stored.
                drop(unsafe { Box::from_raw(fresh) });
                faster
            }
        };
        #[expect(unsafe_code, reason = "a lock could be held by another thread at the fork")]
        // SAFETY: what is stored in this process stays until `self` is dropped.
        Ok(unsafe { &(*kept).value })
    }

    fn tagged(&self, pointer: *mut Tagged<T>) -> Option<&T> {
        #[expect(unsafe_code, reason = "a lock could be held by another thread at the fork")]
        // SAFETY: what is stored stays until `self` is dropped, in this process and in every child.
        let tagged = unsafe { pointer.as_ref() }?;
        (tagged.pid == process::id()).then_some(&tagged.value)
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        if self.get().is_some() {
            #[expect(unsafe_code, reason = "the counterpart of `Box::into_raw`")]
            // SAFETY: stored by this process, and nobody else can see it any more.
            drop(unsafe { Box::from_raw(*self.current.get_mut()) });
        }
    }
}

/// An object that only its own process may use or drop. In a forked child it is left alone.
pub(crate) struct Owned<T> {
    pid: u32,
    value: Option<T>,
}

impl<T> Owned<T> {
    /// Belongs to the process that calls this.
    pub(crate) fn new(value: T) -> Self {
        Self {
            pid: process::id(),
            value: Some(value),
        }
    }

    /// The object, unless this is another process.
    pub(crate) fn get(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.pid == process::id())
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.pid != process::id() {
            std::mem::forget(self.value.take());
        }
    }
}
