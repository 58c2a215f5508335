//! A peer that answers with whatever bytes a test wants, and counts how many it got rid of.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tellus_core::{Backoff, Client, Config, Credentials, Error};

use crate::common::block_on;

/// What the system's socket buffers on both sides take before anybody reads.
pub(crate) const IN_FLIGHT: usize = 16 << 20;

pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    sent: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

/// One connection, whose request has been read.
pub(crate) struct Answer {
    socket: TcpStream,
    sent: Arc<AtomicUsize>,
    /// The head of the request.
    pub(crate) request: String,
}

impl Peer {
    /// Answers each request by this function, which may write for as long as somebody reads.
    pub(crate) fn start(answer: impl Fn(&mut Answer) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Self {
            address: listener.local_addr().unwrap(),
            sent: Arc::default(),
            requests: Arc::default(),
        };
        let (answer, sent, requests) = (Arc::new(answer), peer.sent.clone(), peer.requests.clone());
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (answer, sent, requests) = (answer.clone(), sent.clone(), requests.clone());
                thread::spawn(move || {
                    let mut head = Vec::new();
                    let mut byte = [0];
                    let mut reader = &socket;
                    while !head.ends_with(b"\r\n\r\n") && matches!(reader.read(&mut byte), Ok(1)) {
                        head.push(byte[0]);
                    }
                    requests.fetch_add(1, Ordering::SeqCst);
                    let request = String::from_utf8_lossy(&head).into_owned();
                    // The client goes away in the middle: that is what the tests are about.
                    let _ = answer(&mut Answer { socket, sent, request });
                });
            }
        });
        peer
    }

    /// Bytes that the system has taken so far.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Settings for a client of this peer: one attempt, and time-outs that a test can wait for.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new(format!("http://{}", self.address));
        config.retry.max_attempts = 1;
        config.request_timeout = Duration::from_secs(20);
        config.read_timeout = Duration::from_secs(20);
        config.stream.first_attempts = 1;
        config.stream.backoff = Backoff {
            base: Duration::from_millis(10),
            cap: Duration::from_millis(50),
        };
        config
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config(), Credentials::token("t")).unwrap()
    }

    /// How a read of this peer fails, and how long that takes.
    pub(crate) fn failure(&self) -> (Error, Duration) {
        let client = self.client();
        let start = Instant::now();
        (block_on(client.device("dvc_1")).unwrap_err(), start.elapsed())
    }
}

impl Answer {
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            let written = self.socket.write(bytes)?;
            self.sent.fetch_add(written, Ordering::SeqCst);
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// The same piece over and over, up to this many bytes.
    pub(crate) fn flood(&mut self, piece: &[u8], bytes: usize) -> io::Result<()> {
        for _ in 0..bytes / piece.len() {
            self.send(piece)?;
        }
        Ok(())
    }

    /// One byte at a time, for at most ten seconds.
    pub(crate) fn drip(&mut self, byte: u8) -> io::Result<()> {
        self.socket.set_nodelay(true)?;
        for _ in 0..1000 {
            self.send([byte])?;
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Keeps the connection until the other side closes it.
    pub(crate) fn hold(&mut self) {
        let _ = io::copy(&mut self.socket, &mut io::sink());
    }
}
