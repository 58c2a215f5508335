//! The names of faults, as they stand in JSON and in the journal.

use super::FaultKind;

impl FaultKind {
    /// The name it has in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Error { .. } => "error",
            Self::Html { .. } => "html",
            Self::Empty { .. } => "empty",
            Self::Truncated { .. } => "truncated",
            Self::NotJson {} => "not_json",
            Self::Drop {} => "drop",
            Self::Slow { .. } => "slow",
            Self::ExpireTokens {} => "expire_tokens",
            Self::RevokeTokens {} => "revoke_tokens",
            Self::UnknownState { .. } => "unknown_state",
            Self::UnknownFields {} => "unknown_fields",
            Self::MissingMessage {} => "missing_message",
            Self::LostAnswer {} => "lost_answer",
            Self::TokenForm { .. } => "token_form",
            Self::CommandStuck { .. } => "command_stuck",
            Self::CommandFailed { .. } => "command_failed",
            Self::ConnectorFault { .. } => "connector_fault",
            Self::DeviceOffline { .. } => "device_offline",
            Self::StreamDrop {} => "stream_drop",
            Self::StreamClose { .. } => "stream_close",
            Self::StreamHalfOpen {} => "stream_half_open",
            Self::StreamMalformed {} => "stream_malformed",
            Self::StreamDuplicate {} => "stream_duplicate",
            Self::StreamOversized { .. } => "stream_oversized",
            Self::StreamReorder {} => "stream_reorder",
            Self::StreamDropMidFrame {} => "stream_drop_mid_frame",
            Self::StreamNoPong {} => "stream_no_pong",
            Self::ConnectionSilent {} => "connection_silent",
            Self::DeviceSilent { .. } => "device_silent",
        }
    }

    /// The device it is meant for, if it names one.
    pub(crate) fn device(&self) -> Option<&str> {
        match self {
            Self::UnknownState { device, .. } | Self::CommandStuck { device } | Self::CommandFailed { device, .. } => {
                device.as_deref()
            }
            Self::ConnectorFault { device, .. }
            | Self::DeviceOffline { device, .. }
            | Self::DeviceSilent { device, .. } => Some(device),
            _ => None,
        }
    }

    /// Every name there is.
    pub const NAMES: [&'static str; 29] = [
        "error",
        "html",
        "empty",
        "truncated",
        "not_json",
        "drop",
        "slow",
        "expire_tokens",
        "revoke_tokens",
        "unknown_state",
        "unknown_fields",
        "missing_message",
        "lost_answer",
        "token_form",
        "command_stuck",
        "command_failed",
        "connector_fault",
        "device_offline",
        "stream_drop",
        "stream_close",
        "stream_half_open",
        "stream_malformed",
        "stream_duplicate",
        "stream_oversized",
        "stream_reorder",
        "stream_drop_mid_frame",
        "stream_no_pong",
        "connection_silent",
        "device_silent",
    ];
}
