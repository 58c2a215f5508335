use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, error::CapacityError, handshake::derive_accept_key};

use super::*;

const MAX_MESSAGE: usize = 100_000;

/// A frame as the platform would write it.
fn frame(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match body.len() {
        short @ ..126 => bytes.push(short as u8),
        medium @ ..65_536 => {
            bytes.push(126);
            bytes.extend((medium as u16).to_be_bytes());
        }
        long => {
            bytes.push(127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(body);
    bytes
}

fn text(body: &str) -> Vec<u8> {
    frame(FINAL | TEXT, body.as_bytes())
}

/// The platform's end: answers the upgrade, with what else is written behind the answer in the same breath.
async fn accept(server: &mut DuplexStream, behind: &[u8]) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(server.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let key = head
        .lines()
        .find_map(|line| {
            line.strip_prefix("sec-websocket-key: ")
                .or(line.strip_prefix("Sec-WebSocket-Key: "))
        })
        .unwrap();
    let accept = derive_accept_key(key.trim().as_bytes());
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .into_bytes();
    answer.extend(behind);
    server.write_all(&answer).await.unwrap();
}

async fn open(behind: &[u8]) -> (Wire, DuplexStream) {
    let (client, mut server) = duplex(1 << 20);
    let request = "ws://platform/stream".into_client_request().unwrap();
    let (wire, ()) = tokio::join!(
        Wire::upgrade(request, Box::new(client), MAX_MESSAGE),
        accept(&mut server, behind)
    );
    (wire.unwrap(), server)
}

/// Everything that is read until the end.
async fn read_all(wire: &mut Wire) -> (Vec<String>, Ended) {
    let mut texts = Vec::new();
    loop {
        if let Err(ended) = wire.read(|text| texts.push(text.to_owned())).await {
            return (texts, ended);
        }
    }
}

#[tokio::test]
async fn frames_that_come_with_the_answer_are_read() {
    let behind = [text("one"), text("two")].concat();
    let (mut wire, server) = open(&behind[..behind.len() - 1]).await;
    let mut texts = Vec::new();
    wire.read(|text| texts.push(text.to_owned())).await.unwrap();
    assert_eq!(texts, ["one"]);
    let mut server = server;
    server.write_all(&behind[behind.len() - 1..]).await.unwrap();
    drop(server);
    let (texts, ended) = read_all(&mut wire).await;
    assert_eq!(texts, ["two"]);
    assert!(matches!(ended, Ended::Silent), "{ended:?}");
}

#[tokio::test]
async fn a_refusals_body_is_kept() {
    let (client, mut server) = duplex(1 << 16);
    let request = "ws://platform/stream".into_client_request().unwrap();
    let refuse = async {
        server.read_buf(&mut BytesMut::new()).await.unwrap();
        let body = r#"{"code":2003}"#;
        let answer = format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        server.write_all(answer.as_bytes()).await.unwrap();
    };
    let (refused, ()) = tokio::join!(Wire::upgrade(request, Box::new(client), MAX_MESSAGE), refuse);
    match refused.err().unwrap() {
        tungstenite::Error::Http(response) => {
            assert_eq!(response.status().as_u16(), 403);
            assert_eq!(response.body().as_deref(), Some(&br#"{"code":2003}"#[..]));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn pings_are_answered_at_once_and_the_close_is_told() {
    let (mut wire, mut server) = open(&[]).await;
    let close = frame(FINAL | 8, &[0x03, 0xE9, b'b', b'y', b'e']);
    let bytes = [text("a"), frame(FINAL | 9, b"hello"), text("b"), close].concat();
    let (head, rest) = bytes.split_at(bytes.len() - 3);
    server.write_all(head).await.unwrap();
    let mut texts = Vec::new();
    wire.read(|text| texts.push(text.to_owned())).await.unwrap();
    assert_eq!(texts, ["a", "b"]);
    let mut pong = [0; 11];
    server.read_exact(&mut pong).await.unwrap();
    assert_eq!(pong[..2], [FINAL | 10, MASKED | 5]);
    server.write_all(rest).await.unwrap();
    let (_, ended) = read_all(&mut wire).await;
    match ended {
        Ended::Closed(Some(frame)) => assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1001, "bye")),
        other => panic!("{other:?}"),
    }
    let mut answer = [0; 2];
    server.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer[0], FINAL | 8, "the close is answered");
}

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_connection_after_what_came_before() {
    let too_long = (MAX_MESSAGE as u64 + 1).to_be_bytes();
    for (odd, what) in [
        (frame(FINAL | 0x40 | TEXT, b"x"), "an extension"),
        (frame(FINAL | 3, b"x"), "an unknown kind"),
        (frame(FINAL | TEXT, b"\xFF\xFE"), "text that is none"),
        (frame(FINAL, b"x"), "a continuation of nothing"),
        (vec![FINAL | TEXT, MASKED | 1, 0, 0, 0, 0, b'x'], "a masked frame"),
        (
            [&[FINAL | TEXT, 127][..], &too_long].concat(),
            "a message that is too long",
        ),
        ([frame(TEXT, b"{"), text("}")].concat(), "a message inside another"),
    ] {
        let (mut wire, mut server) = open(&[]).await;
        server.write_all(&[text("before"), odd].concat()).await.unwrap();
        let (texts, ended) = read_all(&mut wire).await;
        assert_eq!(texts, ["before"], "{what}");
        assert!(matches!(ended, Ended::Broken(_)), "{what}: {ended:?}");
        if what.contains("too long") {
            let long = matches!(
                ended,
                Ended::Broken(tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }))
            );
            assert!(long, "{ended:?}");
        }
    }
}

#[tokio::test]
async fn leaving_says_goodbye() {
    let (wire, mut server) = open(&text("unread")).await;
    let leave = tokio::spawn(wire.close(true));
    let mut goodbye = [0; 8];
    server.read_exact(&mut goodbye).await.unwrap();
    assert_eq!(goodbye[..2], [FINAL | 8, MASKED | 2]);
    server
        .write_all(&[text("late"), frame(FINAL | 8, &[0x03, 0xE8])].concat())
        .await
        .unwrap();
    drop(server);
    leave.await.unwrap();
}

/// Messages, some of them in pieces, with other frames in between.
#[derive(Debug, Clone)]
enum Piece {
    Whole(String),
    Fragments(Vec<String>),
    Ping,
    Binary,
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let word = prop_oneof![
        8 => "[a-zé\"{}]{0,20}",
        1 => (120..140usize).prop_map(|length| "x".repeat(length)),
        1 => (65_500..65_600usize).prop_map(|length| "y".repeat(length)),
    ];
    let piece = prop_oneof![
        6 => word.clone().prop_map(Piece::Whole),
        1 => proptest::collection::vec("[a-z]{0,9}", 2..5).prop_map(Piece::Fragments),
        1 => Just(Piece::Ping),
        1 => Just(Piece::Binary),
    ];
    proptest::collection::vec(piece, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// However messages are made of frames, and however the network cuts them: they are read as they were sent.
    #[test]
    fn messages_are_read_as_they_were_sent(pieces in pieces(), cuts in proptest::collection::vec(1..3000usize, 1..20)) {
        let (mut bytes, mut sent) = (Vec::new(), Vec::new());
        for piece in &pieces {
            match piece {
                Piece::Whole(body) => {
                    bytes.extend(text(body));
                    sent.push(body.clone());
                }
                Piece::Fragments(parts) => {
                    for (index, part) in parts.iter().enumerate() {
                        let last = index + 1 == parts.len();
                        let opcode = if index == 0 { TEXT } else { CONTINUATION };
                        bytes.extend(frame(opcode | if last { FINAL } else { 0 }, part.as_bytes()));
                        bytes.extend(frame(FINAL | 9, b"between"));
                    }
                    sent.push(parts.concat());
                }
                Piece::Ping => bytes.extend(frame(FINAL | 9, b"ping")),
                Piece::Binary => bytes.extend(frame(FINAL | BINARY, b"\x00\xFF")),
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(async {
            let first = cuts[0].min(bytes.len());
            let (mut wire, mut server) = open(&bytes[..first]).await;
            let write = async {
                let mut rest = &bytes[first..];
                for cut in cuts.iter().cycle() {
                    if rest.is_empty() {
                        break;
                    }
                    let (now, later) = rest.split_at((*cut).min(rest.len()));
                    server.write_all(now).await.unwrap();
                    tokio::task::yield_now().await;
                    rest = later;
                }
                // Reads what was answered, so that the end is not taken for a broken pipe.
                server.shutdown().await.unwrap();
                server
            };
            let ((texts, ended), _server) = tokio::join!(read_all(&mut wire), write);
            assert!(matches!(ended, Ended::Silent), "{ended:?}");
            texts
        });
        prop_assert_eq!(read, sent);
    }
}
