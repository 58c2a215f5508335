//! Changes to JSON that is otherwise right: states and fields the schema does not know.

use serde_json::{Value, json};

/// Puts `state` in the place of every connector's state, whatever the field is called.
pub(crate) fn unknown_state(value: &mut Value, state: &str) {
    for connector in connectors(value) {
        for name in ["state", "status"] {
            if let Some(field) = connector.get_mut(name) {
                *field = json!(state);
            }
        }
    }
}

/// Adds fields of several shapes to every object.
pub(crate) fn unknown_fields(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(unknown_fields),
        Value::Object(fields) => {
            fields.values_mut().for_each(unknown_fields);
            fields.insert("x_sandbox_text".to_owned(), json!("not in the schema"));
            fields.insert("x_sandbox_null".to_owned(), Value::Null);
            fields.insert(
                "x_sandbox_nested".to_owned(),
                json!({ "list": [1, -2.5e3, { "deep": true }] }),
            );
        }
        _ => {}
    }
}

/// Grows an object with a field of padding until its text is about `bytes` long.
pub(crate) fn oversized(value: &mut Value, bytes: usize) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("x_sandbox_padding".to_owned(), json!("x".repeat(bytes)));
    }
}

/// The connector objects of a frame or of a reply that carries a device.
fn connectors(value: &mut Value) -> Vec<&mut Value> {
    let holder = if value.get("connectors").is_some() {
        Some(value)
    } else {
        value.get_mut("data")
    };
    match holder
        .and_then(|holder| holder.get_mut("connectors"))
        .and_then(Value::as_array_mut)
    {
        Some(list) => list.iter_mut().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_change_in_frames_and_in_replies() {
        let mut frame = json!({ "connectors": [{ "state": "idle" }, { "state": "charging" }] });
        unknown_state(&mut frame, "preparing");
        assert_eq!(frame["connectors"][1]["state"], "preparing");
        let mut reply = json!({ "code": 0, "data": { "status": "online", "connectors": [{ "status": "idle" }] } });
        unknown_state(&mut reply, "preparing");
        assert_eq!(reply["data"]["connectors"][0]["status"], "preparing");
        assert_eq!(reply["data"]["status"], "online");
    }

    #[test]
    fn fields_are_added_at_every_depth() {
        let mut value = json!({ "data": { "items": [{ "a": 1 }] } });
        unknown_fields(&mut value);
        assert_eq!(value["data"]["items"][0]["x_sandbox_text"], "not in the schema");
        assert_eq!(value["data"]["items"][0]["a"], 1);
    }
}
