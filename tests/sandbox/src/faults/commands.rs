//! Faults that decide what becomes of a command.

use super::{FaultKind, Registry, Spot};
use crate::fleet::Fate;
use crate::front::StruckInside;

/// The fate of a command that is being taken in, and the fault behind it. `device` is empty for a group.
pub(crate) fn command_fate(faults: &Registry, path: &str, device: &str) -> (Fate, Option<StruckInside>) {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    let Some(fault) = faults.strike(Spot::Command, path, Some(device)).pop() else {
        return (Fate::Open, None);
    };
    let struck = Some(StruckInside(fault.name()));
    match fault {
        FaultKind::CommandFailed { reason, .. } => (Fate::Refused(reason), struck),
        _ => (Fate::Stuck, struck),
    }
}
