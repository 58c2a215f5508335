//! What a reply says: the platform's envelope `{code, message, data, details}`, a raw object, or no JSON at all.

use std::time::Duration;

use http::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

use crate::error::{Error, ErrorKind, Result};

/// How much of a body that is not ours to read goes into an error's text (characters).
const EXCERPT: usize = 120;
/// How much of what the platform says about a failure does, or of the place in a reply that is not as documented.
const SAID: usize = 1000;

/// Fields by which details are known where they do not stand under their name: those that the platform documents.
const DETAILS: [&str; 2] = ["field", "retry_after_seconds"];

/// What tells success from failure, and nothing beside it: what [`quick`] does not look at must not count here.
#[derive(Deserialize)]
struct Envelope<'a> {
    code: Option<i64>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// What the platform says about a failure.
#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    message: Option<Value>,
    #[serde(default)]
    details: Option<Value>,
    /// The documents put `details` beside it, and elsewhere allow no field beside it: then they are in here.
    #[serde(default)]
    data: Option<Value>,
}

/// Reads the payload out of a reply, or the error that it holds.
///
/// Success is a 2xx status AND code 0; where the platform leaves the envelope away (its token endpoint does in
/// some documents, and does not in others) the whole body is the payload. `message` is never tested.
pub(crate) fn open<T: DeserializeOwned>(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<T> {
    match quick(status, body) {
        Some(payload) => Ok(payload),
        None => careful(status, headers, body),
    }
}

/// Every reply, with the words for what is wrong with it.
pub(crate) fn careful<T: DeserializeOwned>(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<T> {
    let request_id = request_id(headers);
    let success = (200..300).contains(&status);
    let payload = match read(body) {
        Ok(envelope) => match envelope.code {
            Some(0) if success => envelope.data.map_or("null", RawValue::get).as_bytes(),
            None if success => body,
            code => return Err(failure(status, headers, code.filter(|code| *code != 0), body)),
        },
        // A list or a number has no envelope to open, yet is a payload.
        Err(_) if success && serde_json::from_slice::<&RawValue>(body).is_ok() => body,
        Err(error) if success => {
            return Err(Error::new(
                ErrorKind::Decode,
                format!("the reply is not JSON ({error}): {}", excerpt(body)),
            )
            .with_http_status(status)
            .with_request_id(request_id));
        }
        Err(_) => return Err(not_json(status, headers, body)),
    };
    let mut json = serde_json::Deserializer::from_slice(payload);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = line(&error.path().to_string(), SAID);
        let inner = line(&error.inner().to_string(), SAID);
        Error::new(
            ErrorKind::Decode,
            format!("the reply does not have the documented shape at {path}: {inner}"),
        )
        .with_http_status(status)
        .with_request_id(request_id)
    })
}

/// The usual success in one pass over the body. Whatever is unusual is left to [`careful`].
pub(crate) fn quick<T: DeserializeOwned>(status: u16, body: &[u8]) -> Option<T> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Success<T> {
        code: i64,
        data: T,
    }

    let usual = (200..300).contains(&status) && body.trim_ascii_start().first() == Some(&b'{');
    // Checked once for the whole text; from bytes, serde_json would check each of its strings apart.
    let text = usual.then(|| std::str::from_utf8(body).ok())??;
    let success: Success<T> = serde_json::from_str(text).ok()?;
    (success.code == 0).then_some(success.data)
}

/// The envelope of an object. serde would also read a list into it, field by field.
fn read(body: &[u8]) -> serde_json::Result<Envelope<'_>> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(serde::de::Error::custom("not an object"));
    }
    serde_json::from_slice(body)
}

fn failure(status: u16, headers: &HeaderMap, code: Option<i64>, body: &[u8]) -> Error {
    // The code holds, whatever is wrong with the words.
    let told: Said = serde_json::from_slice(body).unwrap_or_default();
    let details = match (told.details, told.data) {
        (Some(Value::Object(details)), _) => details,
        // Whatever else is in there says nothing about the failure.
        (_, Some(Value::Object(data))) if DETAILS.iter().any(|name| data.contains_key(*name)) => data,
        _ => Map::new(),
    };
    let kind = code.and_then(kind_of_code).unwrap_or_else(|| kind_of_status(status));
    let said = told
        .message
        .as_ref()
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    let mut reason = line(said.unwrap_or(default_reason(kind)), SAID);
    if let Some(field) = details.get("field").and_then(Value::as_str) {
        let field = line(field, EXCERPT);
        if !reason.contains(&field) {
            reason = format!("{field}: {reason}");
        }
    }
    let in_details = details
        .get("retry_after_seconds")
        .and_then(Value::as_f64)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // Where the two differ, the longer one keeps both.
    let retry_after = in_details.max(retry_after(headers));
    let error = Error::new(kind, reason)
        .with_http_status(status)
        .with_retry_after(retry_after)
        .with_details(details)
        .with_request_id(request_id(headers));
    match code {
        Some(code) => error.with_code(code),
        None => error,
    }
}

