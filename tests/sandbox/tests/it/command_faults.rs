use serde_json::json;
use tellus_sandbox::FaultKind;

use crate::desk::Desk;
use crate::support::{obedient, requests, still};

#[tokio::test]
async fn faults_of_the_hardware_fail_commands() {
    let sandbox = still(obedient());
    let broken = Desk::new(&sandbox, (4, 2)).await;
    assert_eq!(broken.connector().await["status"], "fault");
    let id = broken.order("start", json!({})).await;
    broken.pass(2);
    let failed = broken.state(&id).await;
    assert_eq!(
        (&failed["status"], &failed["result"]["reason"]),
        (&json!("failed"), &json!("fault"))
    );

    let desk = Desk::new(&sandbox, (5, 2)).await;
    let id = desk.order("start", json!({})).await;
    desk.pass(60);
    let fault = |cleared| FaultKind::ConnectorFault {
        device: sandbox.device_ids()[5].clone(),
        connector: 2,
        fault_code: "F-0421".to_owned(),
        cleared,
    };
    sandbox.inject(fault(false));
    let failed = desk.state(&id).await;
    assert_eq!(failed["result"], json!({ "reason": "fault", "fault_code": "F-0421" }));
    assert_eq!(desk.connector().await["status"], "fault");
    sandbox.inject(fault(true));
    assert_eq!(desk.connector().await["status"], "idle");
    assert!(desk.record().await["energy"].as_f64() > Some(0.1));
}

#[tokio::test]
async fn a_command_for_an_offline_charger_waits() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (10, 1)).await;
    let id = desk.order("start", json!({ "duration": 60 })).await;
    desk.pass(3600);
    assert_eq!(desk.state(&id).await["status"], "queued");
    sandbox.inject(FaultKind::DeviceOffline {
        device: sandbox.device_ids()[10].clone(),
        cleared: true,
    });
    desk.pass(1);
    assert_eq!(desk.state(&id).await["status"], "accepted");
    assert_eq!(desk.connector().await["status"], "charging");
    desk.pass(60);
    assert_eq!(desk.state(&id).await["status"], "completed");
}

#[tokio::test]
async fn commands_can_be_stuck_or_refused_on_demand() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (5, 1)).await;
    sandbox.inject(FaultKind::CommandStuck { device: None });
    let stuck = desk.order("start", json!({})).await;
    desk.pass(7200);
    assert_eq!(desk.state(&stuck).await["status"], "queued");
    assert_eq!(requests(&sandbox)[1].faults, ["command_stuck"]);

    let other = Desk::new(&sandbox, (1, 1)).await;
    let only = FaultKind::CommandFailed {
        reason: "ev_not_ready".to_owned(),
        device: Some(sandbox.device_ids()[1].clone()),
    };
    sandbox.inject(only);
    let elsewhere = Desk::new(&sandbox, (2, 1)).await;
    let fine = elsewhere.order("start", json!({})).await;
    let refused = other.order("start", json!({})).await;
    desk.pass(1);
    assert_eq!(elsewhere.state(&fine).await["status"], "accepted");
    assert_eq!(
        other.state(&refused).await["result"],
        json!({ "reason": "ev_not_ready" })
    );
    // A refused start leaves the connector free.
    other.order("start", json!({})).await;
    assert!(sandbox.pending_faults().is_empty());
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_deed() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (5, 1)).await;
    sandbox.inject(FaultKind::LostAnswer {}.once().on("/operator/devices"));
    let request = desk.api.http.post(format!("{}{}", desk.api.base, desk.path("start")));
    assert!(request.bearer_auth(&desk.api.token).send().await.is_err());
    desk.pass(2);
    assert_eq!(desk.connector().await["status"], "charging");
    let entry = &requests(&sandbox)[1];
    assert_eq!(
        (entry.status, entry.faults.as_slice()),
        (None, ["lost_answer"].as_slice())
    );
}
