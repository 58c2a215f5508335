use serde_json::{Value, json};
use tellus_sandbox::quirk::ControlId;
use tellus_sandbox::{FaultKind, Options, Quirks};

use crate::desk::Desk;
use crate::support::{obedient, still};

const PATH: &str = "/operator/control/flexibility";

async fn control(desk: &Desk<'_>, body: Value) -> String {
    let (status, answer) = desk.api.command(PATH, &body).await;
    assert_eq!(
        (status, &answer["data"]["status"]),
        (200, &json!("executing")),
        "{answer}"
    );
    answer["data"]["control_id"].as_str().unwrap().to_owned()
}

async fn power(desk: &Desk<'_>) -> f64 {
    desk.connector().await["power"].as_f64().unwrap()
}

/// Two connectors of one charger and one at another site charge as fast as they can.
async fn busy(sandbox: &tellus_sandbox::Sandbox) -> [Desk<'_>; 3] {
    let desks = [
        Desk::new(sandbox, (5, 1)).await,
        Desk::new(sandbox, (5, 2)).await,
        Desk::new(sandbox, (2, 1)).await,
    ];
    for desk in &desks {
        desk.order("start", json!({})).await;
    }
    sandbox.advance(std::time::Duration::from_secs(2));
    desks
}

#[tokio::test]
async fn a_site_draws_less_for_a_while() {
    let sandbox = still(obedient());
    let desks = busy(&sandbox).await;
    let api = &desks[0].api;
    let before = [power(&desks[0]).await, power(&desks[1]).await, power(&desks[2]).await];
    assert!(before.iter().all(|power| *power > 20.0), "{before:?}");
    let sites = api.fetch("/operator/sites").await.1["data"]["items"].clone();
    let (site, capacity) = (&sites[1]["site_id"], sites[1]["power_capacity"].as_f64().unwrap());

    let body = json!({
        "target_type": "site",
        "target_ids": [site],
        "command": "set_power_limit",
        "params": { "power_limit_percent": 10, "duration": 300, "reason": "grid_overload" },
    });
    let id = control(&desks[0], body).await;
    assert_eq!(desks[0].state(&id).await["status"], "queued");
    desks[0].pass(2);
    assert_eq!(desks[0].state(&id).await["status"], "accepted");
    let limited = power(&desks[0]).await + power(&desks[1]).await;
    assert!(
        limited <= capacity * 0.1 && limited > capacity * 0.099,
        "{limited} of {capacity}"
    );
    assert!(power(&desks[2]).await > 20.0, "another site is not concerned");
    desks[0].pass(300);
    assert_eq!(desks[0].state(&id).await["status"], "completed");
    assert!(power(&desks[0]).await + power(&desks[1]).await > capacity * 0.2);
}

#[tokio::test]
async fn charging_pauses_everywhere_and_goes_on() {
    let sandbox = still(obedient());
    let desks = busy(&sandbox).await;
    for target in [
        json!({ "target_type": "all" }),
        json!({ "target_type": "operator", "target_ids": [sandbox.client_id()] }),
    ] {
        let mut body = target;
        body["command"] = json!("pause_charging");
        body["params"] = json!({ "duration": 60 });
        control(&desks[0], body).await;
        desks[0].pass(2);
        for desk in &desks {
            let connector = desk.connector().await;
            assert_eq!(
                (&connector["power"], &connector["status"]),
                (&json!(0.0), &json!("charging"))
            );
        }
        desks[0].pass(60);
        for desk in &desks {
            assert!(power(desk).await > 0.0);
        }
    }
}

#[tokio::test]
async fn a_control_can_fail_and_can_be_hidden() {
    let sandbox = still(Options {
        quirks: Quirks {
            control_id: ControlId::Unknown,
            ..Quirks::default()
        },
        ..obedient()
    });
    let desks = busy(&sandbox).await;
    let pause = json!({ "target_type": "all", "command": "pause_charging", "params": { "duration": 60 } });
    sandbox.inject(FaultKind::CommandFailed {
        reason: "rejected".to_owned(),
        device: None,
    });
    let id = control(&desks[0], pause).await;
    desks[0].pass(2);
    assert!(power(&desks[0]).await > 0.0);
    assert_eq!(
        desks[0].api.outcome(&format!("/operator/commands/{id}")).await,
        (404, 3001)
    );
}
