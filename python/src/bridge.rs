//! From the core's runtime to Python: one thread that carries results into event loops, log records into `logging`
//! and token requests to their providers. The runtime's own threads never touch Python.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use pyo3::{exceptions::PyRuntimeError, intern, prelude::*};
use tellus_core::{TokenRequest, runtime};
use tokio::task::AbortHandle;

use crate::{call::Finish, delivery::Delivery, error::sure, logging::Record, per_process::PerProcess, provider};

/// Log records beyond this many that wait are dropped: logging never slows the network down.
const MAX_RECORDS: usize = 1024;

/// What the thread is asked to do.
enum Task {
    Complete(u64, Finish),
    Log(Record),
    Token(Arc<Py<PyAny>>, Arc<TokenRequest>),
    Stop,
}

/// Who waits for a result.
struct Waiter {
    event_loop: Py<PyAny>,
    future: Py<PyAny>,
}

struct Bridge {
    tasks: mpsc::Sender<Task>,
    waiters: Mutex<HashMap<u64, Waiter>>,
    tickets: AtomicU64,
    records: AtomicUsize,
    /// Disconnected once the thread has ended.
    ended: Mutex<mpsc::Receiver<()>>,
}

static BRIDGE: PerProcess<Bridge> = PerProcess::new();
/// Set when the interpreter goes down: from then on no thread of ours begins to call Python.
static FINALIZING: AtomicBool = AtomicBool::new(false);

/// From now on no thread of ours begins to call Python.
pub(crate) fn finalize() {
    FINALIZING.store(true, Ordering::Release);
}

/// Whether the interpreter goes down.
pub(crate) fn finalizing() -> bool {
    FINALIZING.load(Ordering::Acquire)
}

fn bridge() -> &'static Bridge {
    sure(BRIDGE.get_or_make(|| {
        let (tasks, queue) = mpsc::channel();
        let (alive, ended) = mpsc::channel();
        let started = thread::Builder::new().name("tellus-python".into()).spawn(move || {
            carry(&queue);
            drop(alive);
        });
        // Without its thread nothing can be delivered; whoever waits is told by the closed channel.
        drop(started);
        Ok::<_, Infallible>(Bridge {
            tasks,
            waiters: Mutex::default(),
            tickets: AtomicU64::new(0),
            records: AtomicUsize::new(0),
            ended: Mutex::new(ended),
        })
    }))
}

fn waiters(bridge: &Bridge) -> MutexGuard<'_, HashMap<u64, Waiter>> {
    bridge.waiters.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` on the core's runtime and returns a future of `event_loop` for its result.
pub(crate) fn run<'py>(
    event_loop: &Bound<'py, PyAny>,
    work: impl Future<Output = Finish> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let py = event_loop.py();
    if finalizing() {
        return Err(PyRuntimeError::new_err("the interpreter is shutting down"));
    }
    let bridge = bridge();
    let future = event_loop.call_method0(intern!(py, "create_future"))?;
    let ticket = bridge.tickets.fetch_add(1, Ordering::Relaxed);
    let waiter = Waiter {
        event_loop: event_loop.clone().unbind(),
        future: future.clone().unbind(),
    };
    waiters(bridge).insert(ticket, waiter);
    let task = runtime::spawn(async move {
        let _ = bridge.tasks.send(Task::Complete(ticket, work.await));
    });
    let hook = Bound::new(
        py,
        CancelHook {
            ticket,
            task: task.abort_handle(),
        },
    )?;
    future.call_method1(intern!(py, "add_done_callback"), (hook,))?;
    Ok(future)
}

/// Asks for a log record to be delivered, or drops it if too many wait.
pub(crate) fn log(record: Record) {
    if finalizing() {
        return;
    }
    let bridge = bridge();
    if bridge.records.fetch_add(1, Ordering::Relaxed) >= MAX_RECORDS || bridge.tasks.send(Task::Log(record)).is_err() {
        bridge.records.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Asks for a token provider to be called.
pub(crate) fn request_token(provider: Arc<Py<PyAny>>, request: Arc<TokenRequest>) -> Result<(), String> {
    let task = Task::Token(provider, request);
    bridge()
        .tasks
        .send(task)
        .map_err(|_| "the interpreter is shutting down".into())
}

/// Ends the thread and waits for it until `deadline`. Called once, before the interpreter goes down.
pub(crate) fn shut_down(py: Python<'_>, deadline: Instant) {
    let Some(bridge) = BRIDGE.get() else { return };
    let _ = bridge.tasks.send(Task::Stop);
    py.detach(|| {
        let ended = bridge.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    });
    let unanswered = std::mem::take(&mut *waiters(bridge));
    drop(unanswered);
}

/// The thread: sleeps without Python, wakes, attaches, and works off everything that has come.
fn carry(queue: &mpsc::Receiver<Task>) {
    while let Ok(first) = queue.recv() {
        let go_on = Python::try_attach(|py| {
            let mut next = Some(first);
            while let Some(task) = next {
                if !perform(py, task) {
                    return false;
                }
                next = queue.try_recv().ok();
            }
            true
        });
        if go_on != Some(true) {
            return;
        }
    }
}

fn perform(py: Python<'_>, task: Task) -> bool {
    match task {
        Task::Stop => return false,
        Task::Complete(ticket, finish) => {
            // Taken out in a statement of its own: the lock must be free again before Python runs.
            let waiter = waiters(bridge()).remove(&ticket);
            // None: the future was cancelled.
            if let Some(waiter) = waiter {
                complete(py, &waiter, finish);
            }
        }
        Task::Log(record) => {
            bridge().records.fetch_sub(1, Ordering::Relaxed);
            record.deliver(py);
        }
        Task::Token(provider, request) => provider::ask(py, &provider, request),
    }
    true
}

fn complete(py: Python<'_>, waiter: &Waiter, finish: Finish) {
    let delivery = Delivery::new(waiter.future.clone_ref(py), finish);
    let scheduled = Bound::new(py, delivery).and_then(|delivery| {
        waiter
            .event_loop
            .bind(py)
            .call_method1(intern!(py, "call_soon_threadsafe"), (delivery,))
    });
    // The loop is closed: nobody can be waiting any more.
    drop(scheduled);
}

/// Is told when a future of ours is done; a cancelled one stops its work.
#[pyclass(frozen, module = "tellus._tellus")]
struct CancelHook {
    ticket: u64,
    task: AbortHandle,
}

#[pymethods]
impl CancelHook {
    fn __call__(&self, future: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = future.py();
        if future.call_method0(intern!(py, "cancelled"))?.is_truthy()? {
            self.task.abort();
            if let Some(bridge) = BRIDGE.get() {
                let gone = waiters(bridge).remove(&self.ticket);
                drop(gone);
            }
        }
        Ok(())
    }
}
