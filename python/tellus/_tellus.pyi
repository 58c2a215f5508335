"""The compiled half of the package."""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from typing import Any, Generic, Self, SupportsIndex, TypeVar, Unpack, final, overload

from tellus.errors import TellusError
from tellus.sandbox import Options
from tellus.schedule import Schedule
from tellus.settings import Settings

__version__: str
__all__ = [
    "Batch",
    "Call",
    "ChargingRecord",
    "ClientStats",
    "Clock",
    "CommandReceipt",
    "CommandStatus",
    "Connector",
    "ConnectorReading",
    "CoreClient",
    "CoreControl",
    "CoreDelivery",
    "CoreFollow",
    "CorePages",
    "CoreSandbox",
    "CoreStream",
    "Device",
    "EnergyPoint",
    "EnergySeries",
    "EnergyTotal",
    "FlexibilityReceipt",
    "Gap",
    "KnownDevice",
    "Location",
    "Observed",
    "Page",
    "Parcel",
    "Sieve",
    "Site",
    "StatusEvent",
    "StreamStats",
    "Table",
    "TelemetryFrame",
    "TokenRequest",
    "__version__",
    "gap_stream",
    "join_energy",
    "page_stream",
    "shut_down",
]

_T = TypeVar("_T")

def page_stream(kind: str, pages: list[Page[Any]], requested_schema: object | None = None) -> object:
    """A list of ``sites`` or ``records`` as an Arrow stream, a batch for each page."""

def join_energy(parts: list[EnergySeries]) -> EnergySeries:
    """Series of neighbouring spans, oldest first, as one."""

def gap_stream(gaps: list[Gap], requested_schema: object | None = None) -> object:
    """Gaps as an Arrow stream."""

def shut_down(patience: float) -> None:
    """Ends the threads of this module, and waits for them at most this many seconds."""

@final
class Clock:
    """A clock for tests, which moves only when it is told to: the setting ``clock`` takes it. Spans are ms."""

    def __new__(cls, start: datetime) -> Self: ...
    def advance_ms(self, by: int) -> None:
        """Moves both clocks forward, and wakes whoever has slept long enough."""

    def jump_wall_ms(self, by: int) -> None:
        """Moves the wall clock only."""

    def sleeps_ms(self) -> list[int]:
        """For how much longer each sleeper sleeps, the shortest time first."""

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
        token: str | None = None,
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
    def access_token(self) -> Call[tuple[str, float]]: ...
    def device(self, device_id: str) -> Call[Device]: ...
    def known_devices(self) -> Call[list[KnownDevice]]: ...
    def request(
        self, method: str, path: str, params: dict[str, Any] | None = None, json: object = None
    ) -> Call[Any]: ...
    def sites(self, status: str | None, page_size: int) -> CorePages[Site]: ...
    def charging_records(
        self,
        device_id: str | None,
        connector_id: int | None,
        start: datetime | None,
        end: datetime | None,
        page_size: int,
    ) -> CorePages[ChargingRecord]: ...
    def energy(self, granularity: str, start: datetime, end: datetime, site_ids: list[str]) -> Call[EnergySeries]: ...
    def start(
        self,
        device_id: str,
        connector_id: int,
        charge_power: float | None = None,
        duration: float | timedelta | None = None,
        target_soc: int | None = None,
        transaction_id: str | None = None,
    ) -> Call[CommandReceipt]: ...
    def stop(self, device_id: str, connector_id: int, reason: str | None = None) -> Call[CommandReceipt]: ...
    def discharge(
        self,
        device_id: str,
        connector_id: int,
        discharge_power: float,
        duration: float | timedelta | None = None,
        min_soc: int | None = None,
    ) -> Call[CommandReceipt]: ...
    def set_schedule(self, device_id: str, connector_id: int, schedule: Schedule) -> Call[CommandReceipt | None]: ...
    def flexibility(
        self,
        target_type: str,
        command: str,
        duration: float | timedelta,
        target_ids: list[str],
        power_limit_percent: int | None = None,
        reason: str | None = None,
    ) -> Call[FlexibilityReceipt]: ...
    def command_status(self, command_id: str) -> Call[CommandStatus]: ...
    def follow_command(self, command_id: str, patience: float | timedelta) -> CoreFollow: ...
    def quota_left(self, quota: str) -> int: ...
    @property
    def stats(self) -> ClientStats: ...
    def stream(self, devices: list[str]) -> CoreStream: ...
    def subscribe(
        self,
        devices: list[str],
        on_batch: Callable[[Batch], object] | None = None,
        on_status: Callable[[StatusEvent], object] | None = None,
        on_gap: Callable[[Gap], object] | None = None,
    ) -> CoreDelivery: ...

