//! What arrived, in order, so that tests can assert on what was really sent. Never holds a token or a secret.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::clock::rfc3339;
use crate::sync::lock;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalEntry {
    /// Number, counted up from 1 without holes. Clearing the journal does not reset it.
    pub seq: u64,
    /// When it was written: sandbox clock, RFC 3339, UTC.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub event: JournalEvent,
}

/// What a journal entry is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JournalEvent {
    /// A request under `/v1` has been answered, or its connection has gone.
    Request(RequestEntry),
    /// A token was issued.
    TokenIssued {
        /// Whose it is: a client's id, or a charger's.
        client_id: String,
        /// First eight hexadecimal digits of its SHA-256.
        token: String,
        /// Validity (s).
        expires_in: u64,
    },
    /// A telemetry stream was opened.
    StreamOpen {
        /// Number of the stream.
        stream: u64,
        /// Number of the connection it runs on.
        connection: u64,
        /// Whose it is.
        client_id: String,
        /// Fingerprint of the token in its handshake.
        token: String,
        /// The devices, sorted.
        devices: Vec<String>,
    },
    /// A telemetry stream has ended, or (half-open) was taken for dead.
    StreamClose {
        /// Number of the stream.
        stream: u64,
        /// Number of the connection it ran on.
        connection: u64,
        /// The devices, sorted.
        devices: Vec<String>,
        /// Who ended it.
        reason: CloseReason,
        /// Frames sent.
        frames_sent: u64,
        /// Frames the reader was too slow for.
        frames_dropped: u64,
    },
}

/// Who ended a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The client, or the network on its side.
    Client,
    /// A fault.
    Fault,
    /// The end of the token it was opened with, where the options want that.
    Token,
    /// Another stream that takes its place, where a quirk wants that.
    Replaced,
    /// The end of the sandbox.
    Shutdown,
}

/// One request.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RequestEntry {
    /// Value of the answer's `X-Request-Id`.
    pub request_id: String,
    /// Number of the connection it came on: equal numbers show that a connection was used again.
    pub connection: u64,
    /// HTTP method.
    pub method: String,
    /// Path, with `/v1`.
    pub path: String,
    /// Query as it was sent, with the values of tokens and secrets replaced by `***`; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The JSON body of a control call or of a charger's call, with the values of tokens and secrets replaced by `***`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// For example `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: String,
    /// Value of the `User-Agent` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// HTTP status of the answer; null when none was sent.
    pub status: Option<u16>,
    /// Code in the envelope, where there was one.
    pub code: Option<u32>,
    /// Fingerprint of the token that came along: first eight hexadecimal digits of its SHA-256.
    pub token: Option<String>,
    /// Whose token it is, if it is known: a client's id, or a charger's.
    pub client_id: Option<String>,
    /// Time until the answer was ready (ms).
    pub duration_ms: u64,
    /// The faults that struck.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<&'static str>,
}

#[derive(Debug, Default)]
struct Book {
    entries: VecDeque<JournalEntry>,
    last: u64,
}

/// The bounded list of entries.
#[derive(Debug)]
pub(crate) struct Journal {
    book: Mutex<Book>,
    capacity: usize,
}

impl Journal {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            book: Mutex::default(),
            capacity: capacity.max(1),
        }
    }

    /// Adds an entry; the oldest goes when the journal is full.
    pub(crate) fn write(&self, at: Timestamp, event: JournalEvent) {
        let mut book = lock(&self.book);
        book.last += 1;
        let entry = JournalEntry {
            seq: book.last,
            at: rfc3339(at),
            event,
        };
        if book.entries.len() >= self.capacity {
            book.entries.pop_front();
        }
        book.entries.push_back(entry);
    }

    /// The entries with a number above `seq`, at most `limit`, and the number to ask from next time.
    pub(crate) fn after(&self, seq: u64, limit: usize) -> (Vec<JournalEntry>, u64) {
        let book = lock(&self.book);
        let from = book.entries.partition_point(|entry| entry.seq <= seq);
        let entries: Vec<_> = book.entries.iter().skip(from).take(limit).cloned().collect();
        let next = entries.last().map_or(seq.min(book.last), |entry| entry.seq);
        (entries, next)
    }

    /// Forgets every entry.
    pub(crate) fn clear(&self) {
        lock(&self.book).entries.clear();
    }
}

/// Words in the name of a field whose value must not be written down.
const SECRET: [&str; 4] = ["token", "secret", "password", "signature"];

/// A JSON value without what must not be written down.
pub(crate) fn redact_json(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = redact_json(item.take())),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let lower = name.to_ascii_lowercase();
                *field = match SECRET.iter().any(|word| lower.contains(word)) {
                    true => Value::from("***"),
                    false => redact_json(field.take()),
                };
            }
        }
        _ => {}
    }
    value
}

/// A query without the values that must not be written down.
pub(crate) fn redact(query: &str) -> String {
    let clean = |pair: &str| -> String {
        let name = pair.split('=').next().unwrap_or_default();
        // Percent signs could hide the name of the field, so such a name counts as secret too.
        let lower = name.to_ascii_lowercase();
        let secret = lower.contains('%') || SECRET.iter().any(|word| lower.contains(word));
        if secret { format!("{name}=***") } else { pair.to_owned() }
    };
    query.split('&').map(clean).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(client_id: &str) -> JournalEvent {
        JournalEvent::TokenIssued {
            client_id: client_id.to_owned(),
            token: "00000000".to_owned(),
            expires_in: 1,
        }
    }

    #[test]
    fn numbers_go_on_when_the_oldest_fall_out() {
        let journal = Journal::new(2);
        for name in ["a", "b", "c"] {
            journal.write(Timestamp::UNIX_EPOCH, issued(name));
        }
        let (entries, next) = journal.after(0, 10);
        assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(next, 3);
        assert_eq!(journal.after(3, 10), (Vec::new(), 3));
        journal.clear();
        journal.write(Timestamp::UNIX_EPOCH, issued("d"));
        assert_eq!(journal.after(3, 10).0[0].seq, 4);
    }

    #[test]
    fn an_entry_is_one_flat_object() {
        let journal = Journal::new(2);
        journal.write(Timestamp::UNIX_EPOCH, issued("a"));
        let entry = serde_json::to_value(&journal.after(0, 1).0[0]).unwrap();
        assert_eq!(entry["event"], "token_issued");
        assert_eq!(entry["client_id"], "a");
        assert_eq!(entry["seq"], 1);
    }

    #[test]
    fn no_token_survives_in_a_query() {
        assert_eq!(redact("devices=a,b&token=eyJx&page=2"), "devices=a,b&token=***&page=2");
        assert_eq!(
            redact("Access_Token=1&client_secret=2"),
            "Access_Token=***&client_secret=***"
        );
        assert_eq!(redact("t%6Fken=eyJx"), "t%6Fken=***");
    }
}
