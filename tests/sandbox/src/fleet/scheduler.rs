//! Chargers that follow the schedules stored in them.

use jiff::tz::TimeZone;

use super::Fleet;
use super::connector::Condition;
use super::schedule::{Active, Schedule, SlotAction};
use super::session::{Direction, Origin, Session};
use crate::quirks::ScheduleZone;
use crate::random::Random;
use crate::unspecified::LOWEST_SOC;

impl Fleet {
    /// Stores a schedule; one with the same id is replaced.
    pub(super) fn store_schedule(&mut self, at: (usize, usize), mut schedule: Schedule) {
        schedule.stored = self.at(self.step);
        let home = &self.sites[self.chargers[at.0].site];
        let usual = match self.quirks.schedule_zone {
            ScheduleZone::Utc => TimeZone::UTC,
            ScheduleZone::Site => home.zone(),
        };
        schedule.zone.get_or_insert(usual);
        let schedules = &mut self.connector(at).schedules;
        schedules.retain(|other| other.id != schedule.id);
        schedules.push(schedule);
        self.replan = true;
        self.scheduled = true;
    }

    /// Lets every connector with a schedule do what its slot says. Slots change on the minute.
    pub(super) fn follow_schedules(&mut self) {
        let now = self.at(self.step);
        if !self.scheduled || (!self.replan && now.as_second() % 60 != 0) {
            return;
        }
        self.replan = false;
        let nights = self.quirks.night_slots;
        for charger in 0..self.chargers.len() {
            for connector in 0..self.chargers[charger].connectors.len() {
                let here = &self.chargers[charger].connectors[connector];
                if here.schedules.is_empty() {
                    continue;
                }
                // The schedule stored last comes first.
                let slot = here
                    .schedules
                    .iter()
                    .rev()
                    .find_map(|schedule| schedule.active(now, nights));
                if slot != here.slot {
                    self.enter_slot((charger, connector), slot);
                }
            }
        }
    }

    /// Ends what the last slot began and begins what this one wants. Sessions that a command began are left alone.
    fn enter_slot(&mut self, at: (usize, usize), slot: Option<Active>) {
        let origin = |fleet: &mut Self| fleet.connector(at).session.as_ref().map(|session| session.origin);
        if origin(self) == Some(Origin::Schedule) {
            self.end_session(at, None);
        }
        let by_chance = origin(self) == Some(Origin::Chance);
        let wanted = slot.as_ref().map(|slot| slot.action);
        if by_chance && matches!(wanted, Some(SlotAction::Idle | SlotAction::Discharge)) {
            self.end_session(at, None);
        }
        let (seed, step) = (self.seed, self.step);
        let labels = [0x5C4E, at.0 as u64, at.1 as u64, step as u64];
        let connector = self.connector(at);
        connector.slot = slot.clone();
        if let Some(session) = connector
            .session
            .as_mut()
            .filter(|session| session.origin == Origin::Chance)
        {
            session.limit_w = slot.as_ref().and_then(|slot| slot.limit_w);
        }
        let free = connector.session.is_none() && connector.claim.is_none() && connector.condition == Condition::Sound;
        let Some(slot) = slot.filter(|slot| free && slot.action != SlotAction::Idle) else {
            return;
        };
        let mut random = Random::new(seed, &labels);
        let mut session = match slot.action {
            SlotAction::Discharge => Session::discharge(&mut random, step),
            _ => Session::charge(&mut random, step),
        };
        if let Some((vehicle, soc)) = connector.parked.take() {
            (session.vehicle, session.soc_start) = (vehicle, soc);
        }
        session.origin = Origin::Schedule;
        session.limit_w = slot.limit_w;
        session.soc_target = match session.direction {
            Direction::Charge => f64::from(slot.target_soc.unwrap_or(100)),
            Direction::Discharge => f64::from(LOWEST_SOC),
        };
        connector.session = Some(session);
    }
}
