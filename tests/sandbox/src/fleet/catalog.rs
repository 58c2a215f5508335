//! What the fleet is made of: charger models, places, vehicles.

use crate::random::Random;

/// How a connector feeds a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// Three-phase alternating current.
    Ac,
    /// Direct current.
    Dc,
}

/// A charger model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    pub(crate) supply: Supply,
    /// Power of the whole charger (W), shared by its connectors.
    pub(crate) rated_w: i64,
    pub(crate) connectors: u32,
    /// Power it can feed back into the grid (W); 0 for most.
    pub(crate) feed_back_w: i64,
    pub(crate) firmware: &'static [&'static str],
}

const AC22: Model = Model {
    name: "TP-AC22",
    supply: Supply::Ac,
    rated_w: 22_000,
    connectors: 1,
    feed_back_w: 0,
    firmware: &["260420.0107", "2.4.1"],
};
const DC60: Model = Model {
    name: "TP-DC60",
    supply: Supply::Dc,
    rated_w: 60_000,
    connectors: 1,
    feed_back_w: 0,
    firmware: &["3.0.3", "2.9.0"],
};
const DC180: Model = Model {
    name: "TP-DC180",
    supply: Supply::Dc,
    rated_w: 180_000,
    connectors: 2,
    feed_back_w: 0,
    firmware: &["3.1.0", "3.0.2"],
};
const DC360: Model = Model {
    name: "TP-DC360",
    supply: Supply::Dc,
    rated_w: 360_000,
    connectors: 2,
    feed_back_w: 0,
    firmware: &["4.0.0", "4.1.0"],
};
const DC360_V2G: Model = Model {
    connectors: 1,
    feed_back_w: 60_000,
    firmware: &["4.1.0"],
    ..DC360
};

/// The models along the fleet, site after site; longer fleets begin again.
const LINE_UP: [Model; 12] = [
    DC360_V2G, DC180, DC60, AC22, DC180, DC360, AC22, AC22, DC60, DC60, AC22, AC22,
];

/// The model of the charger at `index` in the fleet.
pub(crate) fn model(index: usize) -> Model {
    LINE_UP[index % LINE_UP.len()]
}

/// A place for a site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) address: &'static str,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    /// Its time zone, by its name in the IANA database.
    pub(crate) zone: &'static str,
    /// Temperature of the surroundings (°C).
    pub(crate) ambient: f64,
}

const PLACES: [Place; 6] = [
    Place {
        name: "Harbour Street Hub",
        address: "14 Harbour Street, Bristol BS1 4RN, United Kingdom",
        latitude: 51.4496,
        longitude: -2.5984,
        zone: "Europe/London",
        ambient: 14.0,
    },
    Place {
        name: "Ringbahn Logistics Yard",
        address: "Saalestrasse 21, 12055 Berlin, Germany",
        latitude: 52.4690,
        longitude: 13.4428,
        zone: "Europe/Berlin",
        ambient: 12.0,
    },
    Place {
        name: "Jardins Park & Charge",
        address: "Rua Augusta 2690, São Paulo 01412-100, Brazil",
        latitude: -23.5614,
        longitude: -46.6650,
        zone: "America/Sao_Paulo",
        ambient: 24.0,
    },
    Place {
        name: "Westpoort Bus Depot",
        address: "Contactweg 60, 1014 BW Amsterdam, Netherlands",
        latitude: 52.3925,
        longitude: 4.8560,
        zone: "Europe/Amsterdam",
        ambient: 13.0,
    },
    Place {
        name: "Lakeshore Retail Centre",
        address: "2001 Lake Shore Boulevard, Toronto, Canada",
        latitude: 43.6340,
        longitude: -79.4720,
        zone: "America/Toronto",
        ambient: 10.0,
    },
    Place {
        name: "Marina Bay Car Park",
        address: "8 Raffles Avenue, Singapore 039802",
        latitude: 1.2898,
        longitude: 103.8550,
        zone: "Asia/Singapore",
        ambient: 29.0,
    },
];

/// The place of the site at `index`; later rounds repeat the list.
pub(crate) fn place(index: usize) -> Place {
    PLACES[index % PLACES.len()]
}

/// A vehicle, as far as charging is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Vehicle {
    /// Seventeen characters, none of the three letters a VIN may not hold.
    pub(crate) vin: String,
    /// Usable battery (Wh).
    pub(crate) battery_wh: f64,
    /// Most it takes from direct current (W).
    pub(crate) max_dc_w: i64,
    /// Most it takes from alternating current (W).
    pub(crate) max_ac_w: i64,
    /// Nominal pack voltage (V).
    pub(crate) pack_volts: f64,
}

impl Vehicle {
    /// A vehicle that came along by chance.
    pub(crate) fn arriving(random: &mut Random) -> Self {
        const KINDS: [(f64, i64, i64, f64); 5] = [
            (52_000.0, 100_000, 11_000, 400.0),
            (64_000.0, 120_000, 11_000, 400.0),
            (77_000.0, 170_000, 11_000, 400.0),
            (84_000.0, 230_000, 22_000, 800.0),
            (105_000.0, 250_000, 22_000, 800.0),
        ];
        Self::of(KINDS[random.below(KINDS.len())], random)
    }

    /// A bus or lorry with a battery large enough to feed a building for hours.
    pub(crate) fn heavy(random: &mut Random) -> Self {
        Self::of((320_000.0, 300_000, 22_000, 800.0), random)
    }

    fn of((battery_wh, max_dc_w, max_ac_w, pack_volts): (f64, i64, i64, f64), random: &mut Random) -> Self {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
        let tail: String = (0..14)
            .map(|_| char::from(LETTERS[random.below(LETTERS.len())]))
            .collect();
        Self {
            vin: format!("SBX{tail}"),
            battery_wh,
            max_dc_w,
            max_ac_w,
            pack_volts,
        }
    }
}
