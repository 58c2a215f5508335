//! What each way reads, and that both read the same.

use std::sync::Arc;

use super::{
    super::{
        columns::{CONNECTOR, Columns, ENERGY, FIRST, POWER, READING, SOC, STATE},
        names::Dictionary,
    },
    DecodeError, Decoder, Path,
    both::Both,
};

const ONE: &str = r#"{"device_id":"dvc_0123456789abcdef","timestamp":"2025-03-15T11:05:00.123Z","connectors":[{"connector_id":1,"state":"charging","power":6.912,"energy_delivered":13.104,"soc":58}]}"#;

fn frame(head: &str, connectors: &str) -> String {
    format!(r#"{{"device_id":{head},"connectors":[{connectors}]}}"#)
}

fn connectors(inside: &str) -> String {
    frame(r#""dvc_1","timestamp":"2025-03-15T11:05:00Z""#, inside)
}

#[test]
fn the_documented_frame_goes_the_fast_way() {
    let names = Arc::new(Dictionary::default());
    let mut decoder = Decoder::new(names.clone());
    let mut rows = Columns::default();
    assert_eq!(decoder.frame(ONE, 7, &mut rows).unwrap(), Path::Fast);
    let row = rows.row(0);
    assert_eq!(names.names().device(row.device), "dvc_0123456789abcdef");
    assert_eq!((row.timestamp, row.received_at), (1_742_036_700_123_000, 7));
    assert_eq!((row.connector, row.state), (1, 1));
    assert_eq!((row.power, row.energy_delivered, row.soc), (6.912, 13.104, 58.0));
    assert_eq!(row.flags, FIRST | READING | CONNECTOR | STATE | POWER | ENERGY | SOC);
}

#[test]
fn what_usual_writers_make_goes_the_fast_way() {
    let mut both = Both::new();
    let two = connectors(
        r#"{"connector_id":1,"state":"idle","power":0.0,"energy_delivered":7},{"connector_id":2,"state":"preparing","power":-7.0,"energy_delivered":0,"soc":null}"#,
    );
    let spaced = ONE
        .replace(':', ": ")
        .replace("11: 05: 00", "11:05:00")
        .replace(',', ", ");
    for text in [
        ONE,
        &two,
        &two,
        &spaced,
        &format!("{ONE}\n"),
        &connectors(""),
        &connectors(r#"{"connector_id":1}"#),
        &connectors(
            r#"{"connector_id":1,"power":1.5},{"connector_id":null,"state":"","soc":1e2},{"connector_id":3,"state":null}"#,
        ),
        &frame(r#""dvc_é\u{1F50C}","timestamp":"2025-03-15T11:05:00.123456+00:00""#, "").replace("\\u{1F50C}", "🔌"),
        &frame(r#""","timestamp":"2025-03-15T11:05:00""#, ""),
    ] {
        assert_eq!(both.read(text), Some(Path::Fast), "{text}");
    }
}

#[test]
fn other_legal_shapes_go_the_general_way() {
    let mut both = Both::new();
    for text in [
        r#"{"new":{},"connectors":[{"soc":null,"status":"preparing","connector_id":2.0,"power":-7}, {}],
            "timestamp":"2025-03-15T11:05:00.123+00:00","device_id":"d\u0076c"}"#,
        r#"{"device_id":"d","timestamp":"2025-03-15T11:05:00Z","connectors":null}"#,
        r#"["d","2025-03-15T11:05:00Z",[[1,"new",2,3,4],[2]]]"#,
        r#" {"device_id":"d","timestamp":"2025-03-15T11:05:00Z","connectors":[]}"#,
        &connectors(r#"{"state":"a\nb","power":123456789012345678}"#),
        &connectors(r#"{"state":"newer","power":1e-30},{"state":"newest","status2":"x"}"#),
        &connectors(r#"{"state":"a","status":"b"},{"status":"b","state":null},{"status":null}"#),
        &connectors(r#"{"connector_id":-0.0,"extra":[1,{"a":null}]}"#),
        &connectors(r#"{"connector_id":4294967295}"#),
        &connectors(r#"{"soc":1,"power":2}"#),
        &connectors("{}"),
        &connectors(r#"{"state":"idle"}"#),
        &connectors(r#"{"connector_id":1,"soc":1,"power":2}"#),
        &ONE.replace("00.123Z", "60Z"),
        &ONE.replace("00.123Z", "00.123+05:30"),
        &ONE.replace("2025", "1925").replace(".123Z", ".1234567Z"),
    ] {
        assert_eq!(both.read(text), Some(Path::General), "{text}");
    }
}

#[test]
fn what_is_no_frame_leaves_nothing_behind() {
    let mut both = Both::new();
    both.read(ONE);
    for text in [
        "",
        "[]",
        "{}",
        "null",
        r#"{"device_id":"d","connectors":[]}"#,
        r#"{"device_id":"d","timestamp":"now","connectors":[]}"#,
        r#"{"device_id":"d","timestamp":"2025-03-15T11:05:00Z"}"#,
        r#"{"device_id":"d","device_id":"d","timestamp":"2025-03-15T11:05:00Z","connectors":[]}"#,
        r#"{"device_id":null,"timestamp":"2025-03-15T11:05:00Z","connectors":[]}"#,
        &frame(
            r#""new","timestamp":"2025-03-15T11:05:00""#,
            r#"{"state":"new"},{"power":1},{"power":"x"}"#,
        ),
        &frame(r#""new","timestamp":"2025-02-29T11:05:00Z""#, ""),
        &frame("\"n\tew\",\"timestamp\":\"2025-03-15T11:05:00Z\"", ""),
        &frame(r#""\ud800","timestamp":"2025-03-15T11:05:00Z""#, ""),
        &connectors(r#"{"state":"new","power":00}"#),
        &connectors(r#"{"power":1.}"#),
        &connectors(r#"{"power":.5}"#),
        &connectors(r#"{"power":+1}"#),
        &connectors(r#"{"power":-}"#),
        &connectors(r#"{"power":1e}"#),
        &connectors(r#"{"power":1e400}"#),
        &connectors(r#"{"power":true}"#),
        &connectors(r#"{"connector_id":01}"#),
        &connectors(r#"{"connector_id":-1}"#),
        &connectors(r#"{"connector_id":1.5}"#),
        &connectors(r#"{"connector_id":4294967296}"#),
        &connectors(r#"{"state":"a","state":"b"}"#),
        &connectors(r#"{"state":"a",}"#),
        &connectors(r#"{"state":"a"},"#),
        &connectors(r#","#),
        &connectors("null"),
        // Each ends where a lenient reader might see a null.
        &ONE.replace("charging", "null}]}")[..ONE.find("charging").unwrap() + 7],
        &ONE.replace("6.912", "-null"),
        &ONE.replace("6.912", "nul"),
        &ONE.replace("6.912", "nulll"),
        &format!("{ONE}}}"),
        &format!("{ONE}\n1"),
        &ONE[..ONE.len() - 1],
    ] {
        assert_eq!(both.read(text), None, "{text}");
    }
    assert_eq!(both.read(ONE), Some(Path::Fast));
}

#[test]
fn every_beginning_of_a_frame_is_no_frame() {
    let mut both = Both::new();
    for end in 0..ONE.len() {
        assert_eq!(both.read(&ONE[..end]), None, "{}", &ONE[..end]);
    }
}

#[test]
fn made_up_devices_are_refused_on_both_ways_and_leave_no_state() {
    let names = Arc::new(Dictionary::default());
    for id in 0.. {
        if names.device(&id.to_string()).is_none() {
            break;
        }
    }
    let mut decoder = Decoder::new(names.clone());
    let mut rows = Columns::default();
    let text = frame(r#""made up","timestamp":"2025-03-15T11:05:00Z""#, r#"{"state":"new"}"#);
    for text in [text.clone(), text.replace(":{", ": {"), format!(" {text}")] {
        let error = decoder.frame(&text, 0, &mut rows).unwrap_err();
        assert!(matches!(error, DecodeError::TooManyDevices), "{error}");
    }
    assert!(rows.is_empty());
    assert_eq!(names.names().states.len(), 5);
    decoder.frame(&text.replace("made up", "7"), 0, &mut rows).unwrap();
    assert_eq!((names.names().device(rows.device[0]), rows.state[0]), ("7", 5));
}

#[test]
fn an_id_with_a_backslash_is_not_taken_for_an_escaped_one() {
    let names = Arc::new(Dictionary::default());
    let mut decoder = Decoder::new(names.clone());
    let mut rows = Columns::default();
    // The third id is written in the message as the second one is read. The first makes that length the expected one.
    let ids = [
        r#""12345678""#,
        r#""a\\u0062c""#,
        r#""a\u0062c""#,
        r#""a\\u0062c""#,
        r#""abc""#,
        r#""a\\u00""#,
    ];
    for id in ids {
        let text = frame(&format!(r#"{id},"timestamp":"2025-03-15T11:05:00Z""#), "");
        decoder.frame(&text, 0, &mut rows).unwrap();
    }
    let read = rows.device.iter().map(|code| names.names().device(*code).to_owned());
    let expected = ["12345678", r"a\u0062c", "abc", r"a\u0062c", "abc", r"a\u00"];
    assert_eq!(read.collect::<Vec<_>>(), expected);
    let mut both = Both::new();
    for id in ids.iter().chain(&ids) {
        assert!(
            both.read(&frame(&format!(r#"{id},"timestamp":"2025-03-15T11:05:00Z""#), ""))
                .is_some()
        );
    }
}

#[test]
fn states_beyond_the_last_code_become_other_and_stay_it() {
    let mut both = Both::new();
    for round in 0..2 {
        for state in 0..300 {
            let text = connectors(&format!(r#"{{"state":"s{state}"}},{{"state":"s{}"}}"#, state / 2));
            assert!(both.read(&text).is_some(), "{round} {state}");
        }
    }
}
