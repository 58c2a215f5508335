"""The platform's nouns for the peers, as pydantic models: the same fields as the SDK's own."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


class Connector(BaseModel):
    connector_id: int
    status: str
    power: float | None = None
    voltage: float | None = None
    current: float | None = None
    energy_delivered: float | None = None
    soc: float | None = None
    temperature: float | None = None
    last_telemetry_time: datetime | None = None


class Device(BaseModel):
    device_id: str
    sn: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    firmware_version: str | None = None
    status: str | None = None
    connectors: list[Connector] = []
    last_heartbeat: datetime | None = None
    site_id: str | None = None


class ChargingRecord(BaseModel):
    record_id: str
    device_id: str
    connector_id: int
    start_time: datetime
    end_time: datetime | None = None
    energy: float
    max_power: float | None = None
    avg_power: float | None = None
    cost: float | None = None
    meter_start: float | None = None
    meter_end: float | None = None


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int | None = None
    page: int | None = None
    size: int | None = None


class Envelope(BaseModel, Generic[T]):
    code: int
    message: str
    data: T | None = None


# Made once: pydantic builds a validator for each of them.
DeviceEnvelope = Envelope[Device]
RecordsEnvelope = Envelope[Page[ChargingRecord]]


def unpack(model: type[Envelope[T]], status: int, body: bytes) -> T:
    """The payload of an answer. JSON text straight into models is pydantic's fastest way."""
    envelope = model.model_validate_json(body)
    if status != 200 or envelope.code != 0 or envelope.data is None:
        raise RuntimeError(f"{status}: {envelope.code} {envelope.message}")
    return envelope.data