/// A proxy's page, or nothing at all.
fn not_json(status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let kind = kind_of_status(status);
    let reason = if body.is_empty() {
        format!("{} (empty reply)", default_reason(kind))
    } else {
        format!("{} (not JSON: {})", default_reason(kind), excerpt(body))
    };
    Error::new(kind, reason)
        .with_http_status(status)
        .with_retry_after(retry_after(headers))
        .with_request_id(request_id(headers))
}

/// The platform's documented codes; others are read by their thousands, as the documented ones are grouped.
fn kind_of_code(code: i64) -> Option<ErrorKind> {
    Some(match code {
        2003 => ErrorKind::PermissionDenied,
        1000..2000 => ErrorKind::InvalidRequest,
        2000..3000 => ErrorKind::Authentication,
        3000..4000 => ErrorKind::NotFound,
        4000..5000 => ErrorKind::Conflict,
        5000..6000 => ErrorKind::RateLimited,
        9000..10_000 => ErrorKind::Server,
        _ => return None,
    })
}

/// For replies that carry no code.
fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 | 407 => ErrorKind::Authentication,
        403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        408 => ErrorKind::Timeout,
        400..500 => ErrorKind::InvalidRequest,
        // 2xx with an unknown code, 3xx (redirects are not followed) and 5xx.
        _ => ErrorKind::Server,
    }
}

fn default_reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => "the platform does not accept the credentials",
        ErrorKind::PermissionDenied => "the credentials lack the scope for this call",
        ErrorKind::NotFound => "not found, or owned by another operator; check the id and the base URL",
        ErrorKind::Conflict => "the present state does not allow this",
        ErrorKind::RateLimited => "too many requests",
        ErrorKind::InvalidRequest => "the platform refuses the request",
        ErrorKind::Timeout => "the platform gave up waiting",
        _ => "the platform, or a proxy before it, failed",
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?;
    Some(value.chars().take(EXCERPT).collect())
}

/// `Retry-After` in either form: seconds, or an HTTP date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(value.trim()).ok()?.timestamp();
    // Measured against the server's own clock where it tells it: ours may be wrong.
    let now = headers
        .get(http::header::DATE)
        .and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok())
        .map_or_else(jiff::Timestamp::now, |date| date.timestamp());
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

/// The start of a foreign body, on one line.
fn excerpt(body: &[u8]) -> String {
    line(&String::from_utf8_lossy(body), EXCERPT)
}

