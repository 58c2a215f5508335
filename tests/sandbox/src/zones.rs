//! Time zones by their names, from the database that comes with this program, whatever the machine knows.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The zone of this name.
pub(crate) fn named(name: &str) -> Option<TimeZone> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    ZONES.get(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_those_of_the_database() {
        assert!(named("Europe/London").is_some() && named("Asia/Shanghai").is_some() && named("UTC").is_some());
        assert!(named("Europe/Atlantis").is_none() && named("").is_none());
    }
}
