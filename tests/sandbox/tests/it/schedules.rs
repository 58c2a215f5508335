use serde_json::{Value, json};
use tellus_sandbox::quirk::ScheduleAnswer;
use tellus_sandbox::{Options, Quirks};

use crate::desk::Desk;
use crate::support::{obedient, still};

const HOUR: u64 = 3600;

fn schedule(repeat: &str, slots: Value) -> Value {
    json!({ "schedule_id": "sch_1", "enabled": true, "type": repeat, "time_slots": slots })
}

#[tokio::test]
async fn a_night_belongs_to_the_day_it_begins() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (6, 1)).await;
    let slots =
        json!([{ "day_of_week": ["mon"], "start": "22:00", "end": "08:00", "power_limit": 1.0, "action": "charge" }]);
    let (status, answer) = desk
        .api
        .command(&desk.path("schedule"), &schedule("weekly", slots))
        .await;
    assert_eq!(
        (status, answer),
        (200, json!({ "code": 0, "message": "success", "data": null }))
    );
    // It is Sunday, 11 o'clock.
    for (hours, expected) in [
        (12, "idle"),
        (22, "idle"),
        (2, "charging"),
        (8, "charging"),
        (2, "idle"),
        (14, "idle"),
    ] {
        desk.pass(hours * HOUR);
        let connector = desk.connector().await;
        assert_eq!(connector["status"], expected, "{}", sandbox.now());
        if expected == "charging" {
            assert_eq!(connector["power"], 1.0);
        }
    }
    let record = desk.record().await;
    assert_eq!(
        (&record["start_time"], &record["end_time"], &record["energy"]),
        (
            &json!("2026-03-16T22:00:00.000Z"),
            &json!("2026-03-17T08:00:00.000Z"),
            &json!(10.0)
        )
    );
}

#[tokio::test]
async fn zones_and_validity_count() {
    let sandbox = still(obedient());
    let desk = Desk::new(&sandbox, (6, 1)).await;
    let mut body = schedule(
        "daily",
        json!([{ "start": "01:00", "end": "02:00", "power_limit": 2, "action": "charge" }]),
    );
    body["timezone"] = json!("Asia/Tokyo");
    body["effective_from"] = json!("2026-03-16T00:00:00Z");
    body["effective_until"] = json!("2026-03-17T00:00:00Z");
    desk.attempt("schedule", body).await;
    // One o'clock in Tokyo is 16:00 UTC.
    for (hours, expected) in [(5, "idle"), (24, "charging"), (24, "idle")] {
        desk.pass(hours * HOUR + 60);
        assert_eq!(desk.connector().await["status"], expected, "{}", sandbox.now());
    }
}

#[tokio::test]
async fn a_schedule_is_replaced_disabled_and_outranked() {
    let sandbox = still(Options {
        quirks: Quirks {
            schedule_answer: ScheduleAnswer::CommandId,
            ..Quirks::default()
        },
        ..obedient()
    });
    let desk = Desk::new(&sandbox, (0, 1)).await;
    let gives = json!([{ "start": "10:00", "end": "20:00", "power_limit": 5, "action": "discharge" }]);
    let id = desk.order("schedule", schedule("daily", gives.clone())).await;
    desk.pass(1);
    let stored = desk.state(&id).await;
    assert_eq!(
        (&stored["status"], &stored["result"]),
        (&json!("completed"), &json!({ "schedule_id": "sch_1" }))
    );
    // The slot is under way: it counts at once.
    assert_eq!(desk.connector().await["power"], -5.0);

    let mut off = schedule("daily", gives);
    off["enabled"] = json!(false);
    desk.order("schedule", off).await;
    desk.pass(1);
    assert_eq!(desk.connector().await["status"], "idle");

    // A session that was started stays, also in an idle slot.
    desk.order("start", json!({ "charge_power": 3 })).await;
    desk.pass(2);
    let idle = json!([{ "start": "11:30", "end": "13:00", "action": "idle" }]);
    desk.order("schedule", schedule("once", idle)).await;
    desk.pass(HOUR);
    assert_eq!(desk.connector().await["status"], "charging");
}

#[tokio::test]
async fn in_an_idle_slot_nobody_is_served() {
    let sandbox = still(Options {
        history_days: 1,
        ..Options::default()
    });
    let desk = Desk::new(&sandbox, (1, 1)).await;
    assert_eq!(desk.connector().await["status"], "charging");
    let idle = json!([{ "start": "00:00", "end": "23:59", "action": "idle" }]);
    desk.attempt("schedule", schedule("daily", idle)).await;
    for _ in 0..5 {
        desk.pass(2 * HOUR);
        assert_eq!(desk.connector().await["status"], "idle");
    }
}
