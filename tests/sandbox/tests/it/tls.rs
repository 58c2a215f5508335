use std::sync::Arc;

use futures_util::StreamExt;
use rustls_pki_types::ServerName;
use tellus_sandbox::{Options, Sandbox};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Api, PATIENCE, http, quick, requests, sandbox, tls};

fn with_tls() -> Options {
    Options {
        tls: true,
        tls_names: vec!["sandbox.test".to_owned()],
        ..quick()
    }
}

#[tokio::test]
async fn https_speaks_http2_to_those_who_trust_the_authority() {
    let sandbox = Sandbox::start(with_tls()).unwrap();
    assert!(sandbox.base_url().starts_with("https://127.0.0.1:"));
    let api = Api::new(&sandbox).await;
    assert_eq!(api.outcome("/operator/sites").await, (200, 0));
    assert_eq!(requests(&sandbox)[1].http_version, "HTTP/2.0");
    let localhost = format!("https://localhost:{}/_sandbox/health", sandbox.address().port());
    assert_eq!(api.http.get(localhost).send().await.unwrap().status(), 200);

    let distrustful = http(&self::sandbox());
    let refused = distrustful
        .get(format!("{}/operator/sites", sandbox.base_url()))
        .send()
        .await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn the_stream_works_over_tls() {
    let sandbox = Sandbox::start(with_tls()).unwrap();
    let api = Api::new(&sandbox).await;
    let connector = TlsConnector::from(Arc::new(tls(sandbox.ca_pem(), &[b"http/1.1"])));
    let tcp = TcpStream::connect(sandbox.address()).await.unwrap();
    let name = ServerName::try_from("sandbox.test").unwrap();
    let encrypted = connector.connect(name, tcp).await.unwrap();
    let query = format!("devices={}&token={}", sandbox.device_ids()[0], api.token);
    let request = format!("wss://sandbox.test/v1/operator/stream?{query}")
        .into_client_request()
        .unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, encrypted).await.unwrap();
    let frame = tokio::time::timeout(PATIENCE, socket.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(frame.into_text().unwrap().contains("connectors"));
}

#[test]
fn temporary_files_go_and_chosen_ones_stay_and_are_used_again() {
    let mut sandbox = Sandbox::start(with_tls()).unwrap();
    let file = sandbox.ca_file().unwrap().to_owned();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), sandbox.ca_pem().unwrap());
    sandbox.stop();
    assert!(!file.exists());

    let dir = std::env::temp_dir().join(format!("tellus-sandbox-test-{}", std::process::id()));
    let kept = Options {
        tls_dir: Some(dir.clone()),
        ..with_tls()
    };
    let first = Sandbox::start(kept.clone()).unwrap().ca_pem().unwrap().to_owned();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.join("server.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let second = Sandbox::start(kept.clone()).unwrap().ca_pem().unwrap().to_owned();
    assert_eq!(first, second);
    let other_names = Options {
        tls_names: vec!["other.test".to_owned()],
        ..kept
    };
    assert_ne!(Sandbox::start(other_names).unwrap().ca_pem(), Some(first.as_str()));
    std::fs::remove_dir_all(dir).unwrap();
}
