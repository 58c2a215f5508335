//! The laws of the virtual chargers, as pure functions.
//!
//! Power is held in whole watts and energy in whole watt-seconds. Both are then exact: adding up the power of
//! every step gives the reported energy to the last digit, which floating point could not promise.

/// Watt-seconds in one kilowatt-hour.
pub(crate) const WS_PER_KWH: f64 = 3_600_000.0;

/// State of charge (%) above which a battery takes less and less power.
pub(crate) const TAPER_FROM_SOC: f64 = 80.0;

/// Share of full power that is left when the battery is full.
const TAPER_FLOOR: f64 = 0.08;

/// Time constant (s) with which a connector warms up and cools down.
const THERMAL_TAU: f64 = 300.0;

/// Rise above the surroundings (°C) at full load, once settled.
const FULL_LOAD_RISE: f64 = 34.0;

/// The share of full power a battery takes at this state of charge: all of it, then a straight fall.
pub(crate) fn taper(soc: f64) -> f64 {
    if soc <= TAPER_FROM_SOC {
        return 1.0;
    }
    let towards_full = ((soc - TAPER_FROM_SOC) / (100.0 - TAPER_FROM_SOC)).min(1.0);
    1.0 - (1.0 - TAPER_FLOOR) * towards_full
}

/// State of charge (%) after a battery of `capacity_wh` took `energy_ws` (negative: gave) from `start`.
/// Losses are left out, so that the number can be checked by hand.
pub(crate) fn soc_after(start: f64, energy_ws: i64, capacity_wh: f64) -> f64 {
    let percent = energy_ws as f64 / 3600.0 / capacity_wh * 100.0;
    (start + percent).clamp(0.0, 100.0)
}

/// Scales the positive demands (W) down so that their sum stays within `capacity` (W). Discharging connectors
/// (negative) are left alone and, to stay on the safe side, earn the others no extra room.
pub(crate) fn share(demands: &mut [i64], capacity: i64) {
    let total: i64 = demands.iter().filter(|watts| **watts > 0).sum();
    if total <= capacity {
        return;
    }
    let factor = capacity as f64 / total as f64;
    for watts in demands.iter_mut().filter(|watts| **watts > 0) {
        // Rounding down keeps the sum within the limit.
        *watts = (*watts as f64 * factor) as i64;
    }
}

/// Temperature (°C) one step of `seconds` later, at `load` (0..=1 of the rated power).
pub(crate) fn warm(temperature: f64, ambient: f64, load: f64, seconds: f64) -> f64 {
    let settled = ambient + FULL_LOAD_RISE * load.clamp(0.0, 1.0);
    settled + (temperature - settled) * (-seconds / THERMAL_TAU).exp()
}

/// Voltage (V) and current (A) of a direct-current connector: the pack's voltage rises a little with its charge.
pub(crate) fn dc(power_w: i64, soc: f64, pack_volts: f64) -> (f64, f64) {
    let volts = round(pack_volts * (0.92 + 0.0012 * soc), 1);
    (volts, round(power_w as f64 / volts, 3))
}

/// Voltage (V, line to neutral) and current (A, per phase) of a three-phase connector at unity power factor.
pub(crate) fn ac(power_w: i64) -> (f64, f64) {
    const LINE_TO_NEUTRAL: f64 = 230.0;
    (LINE_TO_NEUTRAL, round(power_w as f64 / (3.0 * LINE_TO_NEUTRAL), 3))
}

/// Watts as kilowatts, exact to the watt.
pub(crate) fn kw(watts: i64) -> f64 {
    watts as f64 / 1000.0
}

/// Watt-seconds as kilowatt-hours, to the milliwatt-hour.
pub(crate) fn kwh(watt_seconds: i64) -> f64 {
    round(watt_seconds as f64 / WS_PER_KWH, 6)
}

/// Rounds to `digits` after the point.
pub(crate) fn round(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    // The addition turns a negative zero into zero.
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_constant_then_falls_to_a_floor() {
        assert_eq!(taper(10.0), 1.0);
        assert_eq!(taper(80.0), 1.0);
        assert!((taper(90.0) - 0.54).abs() < 1e-9);
        assert!((taper(100.0) - 0.08).abs() < 1e-9);
        let curve: Vec<f64> = (80..=100).map(|soc| taper(f64::from(soc))).collect();
        assert!(curve.windows(2).all(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn charge_follows_energy_both_ways() {
        let ten_kwh = 36_000_000;
        assert!((soc_after(50.0, ten_kwh, 100_000.0) - 60.0).abs() < 1e-9);
        assert!((soc_after(50.0, -ten_kwh, 100_000.0) - 40.0).abs() < 1e-9);
        assert_eq!(soc_after(99.0, ten_kwh, 10_000.0), 100.0);
    }

    #[test]
    fn demands_never_exceed_the_capacity() {
        let mut demands = [180_000, 150_000, -30_000, 22_000];
        share(&mut demands, 200_000);
        assert!(demands.iter().filter(|watts| **watts > 0).sum::<i64>() <= 200_000);
        assert_eq!(demands[2], -30_000);
        let mut small = [100, 200];
        share(&mut small, 300);
        assert_eq!(small, [100, 200]);
    }

    #[test]
    fn temperature_settles_with_the_load() {
        let mut hot = 20.0;
        for _ in 0..7200 {
            hot = warm(hot, 20.0, 1.0, 1.0);
        }
        assert!((hot - 54.0).abs() < 0.1, "{hot}");
        assert!(warm(hot, 20.0, 0.0, 60.0) < hot);
    }

    #[test]
    fn volts_times_amperes_is_the_power() {
        for (power, soc) in [(60_000, 20.0), (-30_000, 70.0), (117_431, 95.0)] {
            let (volts, amperes) = dc(power, soc, 400.0);
            assert!((volts * amperes - power as f64).abs() < 1.0);
        }
        let (volts, amperes) = ac(22_000);
        assert!((3.0 * volts * amperes - 22_000.0).abs() < 1.0);
        assert_eq!(round(-0.000_1, 2).to_string(), "0");
    }
}
