//! The texts behind the codes in telemetry columns: ids of devices and names of states.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hashbrown::HashTable;

use super::texts::Texts;

/// The states that the schema names, at fixed codes; others follow as they come.
pub(super) const KNOWN_STATES: [&str; 5] = ["idle", "charging", "discharging", "fault", "unavailable"];
/// The largest code of a state: such a code fits a signed byte as well, which Arrow's dictionaries want.
pub(super) const LAST_STATE: u8 = i8::MAX as u8;
/// Where texts of states beyond the last code end up, however many a platform makes up.
const OTHER_STATE: &str = "other";
/// Ids that nobody asked for and that are told apart all the same. Beyond that a frame with a new one is refused:
/// otherwise a platform could fill our memory.
const UNEXPECTED_DEVICES: usize = 1 << 16;

/// The texts as they stand at one moment. Codes never change; later tables only have more.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Ids of devices by their code.
    pub devices: Arc<Texts>,
    /// Names of states by their code: `idle`, `charging`, `discharging`, `fault`, `unavailable`, then others.
    pub states: Arc<Texts>,
}

impl Names {
    /// The id of the device with this code.
    pub fn device(&self, code: u32) -> &str {
        self.devices.get(code as usize).unwrap_or_default()
    }

    /// The name of the state with this code.
    pub fn state(&self, code: u8) -> &str {
        self.states.get(usize::from(code)).unwrap_or(OTHER_STATE)
    }
}

/// Gives out codes. One for each stream; its connections keep the codes of what they met, so that it is seldom asked.
#[derive(Debug)]
pub(super) struct Dictionary(Mutex<State>);

#[derive(Debug)]
struct State {
    names: Names,
    /// The codes alone: each text is there once, in `names`.
    device_codes: HashTable<u32>,
    hasher: RandomState,
    unexpected: usize,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self(Mutex::new(State {
            names: Names {
                devices: Arc::default(),
                states: Arc::new(KNOWN_STATES.into_iter().collect()),
            },
            device_codes: HashTable::new(),
            hasher: RandomState::new(),
            unexpected: 0,
        }))
    }
}

impl Dictionary {
    /// Gives these devices codes, in this order, before their first frame comes. Returns the codes.
    pub(super) fn expect<'a>(&self, devices: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
        let mut state = self.lock();
        devices.into_iter().map(|id| state.device(id)).collect()
    }

    /// The codes of those of these devices that have one.
    pub(super) fn known<'a>(&self, devices: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
        let state = self.lock();
        devices.into_iter().filter_map(|id| state.find(id)).collect()
    }

    /// The code of a device from a frame, and the texts that hold its id. `None` if too many were made up.
    pub(super) fn device(&self, id: &str) -> Option<(u32, Arc<Texts>)> {
        let mut state = self.lock();
        if state.find(id).is_none() {
            if state.unexpected == UNEXPECTED_DEVICES {
                return None;
            }
            state.unexpected += 1;
        }
        Some((state.device(id), state.names.devices.clone()))
    }

    /// The code of a state.
    pub(super) fn state(&self, name: &str) -> u8 {
        let mut state = self.lock();
        let states = &mut state.names.states;
        let next = u8::try_from(states.len()).unwrap_or(LAST_STATE);
        let known = states.iter().position(|known| known == name);
        if let Some(code) = known.and_then(|code| u8::try_from(code).ok()) {
            return code;
        }
        if states.len() > usize::from(LAST_STATE) {
            return LAST_STATE;
        }
        let kept = if next == LAST_STATE { OTHER_STATE } else { name };
        Arc::make_mut(states).push(kept);
        next
    }

    /// All texts so far.
    pub(super) fn names(&self) -> Names {
        self.lock().names.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&self, id: &str) -> Option<u32> {
        let same = |code: &u32| self.names.device(*code) == id;
        self.device_codes.find(self.hasher.hash_one(id), same).copied()
    }

    #[expect(clippy::cast_possible_truncation, reason = "four billion ids do not fit the memory")]
    fn device(&mut self, id: &str) -> u32 {
        if let Some(code) = self.find(id) {
            return code;
        }
        let Self {
            names,
            device_codes,
            hasher,
            ..
        } = self;
        let code = names.devices.len() as u32;
        Arc::make_mut(&mut names.devices).push(id);
        let hash = |code: &u32| hasher.hash_one(names.device(*code));
        device_codes.insert_unique(hasher.hash_one(id), code, hash);
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stay_and_earlier_tables_stay_as_they_were() {
        let dictionary = Dictionary::default();
        assert_eq!(dictionary.expect(["b", "a", "b"]), [0, 1, 0]);
        let before = dictionary.names();
        assert_eq!(dictionary.device("c").unwrap().0, 2);
        assert_eq!(dictionary.device("a").unwrap().0, 1);
        assert_eq!((before.devices.len(), dictionary.names().devices.len()), (2, 3));
        assert_eq!(dictionary.names().device(2), "c");
        assert_eq!(dictionary.known(["c", "never heard of", "a"]), [2, 1]);
    }

    #[test]
    fn states_beyond_the_last_code_become_other() {
        let dictionary = Dictionary::default();
        assert_eq!(dictionary.state("discharging"), 2);
        let codes: Vec<u8> = (0..300).map(|n| dictionary.state(&format!("s{n}"))).collect();
        assert_eq!((codes[0], codes[121], codes[122], codes[299]), (5, 126, 127, 127));
        assert_eq!(dictionary.state("s121"), 126);
        let names = dictionary.names();
        assert_eq!((names.state(126), names.state(127)), ("s121", "other"));
    }

    #[test]
    fn made_up_devices_are_bounded() {
        let dictionary = Dictionary::default();
        dictionary.expect(["mine"]);
        let taken = (0..UNEXPECTED_DEVICES + 5)
            .filter(|n| dictionary.device(&n.to_string()).is_some())
            .count();
        assert_eq!(taken, UNEXPECTED_DEVICES);
        assert!(dictionary.device("mine").is_some());
    }
}
