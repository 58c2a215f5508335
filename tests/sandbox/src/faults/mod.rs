//! Faults on demand: what can go wrong, when, and how often.

pub(crate) mod apply;
mod commands;
pub(crate) mod mutate;
mod names;
mod parse;
mod registry;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use commands::command_fate;
pub use registry::PendingFault;
pub(crate) use registry::{Registry, Spot};

/// A fault to come: what goes wrong, where, how often.
///
/// In JSON all fields stand side by side: `{"kind": "error", "status": 500, "code": 9001, "times": 2}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Only where the path, without `/v1`, begins like this; everywhere when absent.
    pub path: Option<String>,
    /// How often it happens; `None`: until the faults are cleared. Default 1.
    pub times: Option<u32>,
    /// How many occasions pass unharmed first. Default 0.
    pub skip: u32,
}

/// What can go wrong.
///
/// An occasion is a request for the first group, a successful reply or a frame for the second, and a frame about
/// to be sent for those that begin with `Stream`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// An error in the platform's own envelope. A 2xx status with a code other than 0 is possible too.
    Error {
        /// HTTP status.
        status: u16,
        /// Code of the envelope.
        code: u32,
        /// Text of the envelope; a plain one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// `details` of the envelope.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Value>,
        /// Waiting time (s), put into `details` and into a `Retry-After` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_seconds: Option<u64>,
    },
    /// A page of HTML, as a proxy on the way would answer.
    Html {
        /// HTTP status.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// No body at all.
    Empty {
        /// HTTP status.
        #[serde(default = "internal_error")]
        status: u16,
    },
    /// A body that is shorter than its `Content-Length`; the connection closes in the middle of it.
    Truncated {
        /// HTTP status.
        #[serde(default = "ok")]
        status: u16,
    },
    /// Status 200 and JSON that stops half-way.
    NotJson {},
    /// The connection closes without any answer.
    Drop {},
    /// The answer comes late, and is otherwise what it would have been.
    Slow {
        /// Delay (ms).
        delay_ms: u64,
    },
    /// Every token issued so far has expired (2002). Takes effect at once unless `path` or `skip` is given.
    ExpireTokens {},
    /// Every token issued so far is unknown (2001). Takes effect at once unless `path` or `skip` is given.
    RevokeTokens {},

    /// Connectors carry a state the schema does not list, in frames and device details.
    UnknownState {
        /// The state.
        #[serde(default = "preparing")]
        state: String,
        /// Only this device; all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
    },
    /// Objects carry fields the schema does not list, in frames and successful replies.
    UnknownFields {},

    /// Answers lack the `message` of their envelope, errors too.
    MissingMessage {},
    /// A call is carried out, and then the connection closes without an answer.
    LostAnswer {},
    /// Token calls are answered in this form, whatever the options say.
    TokenForm {
        /// Inside the envelope, or as the bare object. Default: inside.
        #[serde(default = "yes")]
        enveloped: bool,
    },

    /// A command is taken in, and never leaves the queue.
    CommandStuck {
        /// Only for this device; for any, and for flexibility calls, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
    },
    /// A command is taken in, and the charger then refuses it: it fails.
    CommandFailed {
        /// The reason in its `result`.
        #[serde(default = "rejected")]
        reason: String,
        /// Only for this device; for any, and for flexibility calls, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
    },
    /// A connector has a fault: its session ends, and the command behind it fails. Takes effect at once.
    ConnectorFault {
        /// The device.
        device: String,
        /// 1-based number of the connector.
        connector: u32,
        /// In the fault dictionary's form.
        #[serde(default = "module_timeout")]
        fault_code: String,
        /// The fault is over.
        #[serde(default)]
        cleared: bool,
    },
    /// A device has lost its connection to the platform, or has it again. It draws nothing meanwhile. Takes effect at
    /// once.
    DeviceOffline {
        /// The device.
        device: String,
        /// The connection is back.
        #[serde(default)]
        cleared: bool,
    },

    /// Stream sockets close without a closing handshake. With the default `times` and `skip` this closes every
    /// open socket at once; otherwise each occasion closes the socket it arises on.
    StreamDrop {},
    /// Stream sockets close with this close code. Scope as for [`StreamDrop`](Self::StreamDrop).
    StreamClose {
        /// WebSocket close code.
        code: u16,
    },
    /// Stream sockets stay open and fall silent for good: no frames, no answers to pings, no closing handshake.
    /// New connections work, also for the same devices. Scope as for [`StreamDrop`](Self::StreamDrop).
    StreamHalfOpen {},
    /// A frame's text is not JSON.
    StreamMalformed {},
    /// A frame is sent twice.
    StreamDuplicate {},
    /// A frame is padded with an unknown field to this size.
    StreamOversized {
        /// Size of the message (bytes).
        #[serde(default = "two_mebibytes")]
        bytes: usize,
    },
    /// A frame is sent after the one that follows it on the same socket.
    StreamReorder {},
    /// A stream socket closes in the middle of a WebSocket frame.
    StreamDropMidFrame {},
    /// Stream sockets answer no more pings, nor a farewell; frames go on. Scope as for [`StreamDrop`](Self::StreamDrop).
    StreamNoPong {},
    /// A new connection is accepted, and then nothing comes: no TLS handshake, no answer. Has no path.
    ConnectionSilent {},
    /// A device sends no frames, or does so again, while all else about it is as ever. Takes effect at once.
    DeviceSilent {
        /// The device.
        device: String,
        /// It sends frames again.
        #[serde(default)]
        cleared: bool,
    },
}

impl FaultKind {
    /// This fault once, on the next occasion anywhere.
    pub fn once(self) -> Fault {
        Fault {
            kind: self,
            path: None,
            times: Some(1),
            skip: 0,
        }
    }

    /// This fault on the next `times` occasions.
    pub fn times(self, times: u32) -> Fault {
        Fault {
            times: Some(times),
            ..self.once()
        }
    }

    /// This fault until the faults are cleared.
    pub fn always(self) -> Fault {
        Fault {
            times: None,
            ..self.once()
        }
    }
}

impl Fault {
    /// Restricts the fault to paths (without `/v1`) that begin like this.
    #[must_use]
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Lets that many occasions pass first.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// True when the fault acts on what is there now, instead of waiting for an occasion.
    pub(crate) fn immediate(&self) -> bool {
        match self.kind {
            FaultKind::ConnectorFault { .. } | FaultKind::DeviceOffline { .. } | FaultKind::DeviceSilent { .. } => true,
            FaultKind::ExpireTokens {} | FaultKind::RevokeTokens {} => self.path.is_none() && self.skip == 0,
            FaultKind::StreamDrop {}
            | FaultKind::StreamClose { .. }
            | FaultKind::StreamHalfOpen {}
            | FaultKind::StreamNoPong {} => self.path.is_none() && self.skip == 0 && self.times == Some(1),
            _ => false,
        }
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        kind.once()
    }
}

fn ok() -> u16 {
    200
}

fn bad_gateway() -> u16 {
    502
}

fn internal_error() -> u16 {
    500
}

fn preparing() -> String {
    "preparing".to_owned()
}

fn yes() -> bool {
    true
}

fn rejected() -> String {
    "rejected".to_owned()
}

fn module_timeout() -> String {
    "F-0411".to_owned()
}

fn two_mebibytes() -> usize {
    2 * 1024 * 1024
}
