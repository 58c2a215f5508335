//! Commands: what they do, what is refused before sending, and that none is ever sent twice on doubt.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt, stream};
use tellus_core::{
    Client, Credentials, EnergyQuery, ErrorKind, Request,
    model::{
        CommandState, ConnectorState, DeviceStatus, DischargeRequest, FlexibilityCommand, FlexibilityRequest,
        FlexibilityTarget, Granularity, Schedule, ScheduleAction, ScheduleKind, StartRequest, StopRequest, TimeSlot,
    },
};
use tellus_sandbox::{FaultKind, Options, Sandbox, Scope};

use crate::common::{block_on, client, config, credentials, eventually, requests, sandbox};

const PATIENCE: Duration = Duration::from_secs(20);

/// A sandbox in which nothing happens but what is asked for, a minute in each second.
fn still_sandbox() -> Sandbox {
    let options = Options {
        no_arrivals: true,
        speed: 60.0,
        cadence: Duration::from_millis(50),
        ..Options::default()
    };
    Sandbox::start(options).unwrap()
}

/// A connector that charges, since it was told to.
async fn charging(client: &Client, sandbox: &Sandbox) -> (String, u32) {
    let (id, number) = connector(client, sandbox, ConnectorState::Idle).await;
    let receipt = client.start(&id, number, &StartRequest::default()).await.unwrap();
    let mut followed = client.follow_command(&receipt.command_id, PATIENCE).unwrap();
    while followed.next().await.unwrap().unwrap().status != CommandState::Accepted {}
    (id, number)
}

/// The first connector of a charger that is online, in this state.
async fn connector(client: &Client, sandbox: &Sandbox, state: ConnectorState) -> (String, u32) {
    for id in sandbox.device_ids() {
        let device = client.device(&id).await.unwrap();
        if device.status != Some(DeviceStatus::Online) {
            continue;
        }
        if let Some(found) = device.connectors.iter().find(|connector| connector.status == state) {
            return (id, found.connector_id);
        }
    }
    panic!("no connector is {state}");
}

#[test]
fn a_stop_is_followed_to_its_end_and_shows_in_the_device() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    block_on(async {
        let (id, number) = charging(&client, &sandbox).await;
        let reason = Some("user_request".into());
        let receipt = client.stop(&id, number, &StopRequest { reason }).await.unwrap();
        assert_eq!(receipt.status, CommandState::Queued);
        let mut followed = client.follow_command(&receipt.command_id, PATIENCE).unwrap();
        let mut states = Vec::new();
        while let Some(status) = followed.next().await.unwrap() {
            states.push(status.status);
        }
        assert_eq!(states.last(), Some(&CommandState::Completed));
        assert!(states.windows(2).all(|pair| pair[0] != pair[1]), "{states:?}");
        assert!(followed.next().await.unwrap().is_none());
        let device = client.device(&id).await.unwrap();
        let stopped = device
            .connectors
            .iter()
            .find(|connector| connector.connector_id == number)
            .unwrap();
        assert_ne!(stopped.status, ConnectorState::Charging);
    });
}

#[test]
fn what_the_charger_cannot_do_is_a_conflict() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    block_on(async {
        let (id, number) = charging(&client, &sandbox).await;
        let error = client.start(&id, number, &StartRequest::default()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Conflict, Some(4001)),
            "{error}"
        );
        let error = client.stop(&id, 99, &StopRequest::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn patience_ends_and_the_command_is_not_taken_back() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    block_on(async {
        let (id, number) = charging(&client, &sandbox).await;
        sandbox.inject(FaultKind::CommandStuck { device: None }.always());
        let receipt = client.stop(&id, number, &StopRequest::default()).await.unwrap();
        let mut followed = client
            .follow_command(&receipt.command_id, Duration::from_millis(1500))
            .unwrap();
        assert_eq!(followed.next().await.unwrap().unwrap().status, CommandState::Queued);
        let error = followed.next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.reason().contains("still queued"), "{error}");
    });
}

