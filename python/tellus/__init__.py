"""The Tellus Open Platform for Python: sites, chargers and live telemetry.

    import tellus

    with tellus.Client.from_env() as client:
        for site in client.sites():
            print(site.name, site.power_capacity, "kW")

`AsyncClient` has the same names for asyncio. `Sandbox` is a local platform to try everything against. Units are the
platform's: power kW, energy kWh, voltage V, current A, temperature °C, state of charge %. Times are UTC.
"""

import logging as _logging

from tellus import errors
from tellus._tellus import (
    Batch,
    ChargingRecord,
    ClientStats,
    CommandReceipt,
    CommandStatus,
    Connector,
    ConnectorReading,
    Device,
    EnergyPoint,
    EnergySeries,
    EnergyTotal,
    FlexibilityReceipt,
    Gap,
    KnownDevice,
    Location,
    Observed,
    Page,
    Site,
    StatusEvent,
    StreamStats,
    Subscription,
    Table,
    TelemetryFrame,
    __version__,
)
from tellus.access_token import AccessToken
from tellus.client import AsyncClient, Client
from tellus.errors import (
    Authentication,
    Closed,
    Conflict,
    Connection,
    Decode,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Server,
    TellusError,
    Timeout,
)
from tellus.pages import AsyncPages, Pages
from tellus.plan import Plan
from tellus.recording import record, replay
from tellus.records import AsyncChargingRecords, ChargingRecords
from tellus.sandbox import Sandbox
from tellus.schedule import Schedule, TimeSlot
from tellus.signing import HmacSigning
from tellus.stream import AsyncTelemetryStream, Gaps, TelemetryStream

__all__ = [
    "AccessToken",
    "AsyncChargingRecords",
    "AsyncClient",
    "AsyncPages",
    "AsyncTelemetryStream",
    "Authentication",
    "Batch",
    "ChargingRecord",
    "ChargingRecords",
    "Client",
    "ClientStats",
    "Closed",
    "CommandReceipt",
    "CommandStatus",
    "Conflict",
    "Connection",
    "Connector",
    "ConnectorReading",
    "Decode",
    "Device",
    "EnergyPoint",
    "EnergySeries",
    "EnergyTotal",
    "FlexibilityReceipt",
    "Gap",
    "Gaps",
    "HmacSigning",
    "InvalidRequest",
    "KnownDevice",
    "Location",
    "NotFound",
    "Observed",
    "OutcomeUnknown",
    "Page",
    "Pages",
    "PermissionDenied",
    "Plan",
    "RateLimited",
    "Sandbox",
    "Schedule",
    "Server",
    "Site",
    "StatusEvent",
    "StreamStats",
    "Subscription",
    "Table",
    "TelemetryFrame",
    "TelemetryStream",
    "TellusError",
    "TimeSlot",
    "Timeout",
    "__version__",
    "errors",
    "record",
    "replay",
]

# A library prints nothing by itself: records show up once the program sets up logging.
_logging.getLogger("tellus").addHandler(_logging.NullHandler())
