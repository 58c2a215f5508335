//! `POST /device/charging-records`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use jiff::SignedDuration;
use serde_json::Value;

use super::{admit, connector_id};
use crate::api::Answer;
use crate::api::fields::Fields;
use crate::envelope::{ApiError, success};
use crate::fleet::{Upload, VehicleInfo};
use crate::quota::Class;
use crate::state::Shared;

/// Longest session that is believed. Not specified.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Files the record of a session that is over.
pub(super) async fn upload(shared: State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Answer {
    let index = admit(&shared, &headers, &uri, Class::Device)?;
    let record = read(&Fields::of(&body)?)?;
    match shared.fleet().file_upload(index, record) {
        true => Ok(success(Value::Null)),
        false => Err(ApiError::conflict("there is another record with this id")),
    }
}

fn read(fields: &Fields) -> Result<Upload, ApiError> {
    let number = |name| fields.required(name, fields.number(name)?);
    let moment = |name| fields.required(name, fields.moment(name)?);
    let (start, end) = (moment("start_time")?, moment("end_time")?);
    if end <= start || end.duration_since(start) > LONGEST {
        return Err(fields.invalid("end_time"));
    }
    Ok(Upload {
        record_id: fields.required("record_id", fields.text("record_id")?)?,
        connector_id: connector_id(fields)?,
        start,
        end,
        energy: number("energy")?,
        max_power: number("max_power")?,
        avg_power: number("avg_power")?,
        cost: fields.number("cost")?,
        meter_start: number("meter_start")?,
        meter_end: number("meter_end")?,
        vehicle: fields
            .object("vehicle_info")?
            .map(|vehicle| read_vehicle(&vehicle))
            .transpose()?,
    })
}

fn read_vehicle(fields: &Fields) -> Result<VehicleInfo, ApiError> {
    Ok(VehicleInfo {
        vin: fields.string("vin")?,
        soc_start: fields.percent("soc_start")?,
        soc_end: fields.percent("soc_end")?,
    })
}