#[test]
fn plans_and_measures_are_taken() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    block_on(async {
        let (id, number) = connector(&client, &sandbox, ConnectorState::Idle).await;
        let schedule = Schedule {
            schedule_id: "night".into(),
            enabled: true,
            kind: ScheduleKind::Daily,
            time_slots: vec![TimeSlot {
                day_of_week: vec![],
                start: "22:00".parse().unwrap(),
                end: "06:00".parse().unwrap(),
                power_limit: Some(11.0),
                action: ScheduleAction::Charge,
            }],
            target_soc: None,
            effective_from: None,
            effective_until: None,
            timezone: Some("Europe/London".into()),
        };
        assert!(client.set_schedule(&id, number, &schedule).await.unwrap().is_none());
        let measure = FlexibilityRequest {
            target: FlexibilityTarget::All,
            command: FlexibilityCommand::SetPowerLimit(50),
            duration: Duration::from_secs(600),
            reason: None,
        };
        assert_eq!(client.flexibility(&measure).await.unwrap().status, "executing");
        let end = sandbox.now();
        let query = EnergyQuery {
            granularity: Granularity::Day,
            start: end - Duration::from_secs(7 * 86_400),
            end,
            site_ids: vec![],
        };
        let energy = client.energy(&query).await.unwrap();
        let sum: f64 = energy.series.iter().filter_map(|point| point.charge_energy).sum();
        let total = energy.total.unwrap().charge_energy.unwrap();
        assert!(
            total > 0.0 && (sum - total).abs() < 1e-3 * total,
            "{sum} kWh in the series, {total} kWh in total"
        );
    });
}

#[test]
fn arguments_out_of_range_are_refused_unsent() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let field = |error: tellus_core::Error| error.details()["field"].as_str().unwrap().to_owned();
    block_on(async {
        let start = StartRequest {
            target_soc: Some(101),
            ..Default::default()
        };
        assert_eq!(field(client.start("d", 1, &start).await.unwrap_err()), "target_soc");
        let discharge = DischargeRequest {
            discharge_power: -3.0,
            duration: None,
            min_soc: None,
        };
        assert_eq!(
            field(client.discharge("d", 1, &discharge).await.unwrap_err()),
            "discharge_power"
        );
        assert_eq!(
            field(client.stop("d", 0, &StopRequest::default()).await.unwrap_err()),
            "connector_id"
        );
        assert_eq!(
            field(client.stop("", 1, &StopRequest::default()).await.unwrap_err()),
            "device_id"
        );
        assert_eq!(field(client.command_status("..").await.unwrap_err()), "command_id");
        assert_eq!(field(client.sites(None).page_size(0).unwrap_err()), "page_size");
        assert_eq!(field(client.sites(None).page_size(101).unwrap_err()), "page_size");
    });
    assert!(requests(&sandbox, "/v1").is_empty());
}

#[test]
fn a_double_tap_is_refused_unsent_and_the_first_tap_goes_on_when_its_caller_leaves() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    block_on(async {
        let (id, number) = charging(&client, &sandbox).await;
        sandbox.inject(
            FaultKind::Slow { delay_ms: 500 }
                .once()
                .on(format!("/operator/devices/{id}/connectors")),
        );
        let first = tokio::spawn({
            let (client, id) = (client.clone(), id.clone());
            async move { client.stop(&id, number, &StopRequest::default()).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let error = client.stop(&id, number, &StopRequest::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 0), "{error}");
        // The caller leaves; the command does not.
        first.abort();
        let error = client.stop(&id, number, &StopRequest::default()).await.unwrap_err();
        assert_eq!(error.attempts(), 0, "still under way: {error}");
        let path = format!("/v1/operator/devices/{id}/connectors");
        eventually("the first tap is answered", || requests(&sandbox, &path).len() == 1);
        assert_eq!(requests(&sandbox, &path)[0].status, Some(200));
    });
}

#[test]
fn ten_thousand_ambiguous_failures_send_no_command_twice() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 0,
        control_per_minute: 0,
        ..Options::default()
    })
    .unwrap();
    // Only where waiting is the point is the time-out short: a busy machine must not make others of the same kind.
    let patient = |request_timeout| {
        let mut config = config(&sandbox);
        config.quota.control_per_minute = 1_000_000;
        config.request_timeout = request_timeout;
        Client::new(config, credentials(&sandbox)).unwrap()
    };
    let faults = [
        FaultKind::Drop {},
        FaultKind::Html { status: 502 },
        FaultKind::Error {
            status: 500,
            code: 9001,
            message: None,
            details: None,
            retry_after_seconds: None,
        },
        FaultKind::Truncated { status: 200 },
        FaultKind::Slow { delay_ms: 30_000 },
    ];
    block_on(async {
        for (round, fault) in faults.iter().enumerate() {
            sandbox.clear_faults();
            sandbox.inject(fault.clone().always().on("/operator/devices"));
            let slow = matches!(fault, FaultKind::Slow { .. });
            let (client, count, width) = if slow {
                (patient(Duration::from_secs(1)), 1000, 250)
            } else {
                (patient(Duration::from_secs(30)), 2250, 32)
            };
            client.authenticate().await.unwrap();
            let commands = stream::iter(0..count).map(|number| {
                let (client, id) = (client.clone(), format!("dvc_{round}_{number}"));
                async move { client.start(&id, 1, &StartRequest::default()).await.unwrap_err() }
            });
            let mut commands = commands.buffer_unordered(width);
            while let Some(error) = commands.next().await {
                assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{fault:?}: {error}");
                assert!(error.reason().contains("device(\"dvc_"), "the read is named: {error}");
            }
        }
    });
    let mut times: HashMap<String, u32> = HashMap::new();
    for request in requests(&sandbox, "/v1/operator/devices") {
        *times.entry(request.path).or_default() += 1;
    }
    assert!(times.len() > 9_900, "{} commands were seen", times.len());
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn missing_scopes_are_permission_denied() {
    let sandbox = sandbox();
    let with = |scope| {
        let known = sandbox.credentials(scope);
        let credentials = Credentials::client_secret(&known.client_id, &known.client_secret);
        Client::new(config(&sandbox), credentials).unwrap()
    };
    block_on(async {
        let reader = with(Scope::Read);
        let id = &sandbox.device_ids()[0];
        reader.device(id).await.unwrap();
        let error = reader.stop(id, 1, &StopRequest::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::PermissionDenied, Some(2003)));
        let error = with(Scope::None).device(id).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::PermissionDenied, Some(2003)));
    });
}

