//! Switches for everything that the contract leaves open and a client could notice: each reading can be played, from the
//! start or from one moment to the next.

pub(crate) mod dress;
pub(crate) mod frames;
mod macros;
pub(crate) mod table;
pub(crate) mod uuid;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use std::collections::BTreeMap;

pub use table::*;

/// One switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Its name, as in [`Quirks`].
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its readings, the usual one first: the word for each, and what it means.
    pub readings: &'static [(&'static str, &'static str)],
}

impl Quirks {
    /// Turns the switch `name` to the reading `word`.
    ///
    /// # Errors
    ///
    /// Says which switches, or which readings of this one, there are, if there is none like that.
    pub fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
        if self.turn(name, word) {
            return Ok(());
        }
        Err(match Self::SWITCHES.iter().find(|switch| switch.name == name) {
            Some(switch) => {
                let words: Vec<&str> = switch.readings.iter().map(|reading| reading.0).collect();
                format!("{name} cannot be \"{word}\"; it can be: {}", words.join(", "))
            }
            None => {
                let names: Vec<&str> = Self::SWITCHES.iter().map(|switch| switch.name).collect();
                format!("there is no quirk \"{name}\"; there are: {}", names.join(", "))
            }
        })
    }

    /// Turns several switches, all or none.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn set_all<'a>(&mut self, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), String> {
        let mut turned = *self;
        for (name, word) in words {
            turned.set(name, word)?;
        }
        *self = turned;
        Ok(())
    }

    /// Every switch by its name, and the word for the reading it stands at.
    pub fn list(&self) -> BTreeMap<&'static str, &'static str> {
        let named = Self::SWITCHES.iter();
        named
            .filter_map(|switch| Some((switch.name, self.reading(switch.name)?)))
            .collect()
    }
}

impl Serialize for Quirks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.list().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quirks {
    /// What is not named stands at its usual reading.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = BTreeMap::<String, String>::deserialize(deserializer)?;
        let mut quirks = Self::default();
        let words = words.iter().map(|(name, word)| (name.as_str(), word.as_str()));
        quirks.set_all(words).map_err(D::Error::custom)?;
        Ok(quirks)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_switch_can_be_turned_to_every_reading_and_says_so() {
        for switch in Quirks::SWITCHES {
            assert!(switch.readings.len() > 1 && !switch.about.is_empty(), "{}", switch.name);
            for (word, _) in switch.readings {
                let mut quirks = Quirks::default();
                quirks.set(switch.name, word).unwrap();
                assert_eq!(quirks.list()[switch.name], *word);
                let written = serde_json::to_value(quirks).unwrap();
                assert_eq!(serde_json::from_value::<Quirks>(written).unwrap(), quirks);
            }
            // The first one is the usual one.
            assert_eq!(Quirks::default().list()[switch.name], switch.readings[0].0);
        }
    }

    #[test]
    fn mistakes_are_named_and_change_nothing() {
        let parse = |value| serde_json::from_value::<Quirks>(value).unwrap_err().to_string();
        let unknown = parse(json!({ "tokens": "x" }));
        assert!(
            unknown.contains("tokens") && unknown.contains("token_reply, token_form"),
            "{unknown}"
        );
        let wrong = parse(json!({ "token_reply": "x" }));
        assert!(wrong.contains("bare, enveloped"), "{wrong}");
        let mut quirks = Quirks::default();
        assert!(quirks.set_all([("soc", "null"), ("soc", "x")]).is_err());
        assert_eq!(quirks, Quirks::default());
    }
}
