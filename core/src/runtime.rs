//! The SDK's own tokio runtime. Everything that touches the network runs here, in tasks that the SDK owns: callers
//! may come from any thread, any event loop and any language, and may drop their future at any await.

use std::{
    future::Future,
    pin::pin,
    process,
    sync::{
        Arc,
        atomic::{AtomicPtr, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::JoinHandle,
};

use crate::error::{Error, ErrorKind, Result};

/// One thread is plenty for I/O: foreign code and whatever may block never run on it. A second one would be woken by every
/// call, to find nothing left to do: that costs a fifth of the call.
const WORKERS: usize = 1;

struct Owned {
    pid: u32,
    runtime: Runtime,
}

/// The runtime of this process. Never freed: other threads may still hold its handle, and dropping a runtime
/// inside itself panics.
static CURRENT: AtomicPtr<Owned> = AtomicPtr::new(std::ptr::null_mut());

/// The runtime's handle. `fork` copies no threads, so a child process gets a runtime of its own and leaves the
/// parent's alone, locks and all.
pub(crate) fn handle() -> Handle {
    let pid = process::id();
    loop {
        let seen = CURRENT.load(Ordering::Acquire);
        // SAFETY: what is stored comes from `Box::leak` below and is never freed.
        #[expect(
            unsafe_code,
            reason = "a lock held by another thread at the fork would never be released"
        )]
        let current = unsafe { seen.as_ref() };
        if let Some(owned) = current
            && owned.pid == pid
        {
            return owned.runtime.handle().clone();
        }
        let fresh: *mut Owned = Box::leak(Box::new(Owned { pid, runtime: build() }));
        if CURRENT
            .compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
        {
            // Another thread was faster. SAFETY: nobody has seen `fresh`.
            #[expect(unsafe_code, reason = "takes back the box that was just leaked")]
            let loser = unsafe { Box::from_raw(fresh) };
            loser.runtime.shutdown_background();
        }
    }
}

fn build() -> Runtime {
    #[expect(
        clippy::expect_used,
        reason = "fails only when the system gives no thread or no epoll handle: nothing can work then"
    )]
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("tellus-io")
        .on_thread_start(ignore_broken_pipes)
        .enable_all()
        .build()
        .expect("the system refuses the threads that the Tellus SDK needs")
}

/// A write to a connection that the peer has closed is an error to us. On Linux the system may raise SIGPIPE for it as
/// well (for writes of several pieces), which ends a program that does not expect it. Only our own threads are shielded:
/// what the program does about signals on its own stays.
fn ignore_broken_pipes() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let mut pipe = std::mem::MaybeUninit::uninit();
        // SAFETY: `sigemptyset` fills the set before the others read it, and no former mask is asked for.
        #[expect(unsafe_code, reason = "the standard library has no call for a thread's signal mask")]
        unsafe {
            libc::sigemptyset(pipe.as_mut_ptr());
            libc::sigaddset(pipe.as_mut_ptr(), libc::SIGPIPE);
            libc::pthread_sigmask(libc::SIG_BLOCK, pipe.as_ptr(), std::ptr::null_mut());
        }
    }
}

/// Starts a task that runs to its end whoever waits for it.
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    handle().spawn(task)
}

/// Runs a task on the SDK's runtime and waits for its result. If the caller goes away, the task is stopped when
/// `stop_on_drop` is set, and runs to its end otherwise.
pub(crate) async fn run<T: Send + 'static>(
    stop_on_drop: bool,
    task: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    struct Stop(Option<tokio::task::AbortHandle>);
    impl Drop for Stop {
        fn drop(&mut self) {
            if let Some(task) = self.0.take() {
                task.abort();
            }
        }
    }

    let task = spawn(task);
    let mut guard = Stop(stop_on_drop.then(|| task.abort_handle()));
    let result = task.await;
    guard.0 = None;
    result.unwrap_or_else(|failed| {
        Err(Error::new(
            ErrorKind::Closed,
            if failed.is_panic() {
                "a bug in the SDK stopped this call; please report it"
            } else {
                "the call was stopped"
            },
        ))
    })
}

/// Panics, on the caller's thread or in a task: the faces' tests show with it what becomes of a bug in the SDK.
#[doc(hidden)]
#[expect(clippy::panic, reason = "that is what it is for")]
pub async fn provoke_panic(in_task: bool) -> Result<()> {
    let bug = async { panic!("provoked") };
    if in_task { run(true, bug).await } else { bug.await }
}

/// Polls a future on the caller's thread, with the SDK's timers at hand.
pub(crate) async fn inside<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        let handle = handle();
        let _entered = handle.enter();
        future.as_mut().poll(context)
    })
    .await
}

/// Waits for a future on this thread, which must not be one of the runtime's own.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    handle().block_on(future)
}

/// [`block_on`] for a future that needs neither timers nor sockets of the runtime: the thread sleeps until it is woken, and
/// nothing else happens. A listener's thread does so ten thousand times a second.
pub(crate) fn sleep_until<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }

        fn wake_by_ref(self: &Arc<Self>) {
            self.0.unpark();
        }
    }

    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_without_a_runtime_gets_a_result() {
        assert_eq!(block_on(run(true, async { Ok(7) })).unwrap(), 7);
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let error = block_on(run::<()>(true, async { panic!("boom") })).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
    }
}
