//! Charging records.

use tellus_core::model;

super::model! {
    /// One charging (or discharging) session.
    ChargingRecord(model::ChargingRecord) {
        /// The platform's identifier; opaque.
        record_id,
        /// The charger.
        device_id,
        /// Number of the connector, from 1.
        connector_id,
        /// When the session began, in UTC.
        start_time,
        /// When it ended, in UTC; `None` while it runs.
        end_time,
        /// Energy in kWh.
        energy "kWh",
        /// Peak power in kW.
        max_power "kW",
        /// Mean power in kW.
        avg_power "kW",
        /// Cost; negative is revenue from V2G. The currency is not specified.
        cost,
        /// Meter at the start in kWh.
        meter_start "kWh",
        /// Meter at the end in kWh.
        meter_end "kWh",
    }
}
