//! Sites.

use tellus_core::model;

super::model! {
    /// A place with chargers.
    Site(model::Site) {
        /// The platform's identifier; opaque.
        site_id,
        /// The name people use.
        name,
        /// Postal address.
        address,
        /// Where it is.
        location,
        /// Number of connectors at the site.
        total_connectors,
        /// Number of connectors by state; need not add up to `total_connectors`.
        status_summary,
        /// Total installed power in kW.
        power_capacity "kW",
        /// When the site was created, in UTC.
        created_at,
    }
}

super::model! {
    /// A point on the map.
    Location(model::Location) {
        /// Latitude in degrees, north positive.
        lat "°",
        /// Longitude in degrees, east positive.
        lng "°",
    }
}