/// A foreign text on one line and not too long, without characters that a terminal would obey.
fn line(text: &str, most: usize) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let mut line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(most) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn payload(status: u16, body: &str) -> Result<Value> {
        open(status, &HeaderMap::new(), body.as_bytes())
    }

    fn error(status: u16, body: &str) -> Error {
        payload(status, body).unwrap_err()
    }

    #[test]
    fn payloads_come_out_enveloped_and_raw() {
        assert_eq!(
            payload(200, r#"{"code":0,"message":"x","data":{"a":1}}"#).unwrap()["a"],
            1
        );
        assert_eq!(payload(200, r#"{"code":0}"#).unwrap(), Value::Null);
        assert_eq!(payload(200, r#"{"access_token":"t"}"#).unwrap()["access_token"], "t");
        assert_eq!(payload(200, "[1,2]").unwrap()[1], 2);
    }

    #[test]
    fn words_that_cannot_be_read_change_neither_success_nor_the_kind_of_a_failure() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Shape {
            a: u32,
        }
        let words = [
            r#""message":"x","message":"y""#,
            r#""message":"\ud800""#,
            r#""details":1,"details":{}"#,
        ];
        for words in words {
            let body = format!(r#"{{"code":0,{words},"data":{{"a":1}}}}"#);
            assert_eq!(
                careful::<Shape>(200, &HeaderMap::new(), body.as_bytes()).unwrap(),
                Shape { a: 1 },
                "{words}"
            );
            let error = error(404, &format!(r#"{{"code":3001,{words}}}"#));
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::NotFound, Some(3001)),
                "{words}"
            );
        }
    }

    #[test]
    fn every_documented_code_has_its_kind() {
        let table = [
            (400, 1001, ErrorKind::InvalidRequest),
            (400, 1002, ErrorKind::InvalidRequest),
            (401, 2001, ErrorKind::Authentication),
            (401, 2002, ErrorKind::Authentication),
            (403, 2003, ErrorKind::PermissionDenied),
            (404, 3001, ErrorKind::NotFound),
            (409, 4001, ErrorKind::Conflict),
            (429, 5001, ErrorKind::RateLimited),
            (500, 9001, ErrorKind::Server),
        ];
        for (status, code, kind) in table {
            let error = error(status, &format!(r#"{{"code":{code},"message":"no"}}"#));
            assert_eq!((error.kind(), error.code()), (kind, Some(code)));
            assert_eq!(error.http_status(), Some(status));
        }
    }

    #[test]
    fn details_are_found_beside_data_and_in_it() {
        for (told, field) in [
            (r#""details":{"field":"size"}"#, Some("size")),
            (r#""data":{"field":"size"}"#, Some("size")),
            (r#""details":{"field":"size"},"data":{"field":"page"}"#, Some("size")),
            (r#""details":null,"data":{"field":"page"}"#, Some("page")),
            (r#""data":[1]"#, None),
            (r#""data":{"device_id":"d"}"#, None),
        ] {
            let error = error(400, &format!(r#"{{"code":1001,{told}}}"#));
            assert_eq!(error.details().get("field").and_then(Value::as_str), field, "{told}");
        }
        let limited = error(429, r#"{"code":5001,"data":{"retry_after_seconds":7}}"#);
        assert_eq!(limited.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_failure_code_under_status_200_is_a_failure() {
        assert_eq!(error(200, r#"{"code":3001}"#).kind(), ErrorKind::NotFound);
        assert_eq!(error(200, r#"{"code":77}"#).kind(), ErrorKind::Server);
        assert_eq!(error(404, r#"{"code":0,"data":{}}"#).kind(), ErrorKind::NotFound);
    }

    #[test]
    fn bodies_that_are_not_json_keep_the_status() {
        let html = error(502, "<html>\n <h1>Bad   Gateway</h1></html>");
        assert_eq!((html.kind(), html.http_status()), (ErrorKind::Server, Some(502)));
        assert!(html.reason().contains("<h1>Bad Gateway</h1>"), "{html}");
        assert!(error(500, "").reason().contains("empty reply"));
        assert_eq!(error(200, r#"{"code":0,"da"#).kind(), ErrorKind::Decode);
    }

    #[test]
    fn a_wrong_shape_names_its_path() {
        #[derive(Debug, Deserialize)]
        struct Shape {
            #[expect(dead_code, reason = "only its decoding is looked at")]
            list: Vec<u32>,
        }
        let body = br#"{"code":0,"data":{"list":[1,"x"]}}"#;
        let error = open::<Shape>(200, &HeaderMap::new(), body).unwrap_err();
        assert!(error.reason().contains("list[1]"), "{error}");
    }

    #[test]
    fn waits_come_from_the_body_or_from_either_form_of_the_header() {
        let body = r#"{"code":5001,"details":{"retry_after_seconds":7}}"#;
        assert_eq!(error(429, body).retry_after(), Some(Duration::from_secs(7)));
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("3"));
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(3)));
        for (header, longer) in [("3", 7), ("8", 8)] {
            headers.insert("retry-after", HeaderValue::from_static(header));
            let error = open::<Value>(429, &headers, body.as_bytes()).unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(longer)), "{header}");
        }
        headers.insert("date", HeaderValue::from_static("Sun, 16 Mar 2025 10:00:00 GMT"));
        headers.insert("retry-after", HeaderValue::from_static("Sun, 16 Mar 2025 10:00:09 GMT"));
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(9)));
        headers.insert("retry-after", HeaderValue::from_static("soon"));
        assert_eq!(retry_after(&headers), None);
    }

    proptest::proptest! {
        /// Whatever comes back, it is a payload or an error of a kind that fits the status, and nothing panics.
        #[test]
        fn any_reply_is_a_payload_or_an_error_that_fits(
            status in 200u16..600,
            code in proptest::option::of(-10i64..10_000),
            extra in "\\PC{0,40}",
            cut in 0usize..80,
        ) {
            let mut body = serde_json::json!({ "message": extra, "data": { "x": extra }, "details": [extra] });
            if let Some(code) = code {
                body["code"] = code.into();
            }
            let whole = body.to_string();
            let success = (200..300).contains(&status);
            match payload(status, &whole) {
                Ok(_) => proptest::prop_assert!(success && code.is_none_or(|code| code == 0)),
                Err(error) => {
                    proptest::prop_assert!(!success || code.is_some_and(|code| code != 0));
                    proptest::prop_assert_eq!(error.http_status(), Some(status));
                }
            }
            let end = (0..=cut.min(whole.len())).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
            // Cut short: never a payload, whatever the status.
            proptest::prop_assert!(end == whole.len() || payload(status, &whole[..end]).is_err());
        }
    }
}
