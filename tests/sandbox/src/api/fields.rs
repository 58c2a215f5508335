//! The fields of a JSON body, each checked and named in the error when it cannot be used. Unknown fields are ignored
//! (not specified), and `null` counts as absent.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::envelope::ApiError;

/// Longest duration of a command (s): a year. Not specified; a bound keeps sums of times in range.
const LONGEST: i64 = 366 * 86_400;

/// Longest text a caller may send along, in characters. Not specified.
const LONGEST_TEXT: usize = 255;

/// Largest number, by magnitude, that is taken for a measurement. Not specified; a bound keeps sums in range.
const LARGEST: f64 = 1e9;

/// A JSON object and where it lies in the body.
pub(crate) struct Fields {
    fields: Map<String, Value>,
    /// Put in front of names in errors: empty, or `params.`.
    prefix: String,
}

impl Fields {
    /// The body of a request; no body at all is an empty object.
    pub(crate) fn of(body: &[u8]) -> Result<Self, ApiError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::within(Map::new(), String::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self::within(fields, String::new())),
            _ => Err(ApiError::invalid("body", Value::Null)),
        }
    }

    fn within(fields: Map<String, Value>, prefix: String) -> Self {
        Self { fields, prefix }
    }

    /// All fields, as they came.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.fields
    }

    /// The value of a field, unless it is absent or null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Name of a field as it stands in errors.
    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The error for a field with this value.
    pub(crate) fn invalid(&self, name: &str) -> ApiError {
        ApiError::invalid(&self.path(name), self.get(name))
    }

    /// The value of a field that must be there.
    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, ApiError> {
        value.ok_or_else(|| ApiError::missing(&self.path(name)))
    }

    fn convert<T>(&self, name: &str, how: impl FnOnce(&Value) -> Option<T>) -> Result<Option<T>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => how(value).map(Some).ok_or_else(|| self.invalid(name)),
        }
    }

    /// A power (kW) above 0, in W.
    pub(crate) fn power(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.convert(name, |value| {
            let watts = (value.as_f64()? * 1000.0).round();
            (1.0..=1e9).contains(&watts).then_some(watts as i64)
        })
    }

    /// A whole number from `low` to `high`. `80.0` is one, `"80"` is not.
    pub(crate) fn whole(&self, name: &str, low: i64, high: i64) -> Result<Option<i64>, ApiError> {
        self.convert(name, |value| {
            let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
            let number = number as i64;
            (low..=high).contains(&number).then_some(number)
        })
    }

    /// Any number of a size that can be measured.
    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, ApiError> {
        self.convert(name, |value| value.as_f64().filter(|number| number.abs() <= LARGEST))
    }

    /// A duration (s) above 0.
    pub(crate) fn duration(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.whole(name, 1, LONGEST)
    }

    /// A whole percentage.
    pub(crate) fn percent(&self, name: &str) -> Result<Option<u8>, ApiError> {
        Ok(self.whole(name, 0, 100)?.and_then(|percent| u8::try_from(percent).ok()))
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.convert(name, |value| {
            let text = value.as_str()?;
            (!text.is_empty() && text.chars().count() <= LONGEST_TEXT).then(|| text.to_owned())
        })
    }

    /// A text, the empty one too.
    pub(crate) fn string(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.convert(name, |value| {
            let text = value.as_str()?;
            (text.chars().count() <= LONGEST_TEXT).then(|| text.to_owned())
        })
    }

    /// A text that `meaning` knows.
    pub(crate) fn word<T>(&self, name: &str, meaning: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        self.convert(name, |value| meaning(value.as_str()?))
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.convert(name, Value::as_bool)
    }

    /// A moment in RFC 3339.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        self.convert(name, |value| value.as_str()?.parse().ok())
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.convert(name, |value| {
            let text = |item: &Value| item.as_str().map(str::to_owned);
            value.as_array()?.iter().map(text).collect()
        })
    }

    /// An object in a field.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>, ApiError> {
        let prefix = format!("{}.", self.path(name));
        self.convert(name, |value| Some(Self::within(value.as_object()?.clone(), prefix)))
    }

    /// A list of objects in a field.
    pub(crate) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, ApiError> {
        let path = self.path(name);
        self.convert(name, |value| {
            let object = |(index, item): (usize, &Value)| {
                Some(Self::within(item.as_object()?.clone(), format!("{path}[{index}].")))
            };
            value.as_array()?.iter().enumerate().map(object).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: &Value) -> Fields {
        Fields::of(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn numbers_have_types_and_bounds() {
        let body = fields(&json!({ "p": 7.5, "soc": 80.0, "text": "80", "half": 0.5, "big": 101, "null": null }));
        assert_eq!(body.power("p"), Ok(Some(7500)));
        assert_eq!(body.percent("soc"), Ok(Some(80)));
        assert_eq!(body.percent("null"), Ok(None));
        for name in ["text", "half", "big"] {
            assert_eq!(body.percent(name), Err(body.invalid(name)));
        }
        for bad in [json!(0), json!(-5), json!("7"), json!(1e300)] {
            assert!(fields(&json!({ "p": bad })).power("p").is_err(), "{bad}");
        }
        assert_eq!(fields(&json!({ "d": 0 })).duration("d"), Err(ApiError::invalid("d", 0)));
    }

    #[test]
    fn inner_fields_are_named_with_their_place() {
        let body = fields(&json!({ "slots": [{}, { "soc": 900 }], "params": { "soc": -1 } }));
        let slots = body.objects("slots").unwrap().unwrap();
        assert_eq!(slots[1].percent("soc"), Err(ApiError::invalid("slots[1].soc", 900)));
        let params = body.object("params").unwrap().unwrap();
        assert_eq!(params.percent("soc"), Err(ApiError::invalid("params.soc", -1)));
        assert_eq!(params.required::<u8>("x", None), Err(ApiError::missing("params.x")));
    }

    #[test]
    fn a_body_is_an_object_or_nothing() {
        assert!(Fields::of(b" \n").is_ok());
        for bad in ["[]", "7", "{", "null"] {
            assert!(Fields::of(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
