//! One command at a time for a connector.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::error::{Error, ErrorKind, Result};

/// The connectors for which a command is under way. A second one, from a double tap, is refused unsent.
#[derive(Debug, Default, Clone)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<(String, u32)>>>);

/// A place in [`InFlight`]; leaving it frees the connector.
#[derive(Debug)]
pub(crate) struct Busy {
    places: InFlight,
    key: (String, u32),
}

impl InFlight {
    /// Takes the connector's place.
    pub(crate) fn enter(&self, device_id: &str, connector_id: u32) -> Result<Busy> {
        let key = (device_id.to_owned(), connector_id);
        let mut busy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.insert(key.clone()) {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!(
                    "a command for connector {connector_id} of {device_id} is already under way; this one was not sent"
                ),
            ));
        }
        Ok(Busy {
            places: self.clone(),
            key,
        })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut busy = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_command_for_a_connector_is_refused_until_the_first_is_through() {
        let places = InFlight::default();
        let first = places.enter("d", 1).unwrap();
        assert_eq!(places.enter("d", 1).unwrap_err().kind(), ErrorKind::Conflict);
        assert!(places.enter("d", 2).is_ok() && places.enter("e", 1).is_ok());
        drop(first);
        assert!(places.enter("d", 1).is_ok());
    }
}
