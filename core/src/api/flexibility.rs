//! Load control for many chargers at once.

use crate::{
    client::Client,
    error::Result,
    model::{FlexibilityReceipt, FlexibilityRequest},
    transport::Request,
};

impl Client {
    /// Limits power or pauses charging for a group of chargers (`POST /operator/control/flexibility`). There is no call
    /// that ends a measure early. Never sent twice on doubt.
    pub async fn flexibility(&self, request: &FlexibilityRequest) -> Result<FlexibilityReceipt> {
        self.send(Request::post(["operator", "control", "flexibility"], request.body()?))
            .await
    }
}
