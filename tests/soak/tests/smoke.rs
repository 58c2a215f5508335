//! A short run. A process of its own, since it counts the SDK's tasks and threads.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected has failed")]

use std::time::Duration;

use tellus_soak::{Plan, run};

#[test]
fn twelve_seconds_of_faults_leave_every_frame_accounted_for() {
    let plan = Plan::smoke(Duration::from_secs(12), 7);
    let summary = run(&plan, |_| ()).unwrap();
    assert!(summary.is_good(), "{summary}");
    let (sent, delivered, in_gaps) = summary.frames();
    assert_eq!(sent, delivered + in_gaps);
    // A busy machine makes few of either, yet some.
    assert!(delivered > 1000 && in_gaps > 0 && summary.faults() > 5, "{summary}");
}
