//! Results on their way into an event loop: a queue that the core's threads fill, and that the loop empties when it is
//! woken. Those threads never touch Python, and no third thread stands between.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use pyo3::{
    exceptions::PyRuntimeError,
    intern,
    prelude::*,
    types::{PyWeakrefMethods, PyWeakrefReference},
};
use tellus_core::runtime;
use tokio::task::AbortHandle;

use crate::{bridge, call::Finish, error::sure, per_process::PerProcess, wake::Wake};

/// All ports of this process: a program has one event loop, or a few.
static PORTS: PerProcess<Mutex<Vec<Entry>>> = PerProcess::new();
/// Tells futures and ports apart.
static TICKETS: AtomicU64 = AtomicU64::new(0);

struct Entry {
    // Weak, so that a loop may end whether or not it ever had a result.
    event_loop: Py<PyWeakrefReference>,
    port: Py<Port>,
}

/// The way into one event loop, which calls it when there are results.
#[pyclass(frozen, module = "tellus._tellus")]
pub(crate) struct Port {
    id: u64,
    queue: Arc<Queue>,
    waiters: Mutex<HashMap<u64, Py<PyAny>>>,
}

/// The half of a port that the core's threads see.
struct Queue {
    results: Mutex<Vec<(u64, Finish)>>,
    wake: Wake,
}

impl Queue {
    /// Adds the result for the future with this ticket. Only the first one wakes the loop, which takes all there are.
    fn push(&self, ticket: u64, result: Finish) {
        let first = {
            let mut results = lock(&self.results);
            results.push((ticket, result));
            results.len() == 1
        };
        if first {
            self.wake.wake();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next_ticket() -> u64 {
    TICKETS.fetch_add(1, Ordering::Relaxed)
}

fn entries() -> MutexGuard<'static, Vec<Entry>> {
    lock(sure(PORTS.get_or_make(|| Ok::<_, Infallible>(Mutex::default()))))
}

/// Runs `work` on the core's runtime and returns a future of `event_loop` for its result.
pub(crate) fn run<'py>(
    event_loop: &Bound<'py, PyAny>,
    work: impl Future<Output = Finish> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let py = event_loop.py();
    if bridge::finalizing() {
        return Err(PyRuntimeError::new_err("the interpreter is shutting down"));
    }
    let port = of(event_loop)?;
    let future = event_loop.call_method0(intern!(py, "create_future"))?;
    let ticket = next_ticket();
    lock(&port.get().waiters).insert(ticket, future.clone().unbind());
    let queue = port.get().queue.clone();
    let task = runtime::spawn(async move { queue.push(ticket, work.await) }).abort_handle();
    let port = port.unbind();
    let hook = Bound::new(py, CancelHook { port, ticket, task })?;
    future.call_method1(intern!(py, "add_done_callback"), (hook,))?;
    Ok(future)
}

/// For loops that cannot be woken otherwise: has the loop of the port with this number call it.
pub(crate) fn call_soon(py: Python<'_>, id: u64) {
    let found = entries()
        .iter()
        .find(|entry| entry.port.get().id == id)
        .and_then(|entry| Some((entry.event_loop.bind(py).upgrade()?, entry.port.clone_ref(py))));
    if let Some((event_loop, port)) = found {
        // The loop may be closed: then nobody can be waiting any more.
        let _ = event_loop.call_method1(intern!(py, "call_soon_threadsafe"), (port,));
    }
}

/// Lets go of everybody who waits. Called once, before the interpreter goes down.
pub(crate) fn shut_down() {
    let unanswered: Vec<_> = entries()
        .iter()
        .map(|entry| std::mem::take(&mut *lock(&entry.port.get().waiters)))
        .collect();
    drop(unanswered);
}

/// The port of this event loop, made when it is first needed.
fn of<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Port>> {
    let py = event_loop.py();
    let leads_here = |entry: &&Entry| {
        let leads_to = entry.event_loop.bind(py).upgrade();
        leads_to.is_some_and(|leads_to| leads_to.is(event_loop))
    };
    let known = entries()
        .iter()
        .find(leads_here)
        .map(|entry| entry.port.clone_ref(py).into_bound(py));
    if let Some(port) = known {
        return Ok(port);
    }
    forget_closed(py);
    let id = next_ticket();
    let mut port = Port::with(py, id, Wake::by_socket().unwrap_or(Wake::ByThread(id)))?;
    if !port.get().queue.wake.is_watched(event_loop, &port) {
        port = Port::with(py, id, Wake::ByThread(id))?;
    }
    let event_loop = PyWeakrefReference::new(event_loop)?.unbind();
    let entry = Entry {
        event_loop,
        port: port.clone().unbind(),
    };
    entries().push(entry);
    Ok(port)
}

/// Ports of loops that run no more go, and with them what nobody has fetched: batches return to their streams.
fn forget_closed(py: Python<'_>) {
    let is_closed = |event_loop: Bound<'_, PyAny>| {
        let closed = event_loop.call_method0(intern!(py, "is_closed"));
        closed.and_then(|closed| closed.is_truthy()).unwrap_or(false)
    };
    // Taken out first: a lock must not be held while Python runs.
    let all = std::mem::take(&mut *entries());
    for entry in all {
        if entry.event_loop.bind(py).upgrade().is_none_or(is_closed) {
            let unfetched = std::mem::take(&mut *lock(&entry.port.get().queue.results));
            drop(unfetched);
        } else {
            entries().push(entry);
        }
    }
}

