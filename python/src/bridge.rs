//! From the core's runtime to Python: one thread that carries log records into `logging` and token requests to their
//! providers. The runtime's own threads never touch Python. Results have a shorter way: see [`crate::port`].

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use pyo3::prelude::*;
use tellus_core::TokenRequest;

use crate::{error::sure, logging::Record, per_process::PerProcess, port, provider};

/// Log records beyond this many that wait are dropped: logging never slows the network down.
const MAX_RECORDS: usize = 1024;

/// What the thread is asked to do.
enum Task {
    CallSoon(u64),
    Log(Record),
    Token(Arc<Py<PyAny>>, Arc<TokenRequest>),
    Stop,
}

struct Bridge {
    tasks: mpsc::Sender<Task>,
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
            records: AtomicUsize::new(0),
            ended: Mutex::new(ended),
        })
    }))
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

/// Asks for an event loop to be woken: it will call the port with this number.
pub(crate) fn call_soon(port: u64) {
    if !finalizing() {
        // The thread has ended: so has the loop, or it will.
        let _ = bridge().tasks.send(Task::CallSoon(port));
    }
}

/// Ends the thread and waits for it until `deadline`. Called once, before the interpreter goes down.
pub(crate) fn shut_down(py: Python<'_>, deadline: Instant) {
    let Some(bridge) = BRIDGE.get() else { return };
    let _ = bridge.tasks.send(Task::Stop);
    py.detach(|| {
        let ended = bridge.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    });
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
        Task::CallSoon(port) => port::call_soon(py, port),
        Task::Log(record) => {
            bridge().records.fetch_sub(1, Ordering::Relaxed);
            record.deliver(py);
        }
        Task::Token(provider, request) => provider::ask(py, &provider, request),
    }
    true
}
