//! The texts behind the codes in telemetry columns: ids of devices and names of states.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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
    pub devices: Arc<Vec<Arc<str>>>,
    /// Names of states by their code: `idle`, `charging`, `discharging`, `fault`, `unavailable`, then others.
    pub states: Arc<Vec<Arc<str>>>,
}

impl Names {
    /// The id of the device with this code.
    pub fn device(&self, code: u32) -> &str {
        self.devices.get(code as usize).map_or("", |id| id)
    }

    /// The name of the state with this code.
    pub fn state(&self, code: u8) -> &str {
        self.states.get(usize::from(code)).map_or(OTHER_STATE, |name| name)
    }
}

/// Gives out codes. One for each stream; its connections keep copies of what they met, so that it is seldom asked.
#[derive(Debug)]
pub(super) struct Dictionary(Mutex<State>);

#[derive(Debug)]
struct State {
    names: Names,
    device_codes: HashMap<Arc<str>, u32>,
    unexpected: usize,
}

impl Default for Dictionary {
    fn default() -> Self {
        let states = KNOWN_STATES.iter().map(|name| Arc::from(*name)).collect();
        Self(Mutex::new(State {
            names: Names {
                devices: Arc::default(),
                states: Arc::new(states),
            },
            device_codes: HashMap::new(),
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

    /// The code of a device from a frame, and its id to keep. `None` if too many were made up.
    pub(super) fn device(&self, id: &str) -> Option<(u32, Arc<str>)> {
        let mut state = self.lock();
        if !state.device_codes.contains_key(id) {
            if state.unexpected == UNEXPECTED_DEVICES {
                return None;
            }
            state.unexpected += 1;
        }
        let code = state.device(id);
        let name = state.names.devices.get(code as usize)?.clone();
        Some((code, name))
    }

    /// The code of a state.
    pub(super) fn state(&self, name: &str) -> u8 {
        let mut state = self.lock();
        let states = &mut state.names.states;
        let next = u8::try_from(states.len()).unwrap_or(LAST_STATE);
        let known = states.iter().position(|known| **known == *name);
        if let Some(code) = known.and_then(|code| u8::try_from(code).ok()) {
            return code;
        }
        if states.len() > usize::from(LAST_STATE) {
            return LAST_STATE;
        }
        let kept = if next == LAST_STATE { OTHER_STATE } else { name };
        Arc::make_mut(states).push(Arc::from(kept));
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
    #[expect(clippy::cast_possible_truncation, reason = "four billion ids do not fit the memory")]
    fn device(&mut self, id: &str) -> u32 {
        if let Some(code) = self.device_codes.get(id) {
            return *code;
        }
        let id: Arc<str> = Arc::from(id);
        let code = self.names.devices.len() as u32;
        Arc::make_mut(&mut self.names.devices).push(id.clone());
        self.device_codes.insert(id, code);
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
