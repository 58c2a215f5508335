//! The handle on a running sandbox.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::clients::{Credentials, Scope};
use crate::faults::{Fault, PendingFault};
use crate::journal::JournalEntry;
use crate::launch::{reachable, run, share};
use crate::options::Options;
use crate::quirks::Quirks;
use crate::sent::SentFrames;
use crate::server::{Certificate, TlsFiles};
use crate::state::Shared;
use crate::streams::Order;

/// How long `stop` waits at most.
const LONGEST_STOP: Duration = Duration::from_secs(3);

/// A running sandbox: its own thread with its own runtime, so that it can live in any program, synchronous or
/// not. It installs nothing process-wide. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    address: SocketAddr,
    base_url: String,
    ca_pem: Option<String>,
    ca_file: Option<PathBuf>,
    running: Option<Running>,
}

/// What is only there while the sandbox runs.
#[derive(Debug)]
struct Running {
    /// Dropped to end the thread.
    stop: oneshot::Sender<()>,
    /// Disconnected once the thread is done.
    done: mpsc::Receiver<()>,
    thread: JoinHandle<()>,
    /// Threads do not survive a fork; the child must not wait for one.
    process: u32,
    _files: Option<TlsFiles>,
}

impl Sandbox {
    /// Starts a sandbox. When this returns it is listening.
    ///
    /// # Errors
    ///
    /// Fails when an option cannot work (`InvalidInput`), when the address is taken, or when the certificate
    /// cannot be written.
    pub fn start(options: Options) -> io::Result<Self> {
        if let Some(problem) = options.problem() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        // Bound here and not in the thread, so that the error reaches the caller.
        let listener = TcpListener::bind(options.bind)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (certificate, files) = match options.tls {
            false => (None, None),
            true => {
                let (made, files) = Certificate::prepare(options.tls_dir.as_deref(), &options.tls_names)?;
                (Some(made), Some(files))
            }
        };
        let tls = certificate.as_ref().map(Certificate::server_config).transpose()?;
        let shared = Arc::new(share(options));
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = mpsc::channel();
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tellus-sandbox-io")
            .enable_all()
            .build()?;
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("tellus-sandbox".to_owned())
            .spawn(move || {
                run(runtime, listener, for_thread, tls, stopped);
                drop(finished);
            })?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        Ok(Self {
            shared,
            address,
            base_url: format!("{scheme}://{}/v1", reachable(address)),
            ca_file: files.as_ref().map(TlsFiles::ca_file),
            ca_pem: certificate.map(|certificate| certificate.ca_pem),
            running: Some(Running {
                stop,
                done,
                thread,
                process: std::process::id(),
                _files: files,
            }),
        })
    }

    /// Where the API is, with `/v1` at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The `client_id` of the main credential, which has the scopes `read` and `write`.
    pub fn client_id(&self) -> &str {
        &self.credentials(Scope::ReadWrite).client_id
    }

    /// The `client_secret` of the main credential.
    pub fn client_secret(&self) -> &str {
        &self.credentials(Scope::ReadWrite).client_secret
    }

    /// The built-in credential with exactly this scope. Quotas are counted for each on its own.
    pub fn credentials(&self, scope: Scope) -> &Credentials {
        self.shared.clients.with(scope)
    }

    /// The certificate of its authority (PEM), with TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The file with that certificate, with TLS. A temporary one goes away when the sandbox stops.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// The ids of all devices, in the same order for the same seed.
    pub fn device_ids(&self) -> Vec<String> {
        self.shared.fleet().device_ids()
    }

    /// Everything in the journal, oldest first. It can still be read after [`stop`](Self::stop).
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.journal_after(0)
    }

    /// The journal entries with a number above `seq`.
    pub fn journal_after(&self, seq: u64) -> Vec<JournalEntry> {
        self.shared.journal.after(seq, usize::MAX).0
    }

    /// Empties the journal; numbers go on counting.
    pub fn clear_journal(&self) {
        self.shared.journal.clear();
    }

    /// Which frames were sent, by stream, since the start or since they were last taken. Empty unless
    /// [`record_frames`](Options::record_frames) is set.
    pub fn frames_sent(&self) -> Vec<SentFrames> {
        self.shared.sent.list()
    }

    /// Like [`frames_sent`](Self::frames_sent), and forgets them.
    pub fn take_frames_sent(&self) -> Vec<SentFrames> {
        self.shared.sent.take()
    }

    /// Lets something go wrong. A [`FaultKind`](crate::FaultKind) alone means once, on the next occasion.
    pub fn inject(&self, fault: impl Into<Fault>) {
        self.shared.inject(fault.into());
    }

    /// How it reads what the contract leaves open.
    pub fn quirks(&self) -> Quirks {
        self.shared.quirks()
    }

    /// Reads it otherwise from now on.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.shared.set_quirks(quirks);
    }

    /// The faults that still wait for an occasion.
    pub fn pending_faults(&self) -> Vec<PendingFault> {
        self.shared.faults.pending()
    }

    /// Forgets all pending faults. What has happened stays: tokens remain expired, silenced streams silent.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Moves the sandbox's clock: tokens, quotas and the fleet. Returns when the fleet has caught up.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(by);
    }

    /// The sandbox's wall clock, by which tokens expire and quotas refill.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Closes every open stream without a closing handshake, as a broken network would.
    pub fn disconnect_streams(&self) {
        self.shared.streams.order_all(Order::Cut);
    }

    /// How many streams are open.
    pub fn open_streams(&self) -> usize {
        self.shared.streams.count()
    }

    /// Closes the listener and every connection at once and waits for the thread, three seconds at most. The
    /// port is free again when this returns. Calling it again does nothing.
    pub fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        if running.process != std::process::id() {
            // A forked child: the sandbox belongs to the parent, with its thread, its sockets and its files.
            std::mem::forget(running);
            return;
        }
        self.shared.stopping.store(true, Ordering::Release);
        drop(running.stop);
        if running.done.recv_timeout(LONGEST_STOP) == Err(mpsc::RecvTimeoutError::Disconnected) {
            // A panic in the thread has been reported on its own.
            let _ = running.thread.join();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}
