//! Chargers that break, lose their connection, and come back.

use super::Fleet;
use super::connector::Condition;

impl Fleet {
    /// Gives a connector a fault, which ends its session, or takes it away. A connector nobody knows has none.
    pub(crate) fn break_connector(&mut self, device_id: &str, connector_id: u32, fault_code: Option<&str>) {
        let Some(charger) = self.find(device_id) else { return };
        let Some(position) = self.chargers[charger].position(connector_id) else {
            return;
        };
        let at = (charger, position);
        if fault_code.is_some() {
            self.end_session(at, fault_code);
        }
        self.connector(at).faulted = fault_code.is_some();
        self.settle(charger);
    }

    /// Cuts a charger off from the platform, or connects it again.
    pub(crate) fn disconnect(&mut self, device_id: &str, offline: bool) {
        let Some(charger) = self.find(device_id) else { return };
        if offline && !self.chargers[charger].offline {
            self.chargers[charger].heard = Some(self.now());
        }
        self.connect(charger, !offline);
    }

    /// Puts a charger on line or takes it off.
    pub(super) fn connect(&mut self, charger: usize, online: bool) {
        if self.chargers[charger].offline == online {
            self.chargers[charger].offline = !online;
            self.settle(charger);
        }
    }

    /// Lets a charger send no frames, or send them again. Nothing else about it changes.
    pub(crate) fn silence(&mut self, device_id: &str, silent: bool) {
        if let Some(charger) = self.find(device_id) {
            self.chargers[charger].silent = silent;
        }
    }

    /// Draws the conclusions for the connectors of a charger that has come, gone, broken or recovered.
    pub(super) fn settle(&mut self, charger: usize) {
        let offline = self.chargers[charger].offline;
        for connector in &mut self.chargers[charger].connectors {
            connector.condition = match (offline, connector.faulted) {
                (true, _) => Condition::Offline,
                (false, true) => Condition::Faulted,
                (false, false) => Condition::Sound,
            };
        }
        self.allot();
    }
}
