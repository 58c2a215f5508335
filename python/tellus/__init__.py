"""The Tellus Open Platform for Python: sites, chargers and live telemetry.

    import tellus

    with tellus.Client.from_env() as client:
        for site in client.sites():
            print(site.name, site.power_capacity, "kW")

`AsyncClient` has the same names for asyncio. `Sandbox` is a local platform to try everything against. Units are the
platform's: power kW, energy kWh, voltage V, current A, temperature °C, state of charge %. Times are UTC.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

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
    Table,
    TelemetryFrame,
    __version__,
)
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
from tellus.records import AsyncChargingRecords, ChargingRecords
from tellus.sandbox import Sandbox
from tellus.stream import AsyncTelemetryStream, Gaps, Subscription, TelemetryStream

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

if _TYPE_CHECKING:
    from tellus.access_token import AccessToken
    from tellus.recording import record, replay
    from tellus.schedule import Schedule, TimeSlot
    from tellus.signing import HmacSigning
else:
    # Imported when it is used: few programs need it, and all of them import this package.
    _LATER = {
        "AccessToken": "access_token",
        "HmacSigning": "signing",
        "Schedule": "schedule",
        "TimeSlot": "schedule",
        "record": "recording",
        "replay": "recording",
    }

    def __getattr__(name: str) -> _Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
