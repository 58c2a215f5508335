//! The part of JSON Schema that the platform's document uses, and nothing more. Keywords it does not know are an
//! error, so that the check cannot quietly shrink when the document grows.

use std::collections::BTreeSet;

use serde_json::Value;

/// Keywords that say nothing about what is valid.
const ANNOTATIONS: [&str; 6] = ["description", "example", "examples", "default", "title", "externalDocs"];

/// A document with schemas in it.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// Everything that is wrong with `value`, one line each. Fields no schema mentions are wrong too: the sandbox
    /// must not teach clients to expect them.
    pub(crate) fn errors(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        self.check(schema, value, "$", &mut errors);
        if let Value::Object(fields) = value {
            let known = self.properties(schema);
            errors.extend(
                fields
                    .keys()
                    .filter(|name| !known.contains(*name))
                    .map(|name| format!("$.{name}: unknown")),
            );
        }
        errors
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
        for (keyword, rule) in schema.as_object().expect("a schema object") {
            let fine = match keyword.as_str() {
                "$ref" => {
                    self.check(self.resolve(rule), value, at, errors);
                    true
                }
                "allOf" => {
                    rule.as_array()
                        .unwrap()
                        .iter()
                        .for_each(|part| self.check(part, value, at, errors));
                    true
                }
                "type" => is(rule.as_str().unwrap(), value),
                "enum" => rule.as_array().unwrap().contains(value),
                "minItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                "minLength" => value
                    .as_str()
                    .is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "format" => {
                    rule != "date-time"
                        || value
                            .as_str()
                            .is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok())
                }
                "required" => {
                    for name in rule.as_array().unwrap() {
                        if value.get(name.as_str().unwrap()).is_none() {
                            errors.push(format!("{at}.{name}: missing"));
                        }
                    }
                    true
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}[{index}]"), errors);
                        self.only_known(rule, item, &format!("{at}[{index}]"), errors);
                    }
                    true
                }
                "properties" => {
                    for (name, part) in rule.as_object().unwrap() {
                        if let Some(field) = value.get(name) {
                            self.check(part, field, &format!("{at}.{name}"), errors);
                            self.only_known(part, field, &format!("{at}.{name}"), errors);
                        }
                    }
                    true
                }
                other if ANNOTATIONS.contains(&other) => true,
                other => panic!("the validator does not know the keyword {other} ({at})"),
            };
            if !fine {
                errors.push(format!("{at}: {value} breaks {keyword} {rule}"));
            }
        }
    }

    fn only_known(&self, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
        let known = self.properties(schema);
        // A schema that names no fields at all leaves them open.
        if let (Value::Object(fields), false) = (value, known.is_empty()) {
            errors.extend(
                fields
                    .keys()
                    .filter(|name| !known.contains(*name))
                    .map(|name| format!("{at}.{name}: unknown")),
            );
        }
    }

    /// The fields a schema mentions, in all its parts.
    fn properties(&self, schema: &Value) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys().cloned())
            .collect();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            names.extend(self.properties(part));
        }
        if let Some(reference) = schema.get("$ref") {
            names.extend(self.properties(self.resolve(reference)));
        }
        names
    }

    /// Lays another document over this one: objects are merged, everything else is replaced.
    pub(crate) fn overlaid(mut self, over: Value) -> Self {
        merge(&mut self.0, over);
        self
    }

    /// The schema of an answer, if the document describes it.
    pub(crate) fn answer(&self, path: &str, method: &str, status: &str) -> Option<&Value> {
        let mut response = self.0["paths"][path][method]["responses"].get(status)?;
        if let Some(reference) = response.get("$ref") {
            response = self.resolve(reference);
        }
        response["content"]["application/json"].get("schema")
    }

    /// Path, method and status of every answer under `prefix`.
    pub(crate) fn answers(&self, prefix: &str) -> BTreeSet<(String, String, String)> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        paths
            .filter(|(path, _)| path.starts_with(prefix))
            .flat_map(|(path, calls)| calls.as_object().unwrap().iter().map(move |call| (path, call)))
            .flat_map(|(path, (method, call))| {
                let statuses = call["responses"].as_object().unwrap().keys();
                statuses.map(move |status| (path.clone(), method.clone(), status.clone()))
            })
            .collect()
    }

    fn resolve(&self, reference: &Value) -> &Value {
        let pointer = reference
            .as_str()
            .and_then(|text| text.strip_prefix('#'))
            .expect("a local reference");
        self.0.pointer(pointer).expect("a reference to something")
    }
}

fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                merge(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("the validator does not know the type {other}"),
    }
}