#[test]
fn the_platform_never_sees_more_than_the_limit_in_any_minute() {
    let sandbox = Sandbox::start(Options {
        query_per_minute: 10,
        ..Options::default()
    })
    .unwrap();
    let clock = tellus_core::clock::ManualClock::new(sandbox.now());
    let mut config = config(&sandbox);
    config.clock = clock.shared();
    config.quota.query_per_minute = 10;
    config.quota.max_wait = Duration::from_secs(3600);
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    block_on(async {
        client.authenticate().await.unwrap();
        let calls: Vec<_> = (0..35)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.request(Request::new("GET", "/operator/sites").unwrap()).await })
            })
            .collect();
        // Both clocks move by the same steps, so that the sandbox's own window judges ours. Its own moves first.
        for _ in 0..300 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            sandbox.advance(Duration::from_secs(1));
            clock.advance(Duration::from_secs(1));
        }
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    let statuses: Vec<_> = requests(&sandbox, "/v1/operator/sites")
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(200); 35], "no call was refused, none was repeated");
}

#[test]
fn a_token_that_ends_while_a_call_waits_to_be_repeated_is_renewed() {
    let sandbox = sandbox();
    let clock = tellus_core::clock::ManualClock::new(sandbox.now());
    let mut config = config(&sandbox);
    config.clock = clock.shared();
    let client = Client::new(config, credentials(&sandbox)).unwrap();
    block_on(async {
        client.authenticate().await.unwrap();
        sandbox.inject(FaultKind::Html { status: 502 }.once().on("/operator/sites"));
        let call = tokio::spawn(client.sites(None).collect());
        eventually("the first attempt fails", || {
            requests(&sandbox, "/v1/operator/sites").len() == 1
        });
        sandbox.inject(FaultKind::ExpireTokens {}.once());
        while !call.is_finished() {
            clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        call.await.unwrap().unwrap();
    });
    let statuses: Vec<_> = requests(&sandbox, "/v1/operator/sites")
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(502), Some(401), Some(200)]);
    assert_eq!(crate::common::token_requests(&sandbox), 2);
}

#[test]
fn a_fixed_token_is_used_until_it_is_refused() {
    let sandbox = sandbox();
    let error = block_on(
        Client::new(config(&sandbox), Credentials::token("nonsense"))
            .unwrap()
            .sites(None)
            .collect(),
    );
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.reason().contains("fixed token"), "{error}");
    assert_eq!(crate::common::token_requests(&sandbox), 0);
}
