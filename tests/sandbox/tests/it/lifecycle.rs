use std::time::{Duration, Instant};

use tellus_sandbox::{CloseReason, JournalEvent, Options, Sandbox};

use crate::support::{Api, frame, message, open, quick, sandbox};

#[test]
fn starts_and_stops_in_a_program_without_a_runtime() {
    let mut sandbox = sandbox();
    assert_eq!(sandbox.base_url(), format!("http://{}/v1", sandbox.address()));
    assert_eq!(sandbox.device_ids().len(), 12);
    sandbox.stop();
    sandbox.stop();
    assert!(std::net::TcpStream::connect(sandbox.address()).is_err());
}

#[tokio::test]
async fn stopping_ends_streams_at_once_and_frees_the_port() {
    let mut first = sandbox();
    let api = Api::new(&first).await;
    let mut socket = open(&first, Some(&api.token), &format!("devices={}", first.device_ids()[0]))
        .await
        .unwrap();
    frame(&mut socket).await;
    let started = Instant::now();
    first.stop();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    while let Some(Ok(_)) = message(&mut socket).await {}
    let last = first.journal().pop().unwrap();
    assert!(
        matches!(
            last.event,
            JournalEvent::StreamClose {
                reason: CloseReason::Shutdown,
                frames_sent: 1..,
                ..
            }
        ),
        "{last:?}"
    );

    let second = Sandbox::start(Options {
        bind: first.address(),
        ..quick()
    })
    .unwrap();
    assert_eq!(second.address(), first.address());
    assert_eq!(second.device_ids(), first.device_ids());
    // A token of the first means nothing to the second.
    assert_eq!(api.outcome("/operator/sites").await, (401, 2001));
}

#[test]
fn only_loopback_unless_told_otherwise() {
    let open = Options {
        bind: "0.0.0.0:0".parse().unwrap(),
        ..Options::default()
    };
    let refused = Sandbox::start(open.clone()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    let sandbox = Sandbox::start(Options {
        allow_remote: true,
        ..open
    })
    .unwrap();
    assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn bad_options_and_a_taken_port_are_errors_not_panics() {
    assert!(
        Sandbox::start(Options {
            speed: 0.0,
            ..Options::default()
        })
        .is_err()
    );
    assert!(
        Sandbox::start(Options {
            sites: 0,
            ..Options::default()
        })
        .is_err()
    );
    let sandbox = sandbox();
    let taken = Sandbox::start(Options {
        bind: sandbox.address(),
        ..Options::default()
    })
    .unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn speed_makes_virtual_time_run() {
    let fast = Options {
        speed: 600.0,
        start_at: Some("2026-03-01T08:00:00Z".parse().unwrap()),
        ..quick()
    };
    let sandbox = Sandbox::start(fast).unwrap();
    let api = Api::new(&sandbox).await;
    let mut socket = open(
        &sandbox,
        Some(&api.token),
        &format!("devices={}", sandbox.device_ids()[1]),
    )
    .await
    .unwrap();
    let mut at = Vec::new();
    for _ in 0..5 {
        let time: jiff::Timestamp = frame(&mut socket).await["timestamp"].as_str().unwrap().parse().unwrap();
        at.push(time);
    }
    for pair in at.windows(2) {
        // 20 ms at 600 to 1, or a whole multiple where the machine was late.
        let millis = pair[1].duration_since(pair[0]).as_millis();
        assert!(millis > 0 && millis % 12_000 == 0, "{millis}");
    }
}
