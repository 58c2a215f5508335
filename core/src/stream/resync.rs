//! After a gap, asks for the state of devices that have not reported by themselves: one call at a time, far enough apart to
//! leave the quota to others. The answers are delivered like frames, marked with their source.

use std::{sync::Arc, time::Duration};

use super::{
    columns::{CONNECTOR, Columns, ENERGY, FIRST, POWER, READING, RESYNC, Row, SOC, STATE},
    mailbox::Mailbox,
    names::Dictionary,
};
use crate::{client::Client, clock::SharedClock, model::Device};

/// Asks for one device after the other, for ever.
pub(super) async fn run(
    client: Client,
    mailbox: Arc<Mailbox>,
    names: Arc<Dictionary>,
    clock: SharedClock,
    interval: Duration,
) {
    loop {
        let device = mailbox.next_to_resync().await;
        // Time for the device to report by itself: then nothing has to be asked.
        clock.sleep(interval).await;
        if !mailbox.still_to_resync(device) {
            continue;
        }
        let id = names.names().device(device).to_owned();
        match client.device(&id).await {
            Ok(found) => {
                let mut rows = rows(device, &found, &names, clock.now().as_microsecond());
                mailbox.push(&mut rows);
            }
            Err(error) => tracing::warn!(device = id, %error, "the device's state after a gap is not known"),
        }
    }
}

/// The device's state as rows of a frame. Its time is the call's: the platform tells none.
fn rows(device: u32, found: &Device, names: &Dictionary, now: i64) -> Columns {
    let mut columns = Columns::default();
    let nothing = Row {
        device,
        timestamp: now,
        received_at: now,
        connector: 0,
        state: 0,
        power: 0.0,
        energy_delivered: 0.0,
        soc: 0.0,
        flags: FIRST | RESYNC,
    };
    for (index, connector) in found.connectors.iter().enumerate() {
        let told = |value: Option<f64>, flag| if value.is_some() { flag } else { 0 };
        columns.push(Row {
            connector: connector.connector_id,
            state: names.state(connector.status.as_str()),
            power: connector.power.unwrap_or_default(),
            energy_delivered: connector.energy_delivered.unwrap_or_default(),
            soc: connector.soc.unwrap_or_default(),
            flags: READING
                | CONNECTOR
                | STATE
                | RESYNC
                | if index == 0 { FIRST } else { 0 }
                | told(connector.power, POWER)
                | told(connector.energy_delivered, ENERGY)
                | told(connector.soc, SOC),
            ..nothing
        });
    }
    if columns.is_empty() {
        columns.push(nothing);
    }
    columns
}
