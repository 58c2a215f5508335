//! A platform that only grants tokens and pushes frames: plain threads and blocking writes of bytes that were rendered
//! before, so that it takes as little as it can of the processor that it shares with whom it measures.

use std::{
    collections::HashSet,
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::{
    load::{Load, TIMESTAMP_AT},
    scenario::{Pattern, Scenario},
};

/// How much goes out in one write when frames are coalesced.
const WRITE: usize = 64 << 10;
/// Between the last upgrade of a client and its first frame: time to look at its clock.
const SETTLE: Duration = Duration::from_millis(300);
/// The longest wait for a client's other connections.
const PATIENCE: Duration = Duration::from_secs(60);
/// A timestamp as it is rendered, to the millisecond.
const RENDERED: usize = "2026-01-01T00:00:00.000Z".len();
/// The length and the text of a message stand behind this much of a header; no frame is short enough for less.
const HEADER: usize = 4;
const GRANT: &str =
    r#"{"code":0,"message":"success","data":{"access_token":"t","token_type":"Bearer","expires_in":86400}}"#;

/// Serves on a free port of this machine until the process ends; with TLS if there are settings for it. Returns the port.
pub fn start(tls: Option<Arc<ServerConfig>>) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let tls = tls.clone();
            // A client that goes away in the middle is none of our business.
            thread::spawn(move || drop(accept(socket, tls)));
        }
    });
    Ok(port)
}

fn accept(socket: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    match tls {
        None => serve(socket),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            serve(StreamOwned::new(connection, socket))
        }
    }
}

/// Answers requests until one of them turns the connection into a stream.
fn serve(mut socket: impl Read + Write) -> io::Result<()> {
    while let Some(request) = Request::read(&mut socket)? {
        if request.header("upgrade").is_some() {
            let scenario = Scenario::parse(&request.path).ok_or(io::ErrorKind::InvalidInput)?;
            let asked = request.asked();
            let load = load(&scenario, &asked);
            let key = request.header("sec-websocket-key").unwrap_or_default();
            let accept = derive_accept_key(key.as_bytes());
            write!(
                socket,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
            )?;
            socket.flush()?;
            wait_for_all(&scenario, asked.len())?;
            push(&mut socket, &load, scenario.pattern)?;
            // Clients know how many frames to expect, and leave by themselves.
            return io::copy(&mut socket, &mut io::sink()).map(drop);
        }
        let length = GRANT.len();
        write!(
            socket,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{GRANT}"
        )?;
        socket.flush()?;
    }
    Ok(())
}

fn push(socket: &mut impl Write, load: &Load, pattern: Pattern) -> io::Result<()> {
    match pattern {
        Pattern::Coalesced => {
            for piece in load.wire.chunks(WRITE) {
                socket.write_all(piece)?;
                socket.flush()?;
            }
        }
        Pattern::Single => {
            for message in load.messages() {
                socket.write_all(message)?;
                socket.flush()?;
            }
        }
        Pattern::Paced(rate) => {
            let pause = Duration::from_secs(1) / rate;
            let mut due = Instant::now();
            let mut sent = Vec::new();
            for message in load.messages() {
                due += pause;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                stamp(&mut sent, message);
                socket.write_all(&sent)?;
                socket.flush()?;
            }
        }
    }
    Ok(())
}

/// The message with the time of this moment, to the microsecond.
#[expect(clippy::cast_possible_truncation, reason = "frames are shorter than 64 KiB")]
fn stamp(out: &mut Vec<u8>, message: &[u8]) {
    let (before, rest) = message[HEADER..].split_at(TIMESTAMP_AT);
    out.clear();
    out.extend_from_slice(&message[..HEADER]);
    out.extend_from_slice(before);
    let _ = write!(out, "{:.6}", Timestamp::now());
    out.extend_from_slice(&rest[RENDERED..]);
    let length = (out.len() - HEADER) as u16;
    out[2..HEADER].copy_from_slice(&length.to_be_bytes());
}

/// As much of an HTTP request as is needed here.
struct Request {
    path: String,
    head: String,
}

impl Request {
    /// The next request with its body skipped; `None` at the end of the connection.
    fn read(socket: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        let mut byte = [0];
        // One byte at a time, since what follows an upgrade must stay where it is; requests are few.
        while !head.ends_with(b"\r\n\r\n") {
            if socket.read(&mut byte)? == 0 {
                return Ok(None);
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let request = Self { path, head };
        let length = request.header("content-length").and_then(|text| text.parse().ok());
        io::copy(&mut socket.take(length.unwrap_or(0)), &mut io::sink())?;
        Ok(Some(request))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The devices that the query names.
    fn asked(&self) -> HashSet<usize> {
        let named = self.path.split_once("devices=").map_or("", |(_, devices)| devices);
        let named = named.replace("%2C", ",");
        named.split(',').filter_map(Scenario::device_index).collect()
    }
}

/// What was rendered last: contenders take turns with one scenario, and one client may have many connections.
static RENDERED_LAST: Mutex<Option<(Scenario, Arc<Load>)>> = Mutex::new(None);

/// What a connection is sent that asked for these devices.
fn load(scenario: &Scenario, asked: &HashSet<usize>) -> Arc<Load> {
    let mut last = RENDERED_LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let all = match &*last {
        Some((known, load)) if known == scenario => load.clone(),
        _ => {
            let load = Arc::new(Load::render(scenario));
            *last = Some((*scenario, load.clone()));
            load
        }
    };
    drop(last);
    if asked.len() >= scenario.devices {
        return all;
    }
    Arc::new(all.of(asked))
}

/// Devices that the connections have asked for which wait for others of the same client.
static ASKED: Mutex<usize> = Mutex::new(0);
static ALL_ASKED: Condvar = Condvar::new();

/// Waits until a client's connections have together asked for every device: before that, none is sent anything.
fn wait_for_all(scenario: &Scenario, asked: usize) -> io::Result<()> {
    let mut sum = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    *sum += asked;
    if *sum >= scenario.devices {
        *sum = 0;
        ALL_ASKED.notify_all();
    } else {
        let waited = ALL_ASKED.wait_timeout(sum, PATIENCE);
        let (mut sum, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            *sum = sum.saturating_sub(asked);
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
    thread::sleep(SETTLE);
    Ok(())
}
