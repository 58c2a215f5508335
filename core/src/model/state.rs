//! States as open enums: the texts the schema knows, and every other text as it came.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Makes an enum of known texts plus `Other(text)`, with its text form and serde in both directions.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A text that the schema does not name, as the platform sent it.
            Other(String),
        }

        impl $name {
            /// The platform's text.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl From<$name> for String {
            fn from(state: $name) -> Self {
                state.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

open_enum! {
    /// What a connector is doing. The schema names five states; the platform's runbooks use more, e.g.
    /// `preparing`, which arrive as [`ConnectorState::Other`].
    ConnectorState {
        /// Nothing is plugged in, or nothing flows.
        Idle = "idle",
        /// Energy flows into the vehicle.
        Charging = "charging",
        /// Energy flows out of the vehicle (V2G): power is negative.
        Discharging = "discharging",
        /// Out of order.
        Fault = "fault",
        /// Not to be used at present.
        Unavailable = "unavailable",
    }
}

open_enum! {
    /// Whether the platform hears from a charger. Runbooks also use `fault`.
    DeviceStatus {
        /// Heartbeats arrive.
        Online = "online",
        /// Heartbeats have stopped.
        Offline = "offline",
    }
}

open_enum! {
    /// How far a command is. Chargers also report `rejected`, which the schema of this call lacks.
    CommandState {
        /// The platform has it; the charger does not yet.
        Queued = "queued",
        /// The charger has it.
        Accepted = "accepted",
        /// It is done. May mean that the charge has ended.
        Completed = "completed",
        /// It could not be done.
        Failed = "failed",
        /// The charger refuses it.
        Rejected = "rejected",
    }
}

impl CommandState {
    /// Whether nothing more will happen.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_texts_survive_a_round_trip() {
        for text in ["idle", "discharging", "preparing", "Preparing", ""] {
            let json = serde_json::to_string(text).unwrap();
            let state: ConnectorState = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&state).unwrap(), json);
        }
        assert_eq!(ConnectorState::from("idle"), ConnectorState::Idle);
        assert_eq!(ConnectorState::from("preparing").to_string(), "preparing");
    }
}
