//! Chargers and their connectors.

use pyo3::{intern, prelude::*};
use tellus_core::model;

super::model! {
    /// A charger.
    Device(model::Device) {
        /// The platform's identifier; opaque.
        device_id,
        /// The manufacturer's serial number.
        sn,
        /// The model.
        model,
        /// Who made it.
        manufacturer,
        /// The firmware's version.
        firmware_version,
        /// Whether the platform hears from it: `online`, `offline` or another text.
        status,
        /// Its connectors.
        connectors,
        /// When the platform last heard from it, in UTC.
        last_heartbeat,
        /// The site it stands at.
        site_id,
    }
    {
        /// The charger and its connectors as a notebook shows them.
        fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
            let py = slf.py();
            py.import(intern!(py, "tellus._html"))?.call_method1(intern!(py, "device"), (slf,))
        }
    }
}

super::model! {
    /// One outlet of a charger.
    Connector(model::Connector) {
        /// Number of the connector, from 1, unique within its charger.
        connector_id,
        /// What it is doing: `idle`, `charging`, `discharging`, `fault`, `unavailable` or another text.
        status,
        /// Power in kW, negative while discharging.
        power "kW",
        /// Voltage in V.
        voltage "V",
        /// Current in A.
        current "A",
        /// Energy of the present session in kWh.
        energy_delivered "kWh",
        /// The vehicle's state of charge in %.
        soc "%",
        /// Temperature in °C.
        temperature "°C",
        /// When the charger last reported this connector, in UTC.
        last_telemetry_time,
    }
}

super::model! {
    /// A charger that is known to exist.
    KnownDevice(tellus_core::KnownDevice) {
        /// The platform's identifier; opaque.
        device_id,
        /// How it is known: `configured` or `charging_records`.
        source,
    }
}
