"""The compiled half of the package."""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, Generic, Self, TypeVar, Unpack, final

from tellus.errors import TellusError
from tellus.sandbox import Options
from tellus.settings import Settings

__version__: str
__all__ = [
    "Batch",
    "Call",
    "Connector",
    "ConnectorReading",
    "CoreClient",
    "CorePages",
    "CoreSandbox",
    "CoreStream",
    "Device",
    "KnownDevice",
    "Location",
    "Parcel",
    "Site",
    "StatusEvent",
    "StreamStats",
    "Subscription",
    "TelemetryFrame",
    "TokenRequest",
    "__version__",
    "shut_down",
]

_T = TypeVar("_T")

def shut_down(patience: float) -> None:
    """Ends the threads of this module, and waits for them at most this many seconds."""

@final
class Call(Generic[_T]):
    """A call that is ready to go. Nothing happens before ``wait()`` or ``await``, and either may be used once."""

    def wait(self) -> _T:
        """Makes the call and waits for its result."""

    def __await__(self) -> Generator[Any, None, _T]:
        """Makes the call for the running event loop."""

@final
class CoreClient:
    """The client as ``tellus.Client`` and ``tellus.AsyncClient`` share it."""

    def __new__(
        cls,
        base_url: str,
        client_id: str | None = None,
        client_secret: str | None = None,
        token_provider: Callable[[TokenRequest], None] | None = None,
        **settings: Unpack[Settings],
    ) -> Self: ...
    @staticmethod
    def from_env(**settings: Unpack[Settings]) -> CoreClient: ...
    @property
    def base_url(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def authenticate(self) -> Call[None]: ...
    def device(self, device_id: str) -> Call[Device]: ...
    def known_devices(self) -> Call[list[KnownDevice]]: ...
    def request(
        self, method: str, path: str, params: dict[str, Any] | None = None, json: object = None
    ) -> Call[Any]: ...
    def sites(self, status: str | None = None, page_size: int | None = None) -> CorePages[Site]: ...
    def quota_left(self, quota: str) -> int: ...
    def stream(self, devices: list[str]) -> CoreStream: ...
    def subscribe(
        self,
        devices: list[str],
        on_batch: Callable[[Batch], object] | None = None,
        on_status: Callable[[StatusEvent], object] | None = None,
    ) -> Subscription: ...

@final
class CorePages(Generic[_T]):
    """A list that comes page by page."""

    def next_page(self) -> Call[list[_T] | None]: ...

@final
class CoreStream:
    """The stream as ``tellus.TelemetryStream`` and ``tellus.AsyncTelemetryStream`` share it."""

    def next_batch(self, max_rows: int, max_wait: float | None = None) -> Call[Parcel]: ...
    @property
    def status(self) -> str: ...
    @property
    def stats(self) -> StreamStats: ...
    @property
    def devices(self) -> list[str]: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...

@final
class Parcel:
    """A batch that was pulled; dropped unopened, it goes back to its stream."""

    def open(self) -> Batch | None:
        """The batch. An empty one means that the time is up, ``None`` that the stream has ended."""

@final
class CoreSandbox:
    """A running sandbox, as ``tellus.Sandbox`` uses it."""

    def __new__(cls, port: int = 0, **options: Unpack[Options]) -> Self: ...
    @property
    def base_url(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...
    @property
    def ca_file(self) -> str | None: ...
    @property
    def ca_pem(self) -> str | None: ...
    @property
    def device_ids(self) -> list[str]: ...
    @property
    def open_streams(self) -> int: ...
    def journal(self, after: int = 0) -> list[dict[str, Any]]: ...
    def clear_journal(self) -> None: ...
    def inject(self, fault: dict[str, Any]) -> None: ...
    def clear_faults(self) -> None: ...
    def advance(self, seconds: float) -> None: ...
    def stop(self) -> None: ...

@final
class TokenRequest:
    """An open question for an access token. Only the first answer counts."""

    def succeed(self, token: str, expires_in: float) -> None:
        """Answers with a token that is valid for `expires_in` seconds from now."""

    def fail(self, reason: str) -> None:
        """Answers that there is no token, and why. Only the first line is kept."""

@final
class Subscription:
    """A running delivery to callbacks. Closing it, or leaving its ``with`` block, ends it."""

    def close(self) -> None:
        """Ends the delivery. Returns at once; may be called more than once, also from inside a callback."""

    @property
    def closed(self) -> bool:
        """Whether it was closed."""

    @property
    def stats(self) -> StreamStats:
        """What the stream has counted so far."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class Batch:
    """Frames in the order of arrival, and what happened to the stream before them. ``len()`` counts frames."""

    @property
    def frames(self) -> list[TelemetryFrame]:
        """The frames."""

    @property
    def events(self) -> list[StatusEvent]:
        """Changes of the stream's state; they came before the frames."""

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """One row for each connector reading, as an Arrow stream."""

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table`` with one row for each connector reading."""

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` with one row for each connector reading."""

    def to_polars(self) -> Any:
        """A ``polars.DataFrame`` with one row for each connector reading."""

@final
class StatusEvent:
    """A change of what a stream is doing."""

    @property
    def at(self) -> datetime:
        """When it changed, by this machine's clock, in UTC."""

    @property
    def status(self) -> str:
        """What the stream does from then on: connecting, live, waiting, closed or failed."""

    @property
    def retry_in(self) -> float | None:
        """Seconds until the next try, while waiting."""

    @property
    def error(self) -> TellusError | None:
        """Why the stream is waiting or has failed."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; the error as text."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class Site:
    """A place with chargers."""

    @property
    def site_id(self) -> str:
        """The platform's identifier; opaque."""

    @property
    def name(self) -> str:
        """The name people use."""

    @property
    def address(self) -> str | None:
        """Postal address."""

    @property
    def location(self) -> Location | None:
        """Where it is."""

    @property
    def total_connectors(self) -> int | None:
        """Number of connectors at the site."""

    @property
    def status_summary(self) -> dict[str, int] | None:
        """Number of connectors by state; need not add up to ``total_connectors``."""

    @property
    def power_capacity(self) -> float | None:
        """Total installed power in kW."""

    @property
    def created_at(self) -> datetime | None:
        """When the site was created, in UTC."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class Location:
    """A point on the map."""

    @property
    def lat(self) -> float:
        """Latitude in degrees, north positive."""

    @property
    def lng(self) -> float:
        """Longitude in degrees, east positive."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class Device:
    """A charger."""

    @property
    def device_id(self) -> str:
        """The platform's identifier; opaque."""

    @property
    def sn(self) -> str | None:
        """The manufacturer's serial number."""

    @property
    def model(self) -> str | None:
        """The model."""

    @property
    def manufacturer(self) -> str | None:
        """Who made it."""

    @property
    def firmware_version(self) -> str | None:
        """The firmware's version."""

    @property
    def status(self) -> str | None:
        """Whether the platform hears from it: ``online``, ``offline`` or another text."""

    @property
    def connectors(self) -> list[Connector]:
        """Its connectors."""

    @property
    def last_heartbeat(self) -> datetime | None:
        """When the platform last heard from it, in UTC."""

    @property
    def site_id(self) -> str | None:
        """The site it stands at."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class Connector:
    """One outlet of a charger."""

    @property
    def connector_id(self) -> int:
        """Number of the connector, from 1, unique within its charger."""

    @property
    def status(self) -> str:
        """What it is doing: ``idle``, ``charging``, ``discharging``, ``fault``, ``unavailable`` or another text."""

    @property
    def power(self) -> float | None:
        """Power in kW, negative while discharging."""

    @property
    def voltage(self) -> float | None:
        """Voltage in V."""

    @property
    def current(self) -> float | None:
        """Current in A."""

    @property
    def energy_delivered(self) -> float | None:
        """Energy of the present session in kWh."""

    @property
    def soc(self) -> float | None:
        """The vehicle's state of charge in %."""

    @property
    def temperature(self) -> float | None:
        """Temperature in °C."""

    @property
    def last_telemetry_time(self) -> datetime | None:
        """When the charger last reported this connector, in UTC."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class KnownDevice:
    """A charger that is known to exist."""

    @property
    def device_id(self) -> str:
        """The platform's identifier; opaque."""

    @property
    def source(self) -> str:
        """How it is known: ``configured`` or ``charging_records``."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class TelemetryFrame:
    """What a charger reported at one moment."""

    @property
    def device_id(self) -> str:
        """Which charger."""

    @property
    def timestamp(self) -> datetime:
        """The charger's own time of the reading, in UTC."""

    @property
    def received_at(self) -> datetime:
        """When the SDK received it, by this machine's clock, in UTC."""

    @property
    def connectors(self) -> list[ConnectorReading]:
        """A reading for each connector that the frame names; may be empty."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class ConnectorReading:
    """What one connector reported. The platform may leave out any of it."""

    @property
    def connector_id(self) -> int | None:
        """Number of the connector, from 1."""

    @property
    def state(self) -> str | None:
        """What it is doing: ``idle``, ``charging``, ``discharging``, ``fault``, ``unavailable`` or another text."""

    @property
    def power(self) -> float | None:
        """Power in kW, negative while discharging."""

    @property
    def energy_delivered(self) -> float | None:
        """Energy of the present session in kWh."""

    @property
    def soc(self) -> float | None:
        """The vehicle's state of charge in %."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class StreamStats:
    """What a stream has counted since it was opened."""

    @property
    def frames(self) -> int:
        """Frames received and understood."""

    @property
    def bytes(self) -> int:
        """Bytes of text received."""

    @property
    def connections(self) -> int:
        """Connections opened."""

    @property
    def dropped(self) -> int:
        """Frames dropped because the consumer was too slow."""

    @property
    def duplicates(self) -> int:
        """Frames dropped because the very same frame had just been received."""

    @property
    def malformed(self) -> int:
        """Messages that are no telemetry frame."""

    @property
    def listener_failures(self) -> int:
        """Calls of the listener that failed."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...
