//! The sessions of the weeks before the sandbox began.

use jiff::{SignedDuration, Timestamp};

use super::catalog::Model;
use super::physics::TAPER_FROM_SOC;
use super::record::Record;
use super::session::{Direction, Session};
use crate::random::Random;

/// Length of one step (s) where power changes, when a past session is run through. Coarser than the live fleet; the
/// sums are as exact.
const STEP: i64 = 30;

/// A past session ends here at the latest (s), target reached or not.
const LONGEST: i64 = 12 * 3600;

/// Writes the past of one connector, oldest record first, and moves its meter (Ws) along.
pub(crate) fn write(
    seed: u64,
    model: &Model,
    (device_id, charger, connector_id): (&str, usize, u32),
    (start, days): (Timestamp, u32),
    meter_ws: &mut i64,
) -> Vec<Record> {
    let mut random = Random::new(seed, &[0x4157, charger as u64, u64::from(connector_id)]);
    let mut records = Vec::new();
    let mut at = -i64::from(days) * 86_400;
    loop {
        at += random.between(0.4 * 3600.0, 8.0 * 3600.0) as i64;
        let gives = model.feed_back_w > 0 && random.chance(0.35);
        let mut session = if gives {
            Session::discharge(&mut random, at)
        } else {
            Session::charge(&mut random, at)
        };
        let seconds = run(&mut session, model);
        // The last hour stays free, so that no past session reaches into the live ones.
        if at + seconds > -3600 {
            return records;
        }
        let begin = start.checked_add(SignedDuration::from_secs(at)).unwrap_or(start);
        let id = format!("rec_{}", random.hex(12));
        records.push(Record::of(
            &session,
            (device_id, charger, connector_id),
            (begin, seconds),
            *meter_ws,
            id,
        ));
        *meter_ws += session.energy_ws;
        at += seconds;
    }
}

/// Runs a session to its end and says how long it took (s).
fn run(session: &mut Session, model: &Model) -> i64 {
    let mut seconds = steady(session, model);
    while seconds < LONGEST && !session.finished() {
        session.book(session.demand(model), STEP);
        seconds += STEP;
    }
    seconds
}

/// Runs through the part of a session in which power stays the same, in one leap, and says how long it is (s). A year
/// of history would take long otherwise.
fn steady(session: &mut Session, model: &Model) -> i64 {
    let power_w = session.demand(model);
    let bound = match session.direction {
        Direction::Charge => session.soc_target.min(TAPER_FROM_SOC),
        Direction::Discharge => session.soc_target,
    };
    let energy_wh = (bound - session.soc()) / 100.0 * session.vehicle.battery_wh;
    let seconds = (energy_wh * 3600.0 / power_w as f64) as i64;
    let whole = (seconds / STEP * STEP).clamp(0, LONGEST);
    session.book(power_w, whole);
    whole
}
