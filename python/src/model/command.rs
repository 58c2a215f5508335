//! Commands: what the platform says of one that it was given.

use tellus_core::model;

super::model! {
    /// The answer to a command: it is queued, which says nothing yet about the charger.
    CommandReceipt(model::CommandReceipt) {
        /// The platform's identifier of the command, to follow it by.
        command_id,
        /// How far it is: `queued` as a rule.
        status,
    }
}

super::model! {
    /// What has become of a command.
    CommandStatus(model::CommandStatus) {
        /// The platform's identifier of the command.
        command_id,
        /// How far it is: `queued`, `accepted`, `completed`, `failed`, `rejected` or another text. `completed` may mean
        /// that the charge has ended: whether energy flows, telemetry tells.
        status,
        /// When it was given, in UTC.
        created_at,
        /// When it last changed, in UTC.
        updated_at,
        /// What it led to, e.g. `{"energy_delivered": 12.3}` in kWh.
        result,
    }
    {
        /// Whether nothing more will happen.
        #[getter]
        fn is_final(&self) -> bool {
            self.0.status.is_final()
        }
    }
}

super::model! {
    /// The answer to a flexibility call.
    FlexibilityReceipt(model::FlexibilityReceipt) {
        /// The platform's identifier of the measure. Whether it can be followed like a command is not specified.
        control_id,
        /// How far it is: `executing` as a rule.
        status,
    }
}
