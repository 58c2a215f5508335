//! One call of the API, as data: it is built into an HTTP request anew for every attempt.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;
use url::Url;

use crate::{
    error::{Error, Result},
    net::http::HttpRequest,
    policy::{quota::QuotaClass, retry::Replay},
};

/// One call of the API. Made by the typed calls, or by hand for an endpoint that the SDK does not know yet
/// (see [`Client::request`](crate::Client::request)).
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: Method,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
    pub(crate) class: QuotaClass,
    pub(crate) replay: Replay,
}

impl Request {
    /// A read: counted as a query, repeated where that helps.
    pub(crate) fn get<const N: usize>(segments: [&str; N]) -> Self {
        Self {
            method: Method::GET,
            segments: segments.map(str::to_owned).to_vec(),
            query: Vec::new(),
            body: None,
            class: QuotaClass::Query,
            replay: Replay::Safe,
        }
    }

    /// A command: counted as control, never repeated on doubt.
    pub(crate) fn post<const N: usize>(segments: [&str; N], body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            class: QuotaClass::Control,
            replay: Replay::OnlyIfUnsent,
            ..Self::get(segments)
        }
    }

    /// Any call. `path` begins behind `/v1`, e.g. `/operator/sites`. `GET` counts as a query and may be repeated; every
    /// other method counts as control and is never repeated on doubt.
    pub fn new(method: &str, path: &str) -> Result<Self> {
        let method: Method = method
            .to_ascii_uppercase()
            .parse()
            .map_err(|_| Error::invalid("method", format_args!("{method:?} is not an HTTP method")))?;
        let Some(inner) = path.strip_prefix('/') else {
            return Err(Error::invalid("path", "must begin with a slash, e.g. /operator/sites"));
        };
        if inner.contains(['?', '#']) {
            return Err(Error::invalid("path", "must hold no query; give the parameters apart"));
        }
        let segments: Vec<_> = inner.split('/').map(str::to_owned).collect();
        for segment in &segments {
            check_segment("path", segment)?;
        }
        let read = method == Method::GET;
        Ok(Self {
            method,
            segments,
            query: Vec::new(),
            body: None,
            class: if read { QuotaClass::Query } else { QuotaClass::Control },
            replay: if read { Replay::Safe } else { Replay::OnlyIfUnsent },
        })
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub(crate) fn maybe_query(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets the body from a JSON text.
    pub fn json(self, text: &str) -> Result<Self> {
        let body =
            serde_json::from_str(text).map_err(|error| Error::invalid("body", format_args!("is not JSON: {error}")))?;
        Ok(self.body(body))
    }

    /// The path, for log lines.
    pub(crate) fn path(&self) -> String {
        self.segments.join("/")
    }

    pub(crate) fn build(&self, base: &Url, mut headers: HeaderMap, timeout: Duration) -> Result<HttpRequest> {
        let mut url = base.clone();
        // Segment by segment, so that an id with a slash or a question mark stays one segment.
        url.path_segments_mut()
            .map_err(|()| Error::invalid("base_url", "cannot be a base of other URLs"))?
            .pop_if_empty()
            .extend(&self.segments);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let body = match &self.body {
            None => Bytes::new(),
            Some(body) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Bytes::from(body.to_string())
            }
        };
        Ok(HttpRequest {
            method: self.method.clone(),
            url,
            headers,
            body,
            timeout,
        })
    }
}

/// Refuses what a path segment cannot carry. `.` and `..` would be read as directions.
pub(crate) fn check_segment(field: &str, text: &str) -> Result<()> {
    match text {
        "" => Err(Error::invalid(field, "is empty")),
        "." | ".." => Err(Error::invalid(field, format_args!("cannot be {text:?}"))),
        _ if text.chars().any(char::is_control) => Err(Error::invalid(field, "holds a control character")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(request: &Request) -> String {
        let base = Url::parse("https://h/t/v1").unwrap();
        request
            .build(&base, HeaderMap::new(), Duration::from_secs(1))
            .unwrap()
            .url
            .to_string()
    }

    #[test]
    fn an_id_stays_one_segment() {
        let request = Request::get(["operator", "devices", "a/b?c d"]).query("x", "1&2");
        assert_eq!(url(&request), "https://h/t/v1/operator/devices/a%2Fb%3Fc%20d?x=1%262");
    }

    #[test]
    fn a_raw_path_stays_on_the_platform() {
        assert_eq!(
            url(&Request::new("get", "/operator/new").unwrap()),
            "https://h/t/v1/operator/new"
        );
        for path in [
            "https://evil.example",
            "//evil.example/x",
            "/operator/../../x",
            "/x?y",
            "",
        ] {
            assert_eq!(
                Request::new("GET", path).unwrap_err().details()["field"],
                "path",
                "{path}"
            );
        }
        assert!(Request::new("G E T", "/x").is_err());
    }

    #[test]
    fn only_reads_are_safe_to_repeat() {
        assert_eq!(Request::new("GET", "/x").unwrap().replay, Replay::Safe);
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let request = Request::new(method, "/x").unwrap();
            assert_eq!(
                (request.replay, request.class),
                (Replay::OnlyIfUnsent, QuotaClass::Control)
            );
        }
    }
}
