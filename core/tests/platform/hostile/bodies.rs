//! Answers that are too long, never end, or grow when they are unpacked.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};
use tellus_core::{Credentials, ErrorKind};

use super::peer::{IN_FLIGHT, Peer};
use crate::common::block_on;

const MIB: usize = 1 << 20;
const LIMIT: usize = 32 * MIB;

#[test]
fn an_answer_that_is_announced_as_too_long_is_not_read() {
    let peer = Peer::start(|answer| {
        answer.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 100 * MIB))?;
        answer.flood(&[b' '; 1 << 16], 100 * MIB)
    });
    let (error, _) = peer.failure();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(error.reason().contains("larger than 32 MiB"), "{error}");
    assert!(peer.sent() <= IN_FLIGHT, "{}", peer.sent());
}

#[test]
fn an_answer_without_an_end_is_read_up_to_a_limit() {
    let peer = Peer::start(|answer| {
        answer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
        let mut chunk = b"10000\r\n".to_vec();
        chunk.extend([b' '; 1 << 16]);
        chunk.extend(b"\r\n");
        answer.flood(&chunk, 1 << 30)
    });
    let (error, _) = peer.failure();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(peer.sent() <= LIMIT + IN_FLIGHT, "{}", peer.sent());
}

#[test]
fn a_small_answer_that_unpacks_to_a_huge_one_is_cut_off() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..512 {
        packed.write_all(&[b' '; MIB]).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < MIB);
    let peer = Peer::start(move |answer| {
        let length = packed.len();
        answer.send(format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
        ))?;
        answer.send(&packed)
    });
    let before = peak_memory();
    let (error, _) = peer.failure();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(error.reason().contains("larger than 32 MiB"), "{error}");
    // Other tests run beside this one: far less than the whole is what can be said.
    assert!(peak_memory() - before < 256 * MIB);
}

#[test]
fn an_answer_that_drips_is_given_up_after_the_time_for_a_request() {
    let peer = Peer::start(|answer| {
        answer.send("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")?;
        answer.drip(b' ')
    });
    let mut config = peer.config();
    // The pause between two bytes is short, so that only the time for the whole can end it.
    config.read_timeout = Duration::from_millis(500);
    config.request_timeout = Duration::from_secs(1);
    let client = tellus_core::Client::new(config, Credentials::token("t")).unwrap();
    let error = block_on(client.device("dvc_1")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!((10..500).contains(&peer.sent()), "{}", peer.sent());
}

/// The most memory that this process has ever held, in bytes.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.unwrap_or_default() << 10
}