@final
class CorePages(Generic[_T]):
    """A list that comes page by page."""

    def next_page(self) -> Call[Page[_T] | None]: ...

class Table:
    """Something with rows, which other libraries read through Arrow's C stream interface: ``pyarrow.table(it)``,
    ``polars.DataFrame(it)``. Times are UTC in µs, ids and states are dictionaries, units stand in the fields' metadata.
    """

    def __new__(cls, *_arguments: object, **_options: object) -> Self: ...
    def to_arrow(self, *, plain: bool = False) -> Any:
        """A ``pyarrow.Table``; shares its memory with the rows. With `plain`, without dictionaries and unsigned
        numbers, which Spark and some databases do not take."""

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``."""

    def to_polars(self) -> Any:
        """A ``polars.DataFrame``."""

    def _repr_html_(self) -> str: ...

@final
class Page(Table, Generic[_T]):
    """Entries of a list that came together: a sequence, and a table."""

    @property
    def total(self) -> int | None:
        """How many entries the whole list had when this page came; ``None`` where the platform does not say."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[_T]: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> _T: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[_T]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """One row for each entry, as an Arrow stream."""

    def to_json(self) -> str:
        """The entries as JSON text, for ``from_json()``."""

    @staticmethod
    def from_json(text: str, total: int | None = None) -> Page[ChargingRecord]:
        """Charging records from the text of ``to_json()``."""

@final
class Sieve:
    """Lets each charging record through once, and only those of some chargers."""

    def __new__(cls, devices: list[str] | None) -> Self: ...
    def sift(self, page: Page[ChargingRecord]) -> tuple[Page[ChargingRecord], Page[ChargingRecord]]:
        """The page with what is new in it, and one of what has come before and has changed since."""

    @staticmethod
    def renewed(pages: list[Page[ChargingRecord]], newer: list[Page[ChargingRecord]]) -> list[Page[ChargingRecord]]:
        """The pages with these newer states of records in them."""

    @staticmethod
    def parted(page: Page[ChargingRecord]) -> tuple[Page[ChargingRecord], list[ChargingRecord]]:
        """A page of the records that stay as they are, and the others: those of sessions that had not ended."""

@final
class CoreFollow:
    """A command that is being followed."""

    def next_status(self) -> Call[CommandStatus | None]: ...

@final
class CoreStream:
    """The stream as ``tellus.TelemetryStream`` and ``tellus.AsyncTelemetryStream`` share it."""

    def next_batch(self, max_rows: int, max_wait: float | None = None) -> Call[Parcel]: ...
    @property
    def control(self) -> CoreControl: ...
    @property
    def status(self) -> str: ...

@final
class CoreControl:
    """The control as both kinds of stream and ``tellus.Subscription`` share it."""

    def add(self, devices: list[str]) -> None: ...
    def remove(self, devices: list[str]) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def network_changed(self) -> None: ...
    @property
    def connections(self) -> int: ...
    def snapshot(self) -> Batch: ...
    def gaps(self) -> list[Gap]: ...
    def drops(self) -> dict[str, int]: ...
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
    def credentials(self, scope: str) -> tuple[str, str]: ...
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
class CoreDelivery:
    """A running delivery to callbacks. It ends with this object."""

    @property
    def control(self) -> CoreControl: ...

@final
class Batch(Table):
    """Frames in the order of arrival, and what happened to the stream before them. ``len()`` counts frames."""

    @property
    def frames(self) -> list[TelemetryFrame]:
        """The frames."""

    @property
    def events(self) -> list[StatusEvent]:
        """Changes of the stream's state; they came before the frames."""

    @property
    def gaps(self) -> list[Gap]:
        """Gaps that opened, before the frames, and gaps that these frames ended."""

    @staticmethod
    def from_arrow(rows: object) -> Batch:
        """Telemetry as it was recorded: rows of the same charger and times that follow each other are a frame."""

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """One row for each connector reading, as an Arrow stream."""

