//! Clocks that jump by days, as users and dead batteries make them do.

use jiff::{SignedDuration, Timestamp};
use tellus_core::{Client, clock::ManualClock};

use crate::common::{block_on, config, credentials, sandbox, token_requests};

#[test]
fn a_clock_that_jumps_by_two_days_costs_one_token_at_most() {
    for hours in [48, -48] {
        let sandbox = sandbox();
        let clock = ManualClock::new(Timestamp::now());
        let mut config = config(&sandbox);
        config.clock = clock.shared();
        config.quota.query_per_minute = 20;
        let client = Client::new(config, credentials(&sandbox)).unwrap();
        block_on(client.authenticate()).unwrap();
        clock.jump_wall(SignedDuration::from_hours(hours));
        for _ in 0..5 {
            block_on(client.sites(None).next_page()).unwrap();
        }
        assert!(token_requests(&sandbox) <= 2, "{hours}: {}", token_requests(&sandbox));
        // Back to where it was: the token is not older than the steady clock says.
        clock.jump_wall(SignedDuration::from_hours(-hours));
        for _ in 0..5 {
            block_on(client.sites(None).next_page()).unwrap();
        }
        assert!(token_requests(&sandbox) <= 3, "{hours}: {}", token_requests(&sandbox));
        // The minute's window goes by the steady clock: ten places are left, whatever the wall clock did.
        assert_eq!(client.quota_left(tellus_core::QuotaClass::Query), 10);
    }
}