impl Port {
    fn with(py: Python<'_>, id: u64, wake: Wake) -> PyResult<Bound<'_, Self>> {
        let queue = Queue {
            results: Mutex::default(),
            wake,
        };
        let port = Self {
            id,
            queue: Arc::new(queue),
            waiters: Mutex::default(),
        };
        Bound::new(py, port)
    }

    /// Forgets a cancelled future. What its result holds goes back to where it came from.
    fn forget(&self, ticket: u64) {
        let waiter = lock(&self.waiters).remove(&ticket);
        let result = {
            let mut results = lock(&self.queue.results);
            let place = results.iter().position(|(other, _)| *other == ticket);
            place.map(|place| results.remove(place))
        };
        drop((waiter, result));
    }
}

#[pymethods]
impl Port {
    /// Puts the results that have come into their futures. Called by the event loop, in the event loop's thread.
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        self.queue.wake.heard();
        let results = std::mem::take(&mut *lock(&self.queue.results));
        let mut outcome = Ok(());
        for (ticket, result) in results {
            // Taken out in a statement of its own: the lock must be free again before Python runs.
            let future = lock(&self.waiters).remove(&ticket);
            // None: the future was cancelled.
            if let Some(future) = future {
                outcome = outcome.and(complete(future.bind(py), result));
            }
        }
        outcome
    }
}

fn complete(future: &Bound<'_, PyAny>, result: Finish) -> PyResult<()> {
    let py = future.py();
    if future.call_method0(intern!(py, "done"))?.is_truthy()? {
        // Cancelled meanwhile. What the result holds goes back to where it came from.
        return Ok(());
    }
    match result(py) {
        Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
        Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))?,
    };
    Ok(())
}

/// Is told when a future of ours is done; a cancelled one stops its work.
#[pyclass(frozen, module = "tellus._tellus")]
struct CancelHook {
    port: Py<Port>,
    ticket: u64,
    task: AbortHandle,
}

#[pymethods]
impl CancelHook {
    fn __call__(&self, future: &Bound<'_, PyAny>) -> PyResult<()> {
        if future.call_method0(intern!(future.py(), "cancelled"))?.is_truthy()? {
            self.task.abort();
            self.port.get().forget(self.ticket);
        }
        Ok(())
    }
}