@final
class StatusEvent:
    """A change of what a stream is doing."""

    @property
    def at(self) -> datetime:
        """When it changed, by this machine's clock, in UTC."""

    @property
    def connection(self) -> int:
        """Which of the stream's connections, counted from 0. A stream of few devices has one only."""

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

    def _repr_html_(self) -> str: ...
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
class ChargingRecord:
    """One charging (or discharging) session."""

    @property
    def record_id(self) -> str:
        """The platform's identifier; opaque."""

    @property
    def device_id(self) -> str:
        """The charger."""

    @property
    def connector_id(self) -> int:
        """Number of the connector, from 1."""

    @property
    def start_time(self) -> datetime:
        """When the session began, in UTC."""

    @property
    def end_time(self) -> datetime | None:
        """When it ended, in UTC; ``None`` while it runs."""

    @property
    def energy(self) -> float:
        """Energy in kWh."""

    @property
    def max_power(self) -> float | None:
        """Peak power in kW."""

    @property
    def avg_power(self) -> float | None:
        """Mean power in kW."""

    @property
    def cost(self) -> float | None:
        """Cost; negative is revenue from V2G. The currency is not specified."""

    @property
    def meter_start(self) -> float | None:
        """Meter at the start in kWh."""

    @property
    def meter_end(self) -> float | None:
        """Meter at the end in kWh."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class EnergySeries(Table):
    """Energy over time. Also an Arrow table with one row for each point. ``len()`` counts points."""

    @property
    def granularity(self) -> str | None:
        """The width of the spans, as the platform names it."""

    @property
    def start_time(self) -> datetime | None:
        """The beginning of the whole, in UTC."""

    @property
    def end_time(self) -> datetime | None:
        """The end of the whole, in UTC."""

    @property
    def points(self) -> list[EnergyPoint]:
        """The spans. Whether empty ones are sent is not specified."""

    @property
    def total(self) -> EnergyTotal | None:
        """The sums over the whole."""

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """One row for each point, as an Arrow stream."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class EnergyPoint:
    """One span."""

    @property
    def time(self) -> str | None:
        """The platform's label, e.g. ``2025-03-15`` or ``2025-03``: a text, since its zone is not specified."""

    @property
    def charge_energy(self) -> float | None:
        """Energy into vehicles, in kWh."""

    @property
    def discharge_energy(self) -> float | None:
        """Energy out of vehicles (V2G), in kWh; positive."""

    @property
    def max_power(self) -> float | None:
        """Peak power, in kW."""

    @property
    def avg_power(self) -> float | None:
        """Mean power, in kW."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class EnergyTotal:
    """The sums over all spans."""

    @property
    def charge_energy(self) -> float | None:
        """Energy into vehicles, in kWh."""

    @property
    def discharge_energy(self) -> float | None:
        """Energy out of vehicles (V2G), in kWh; positive."""

    @property
    def max_power(self) -> float | None:
        """Peak power, in kW."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class CommandReceipt:
    """The answer to a command: it is queued, which says nothing yet about the charger."""

    @property
    def command_id(self) -> str:
        """The platform's identifier of the command, to follow it by."""

    @property
    def status(self) -> str:
        """How far it is: ``queued`` as a rule."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class CommandStatus:
    """What has become of a command."""

    @property
    def command_id(self) -> str:
        """The platform's identifier of the command, to follow it by."""

    @property
    def status(self) -> str:
        """How far it is: ``queued``, ``accepted``, ``completed``, ``failed``, ``rejected`` or another text."""

    @property
    def created_at(self) -> datetime | None:
        """When it was given, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed, in UTC."""

    @property
    def result(self) -> Any:
        """What it led to, e.g. ``{"energy_delivered": 12.3}`` in kWh."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class FlexibilityReceipt:
    """The answer to a flexibility call."""

    @property
    def control_id(self) -> str:
        """The platform's identifier of the measure. Whether it can be followed like a command is not specified."""

    @property
    def status(self) -> str:
        """How far it is: ``executing`` as a rule."""

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
    def source(self) -> str:
        """Where it comes from: ``stream``, or ``call`` if the SDK asked for the device's state after a gap."""

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
class Gap:
    """An interval in which a device was not observed: from the last frame that was delivered to the next one. What
    happened meanwhile is not known: the platform has no replay."""

    @property
    def device_id(self) -> str:
        """Which charger."""

    @property
    def cause(self) -> str:
        """Why: ``connecting``, ``reconnect``, ``stale``, ``dropped``, ``paused`` or ``failed``."""

    @property
    def opened_at(self) -> datetime:
        """When it was noticed, by this machine's clock, in UTC."""

    @property
    def last(self) -> Observed | None:
        """The last frame delivered before it: its time by both clocks; ``None`` if there was none."""

    @property
    def next(self) -> Observed | None:
        """The first frame delivered after it; ``None`` while the gap is open."""

    @property
    def closed_at(self) -> datetime | None:
        """When it ended, by this machine's clock, in UTC; ``None`` while it is open."""

    @property
    def dropped(self) -> int:
        """How many frames arrived and were dropped."""

    @property
    def resynced(self) -> bool:
        """Whether a reading taken by a call, and not by the stream, ended it."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class Observed:
    """A frame's place in time, by both clocks."""

    @property
    def timestamp(self) -> datetime:
        """The charger's own time of the reading, in UTC."""

    @property
    def received_at(self) -> datetime:
        """When the SDK received it, by this machine's clock, in UTC."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class ClientStats:
    """What a client has counted about its calls since it was made."""

    @property
    def requests(self) -> int:
        """Requests sent, repeated ones included, those for tokens not."""

    @property
    def retries(self) -> int:
        """Requests that were repeated, after whatever failure."""

    @property
    def rate_limited(self) -> int:
        """Answers that said that there were too many requests."""

    @property
    def failures(self) -> int:
        """Calls that failed in the end."""

    @property
    def token_refreshes(self) -> int:
        """Tokens asked for, successfully or not."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class StreamStats:
    """What a stream has counted since it was opened."""

    @property
    def frames(self) -> int:
        """Frames received and understood, without duplicates."""

    @property
    def bytes(self) -> int:
        """Bytes of text received."""

    @property
    def connections(self) -> int:
        """Connections opened."""

    @property
    def reconnects(self) -> int:
        """Those of them that took the place of one that was lost, or was closed to be opened anew."""

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
    def unusual(self) -> int:
        """Frames that are legal, yet not of the documented shape: they cost more to read."""

    @property
    def waiting_rows(self) -> int:
        """Connector readings that wait to be pulled."""

    @property
    def open_gaps(self) -> int:
        """Devices that are not observed at present."""

    @property
    def forgotten_gaps(self) -> int:
        """Ended gaps that were forgotten because there were too many of them."""

    @property
    def listener_failures(self) -> int:
        """Calls of the listener that failed."""

    @property
    def latency(self) -> dict[str, float] | None:
        """From the charger's time of a frame to its delivery: seconds that half, 90 %, 99 % and all of the frames
        stayed below, each to the next power of two; ``None`` without frames. Holds the clocks' difference, too."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict; models inside become dicts, too."""

    def __eq__(self, other: object, /) -> bool: ...
