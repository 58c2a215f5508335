//! Servers whose certificate is not to be trusted, or whose TLS is too old.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, ServerConnection, crypto::ring, pki_types::PrivateKeyDer};
use tellus_core::{Client, Config, Credentials, ErrorKind};

use crate::common::block_on;

struct Case {
    name: &'static str,
    issued_to: &'static str,
    expired: bool,
    trusted: bool,
    /// What the error says.
    says: &'static str,
}

const CASES: [Case; 4] = [
    Case {
        name: "good",
        issued_to: "localhost",
        expired: false,
        trusted: true,
        says: "",
    },
    Case {
        name: "expired",
        issued_to: "localhost",
        expired: true,
        trusted: true,
        says: "expired",
    },
    Case {
        name: "wrong host",
        issued_to: "elsewhere.example",
        expired: false,
        trusted: true,
        says: "not valid for",
    },
    Case {
        name: "unknown authority",
        issued_to: "localhost",
        expired: false,
        trusted: false,
        says: "UnknownIssuer",
    },
];

/// A server with such a certificate that notes what reaches it in the clear; and the authority to trust.
fn serve(case: &Case) -> (SocketAddr, String, std::sync::mpsc::Receiver<usize>) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![case.issued_to.to_owned()]).unwrap();
    if case.expired {
        let ended = (Timestamp::now() - 24.hours()).to_zoned(TimeZone::UTC).date();
        let part = |number: i8| u8::try_from(number).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(ended.year().into(), part(ended.month()), part(ended.day()));
    }
    let certificate = params.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, hears) = std::sync::mpsc::channel();
    let config = Arc::new(config);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut session = ServerConnection::new(config.clone()).unwrap();
            let mut read = 0;
            while session.complete_io(&mut socket).is_ok() && !session.is_handshaking() {
                let mut buffer = [0; 4096];
                read = session.reader().read(&mut buffer).unwrap_or(0);
                if read > 0 {
                    let body = r#"{"code":0,"data":{"device_id":"dvc_1"}}"#;
                    let length = body.len();
                    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                    session.writer().write_all(answer.as_bytes()).unwrap();
                    let _ = session.complete_io(&mut socket);
                    break;
                }
            }
            let _ = heard.send(read);
        }
    });
    (address, authority.pem(), hears)
}

fn client(port: u16, root: Option<String>) -> Client {
    let mut config = Config::new(format!("https://localhost:{port}"));
    config.extra_roots_pem.extend(root);
    config.retry.max_attempts = 1;
    Client::new(config, Credentials::token("canary")).unwrap()
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_gets_nothing_and_is_named() {
    for case in CASES {
        let (address, root, heard) = serve(&case);
        let client = client(address.port(), case.trusted.then_some(root));
        let answer = block_on(client.device("dvc_1"));
        if case.says.is_empty() {
            assert_eq!(answer.unwrap().device_id, "dvc_1", "{}", case.name);
            assert!(heard.recv().unwrap() > 0);
            continue;
        }
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{}: {error}", case.name);
        assert!(error.reason().contains("certificate"), "{}: {error}", case.name);
        assert!(error.reason().contains(case.says), "{}: {error}", case.name);
        assert_eq!(heard.recv().unwrap(), 0, "{}: nothing was sent", case.name);
    }
}

#[test]
fn a_server_that_only_speaks_tls_1_1_is_refused() {
    // A server's answer to the greeting that picks version 1.1 (0x0302): what an old appliance in between would say.
    let mut hello = vec![0x16, 0x03, 0x02, 0, 42, 0x02, 0, 0, 38, 0x03, 0x02];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut greeting = [0; 4096];
            let _ = socket.read(&mut greeting);
            let _ = socket.write_all(&hello);
            let _ = std::io::copy(&mut socket, &mut std::io::sink());
        }
    });
    let error = block_on(client(port, None).device("dvc_1")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.reason().contains("Tls12"), "{error}");
}
