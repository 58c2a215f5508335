//! Decisions: how long to wait, whether to try again, whether the limits allow it. No I/O; what decides is pure, with time
//! as an argument. Authentication, REST and the stream share them.

pub(crate) mod backoff;
pub(crate) mod budget;
pub(crate) mod in_flight;
pub(crate) mod partition;
pub(crate) mod quota;
pub(crate) mod retry;
