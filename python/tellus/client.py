"""The clients: the same names and the same core, once for threads and once for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, Unpack

from tellus._exit import close_at_exit
from tellus._provider import Provider
from tellus._tellus import (
    Batch,
    Call,
    ClientStats,
    CommandReceipt,
    CommandStatus,
    CoreClient,
    Device,
    EnergySeries,
    FlexibilityReceipt,
    Gap,
    KnownDevice,
    Site,
    StatusEvent,
    Subscription,
)
from tellus.access_token import AccessToken
from tellus.follow import follow, follow_async
from tellus.pages import AsyncPages, Pages
from tellus.records import AsyncChargingRecords, ChargingRecords
from tellus.schedule import Schedule
from tellus.settings import Settings, TokenProvider
from tellus.stream import AsyncTelemetryStream, TelemetryStream, ids

T = TypeVar("T")
Span = float | timedelta
"""A span of time: seconds, or a timedelta."""


class _Client:
    """What both clients share: settings, the core's client, and everything that does no I/O."""

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        token_provider: TokenProvider | None = None,
        token: str | None = None,
        **settings: Unpack[Settings],
    ) -> None:
        provider = None if token_provider is None else Provider(token_provider)
        self._set(CoreClient(base_url, client_id, client_secret, provider, token, **settings), provider)

    @classmethod
    def from_env(cls, **settings: Unpack[Settings]) -> Self:
        """A client from ``TELLUS_BASE_URL``, ``TELLUS_CLIENT_ID``, ``TELLUS_CLIENT_SECRET`` and, where set,
        ``TELLUS_CA_FILE`` and ``TELLUS_DEVICES`` (ids, separated by commas).

        ``TELLUS_TOKEN``, an access token that nobody renews, stands instead of id and secret. Neither wins over the
        other: where it is set beside one of them, ``InvalidRequest`` names both."""
        client = cls.__new__(cls)
        client._set(CoreClient.from_env(**settings), None)
        return client

    def _set(self, core: CoreClient, provider: Provider | None) -> None:
        self._core = core
        self._provider = provider
        close_at_exit(self)

    @property
    def base_url(self) -> str:
        """The platform's base URL, as it was given."""
        return self._core.base_url

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._core.closed

    def quota_left(self, quota: Literal["query", "control", "token"] = "query") -> int:
        """How many calls of this kind may go out now without waiting, by the SDK's own count."""
        return self._core.quota_left(quota)

    @property
    def stats(self) -> ClientStats:
        """What this client has counted about its calls; streams count for themselves."""
        return self._core.stats

    def subscribe(
        self,
        devices: Iterable[str],
        *,
        on_batch: Callable[[Batch], object] | None = None,
        on_status: Callable[[StatusEvent], object] | None = None,
        on_gap: Callable[[Gap], object] | None = None,
    ) -> Subscription:
        """Delivers live telemetry to callbacks, always from one and the same thread, until it is closed.

        `on_gap` is told when a device ceases to be observed, and again when it is observed once more.

        An exception in a callback is logged; ten in a row end the subscription.
        """
        self._note_loop()
        subscription = self._core.subscribe(ids(devices), on_batch, on_status, on_gap)
        close_at_exit(subscription)
        return subscription

    def _note_loop(self) -> None:
        """A token provider that is a coroutine function runs where its client is awaited, if it is."""
        return

    def close(self) -> None:
        """Ends everything under way, streams included, and forgets the token."""
        self._core.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}{' closed' if self.closed else ''}>"


class Client(_Client):
    """A client of the platform. Calls block, and may come from any thread; Ctrl-C ends a wait.

    Give `client_id` and `client_secret`, or a `token_provider`: a function or coroutine function that returns
    ``(token, expires_in_seconds)``, or a `token` that nobody renews. Times are aware datetimes, spans are seconds or
    timedeltas. Commands are sent once and never again on doubt. All other settings: :class:`tellus.settings.Settings`.
    """

    def authenticate(self) -> None:
        """Gets a token if there is none, and so tells early whether credentials and address are right."""
        return self._core.authenticate().wait()

    def access_token(self) -> AccessToken:
        """The token that calls carry now, for what this package does not reach itself."""
        return AccessToken(*self._core.access_token().wait())

    def sites(self, status: Literal["active", "inactive"] | None = None, *, page_size: int = 100) -> Pages[Site]:
        """The sites, all or only those with this status, fetched page by page as they are asked for."""
        return Pages(lambda: self._core.sites(status, page_size))

    def device(self, device_id: str) -> Device:
        """A charger with its connectors, as it is now."""
        return self._core.device(device_id).wait()

    def known_devices(self) -> list[KnownDevice]:
        """Chargers that are known to exist: those in the settings, and those that occur in charging records."""
        return self._core.known_devices().wait()

    def charging_records(
        self,
        device_id: str | None = None,
        connector_id: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        page_size: int = 100,
    ) -> ChargingRecords:
        """Charging records, fetched page by page as they are asked for; also a table, with ``to_polars()`` and such."""
        return ChargingRecords(lambda: self._core.charging_records(device_id, connector_id, start, end, page_size))

    def energy(
        self, granularity: Literal["hour", "day", "month"], start: datetime, end: datetime, site_ids: Iterable[str] = ()
    ) -> EnergySeries:
        """Energy into and out of vehicles over time, at these sites or at all of them."""
        return self._core.energy(granularity, start, end, ids(site_ids)).wait()

    def start(
        self,
        device_id: str,
        connector_id: int,
        charge_power: float | None = None,
        duration: Span | None = None,
        target_soc: int | None = None,
        transaction_id: str | None = None,
    ) -> CommandReceipt:
        """Starts a charge, with at most `charge_power` kW, for `duration`, until `target_soc` %.

        The receipt says that the command is queued: follow it, and judge by telemetry whether energy flows. If the
        answer is lost it raises ``OutcomeUnknown``; :meth:`device` then tells the truth.
        """
        return self._core.start(device_id, connector_id, charge_power, duration, target_soc, transaction_id).wait()

    def stop(self, device_id: str, connector_id: int, reason: str | None = None) -> CommandReceipt:
        """Ends a session."""
        return self._core.stop(device_id, connector_id, reason).wait()

    def discharge(
        self,
        device_id: str,
        connector_id: int,
        discharge_power: float,
        duration: Span | None = None,
        min_soc: int | None = None,
    ) -> CommandReceipt:
        """Starts a discharge (V2G) with `discharge_power` kW, a positive number, not below `min_soc` %."""
        return self._core.discharge(device_id, connector_id, discharge_power, duration, min_soc).wait()

    def set_schedule(self, device_id: str, connector_id: int, schedule: Schedule) -> CommandReceipt | None:
        """Stores a plan on a connector. Whether the answer holds a receipt is not specified."""
        return self._core.set_schedule(device_id, connector_id, schedule).wait()

    def flexibility(
        self,
        target_type: Literal["site", "operator", "all"],
        command: Literal["set_power_limit", "pause_charging"],
        duration: Span,
        *,
        target_ids: Iterable[str] = (),
        power_limit_percent: int | None = None,
        reason: str | None = None,
    ) -> FlexibilityReceipt:
        """Limits power to a share (%) or pauses charging, for a group of chargers. No call ends a measure early."""
        return self._core.flexibility(
            target_type, command, duration, ids(target_ids), power_limit_percent, reason
        ).wait()

    def command_status(self, command_id: str) -> CommandStatus:
        """What has become of a command."""
        return self._core.command_status(command_id).wait()

    def follow_command(self, command_id: str, patience: Span = 60) -> Iterator[CommandStatus]:
        """A command's states, each time it changes, until a final one; ``Timeout`` when the patience is over.

        ``completed`` may mean that the charge has ended: ``accepted``, and telemetry, tell that it runs.
        """
        return follow(self._core.follow_command(command_id, patience))

    def request(self, method: str, path: str, params: Mapping[str, object] | None = None, json: object = None) -> Any:
        """An authenticated call of any endpoint, e.g. ``request("GET", "/operator/sites")``; returns the payload."""
        return self._core.request(method, path, _dict(params), json).wait()

    def stream(self, devices: Iterable[str]) -> TelemetryStream:
        """Live telemetry of these chargers. Returns at once; the connection comes about meanwhile."""
        return TelemetryStream(self._core.stream(ids(devices)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Client):
    """The client for asyncio: the same names as :class:`Client`, to be awaited. Works in any running event loop.

    A `token_provider` that is a coroutine function runs in the event loop that awaits the call.
    """

    async def authenticate(self) -> None:
        """See :meth:`Client.authenticate`."""
        await self._run(self._core.authenticate())

    async def access_token(self) -> AccessToken:
        """See :meth:`Client.access_token`."""
        return AccessToken(*await self._run(self._core.access_token()))

    def sites(self, status: Literal["active", "inactive"] | None = None, *, page_size: int = 100) -> AsyncPages[Site]:
        """See :meth:`Client.sites`; for ``async for``."""
        return AsyncPages(lambda: self._core.sites(status, page_size), self._note_loop)

    async def device(self, device_id: str) -> Device:
        """See :meth:`Client.device`."""
        return await self._run(self._core.device(device_id))

    async def known_devices(self) -> list[KnownDevice]:
        """See :meth:`Client.known_devices`."""
        return await self._run(self._core.known_devices())

    def charging_records(
        self,
        device_id: str | None = None,
        connector_id: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        page_size: int = 100,
    ) -> AsyncChargingRecords:
        """See :meth:`Client.charging_records`; for ``async for``, tables are awaited."""
        return AsyncChargingRecords(
            lambda: self._core.charging_records(device_id, connector_id, start, end, page_size), self._note_loop
        )

    async def energy(
        self, granularity: Literal["hour", "day", "month"], start: datetime, end: datetime, site_ids: Iterable[str] = ()
    ) -> EnergySeries:
        """See :meth:`Client.energy`."""
        return await self._run(self._core.energy(granularity, start, end, ids(site_ids)))

    async def start(
        self,
        device_id: str,
        connector_id: int,
        charge_power: float | None = None,
        duration: Span | None = None,
        target_soc: int | None = None,
        transaction_id: str | None = None,
    ) -> CommandReceipt:
        """See :meth:`Client.start`."""
        return await self._run(
            self._core.start(device_id, connector_id, charge_power, duration, target_soc, transaction_id)
        )

    async def stop(self, device_id: str, connector_id: int, reason: str | None = None) -> CommandReceipt:
        """See :meth:`Client.stop`."""
        return await self._run(self._core.stop(device_id, connector_id, reason))

    async def discharge(
        self,
        device_id: str,
        connector_id: int,
        discharge_power: float,
        duration: Span | None = None,
        min_soc: int | None = None,
    ) -> CommandReceipt:
        """See :meth:`Client.discharge`."""
        return await self._run(self._core.discharge(device_id, connector_id, discharge_power, duration, min_soc))

    async def set_schedule(self, device_id: str, connector_id: int, schedule: Schedule) -> CommandReceipt | None:
        """See :meth:`Client.set_schedule`."""
        return await self._run(self._core.set_schedule(device_id, connector_id, schedule))

    async def flexibility(
        self,
        target_type: Literal["site", "operator", "all"],
        command: Literal["set_power_limit", "pause_charging"],
        duration: Span,
        *,
        target_ids: Iterable[str] = (),
        power_limit_percent: int | None = None,
        reason: str | None = None,
    ) -> FlexibilityReceipt:
        """See :meth:`Client.flexibility`."""
        return await self._run(
            self._core.flexibility(target_type, command, duration, ids(target_ids), power_limit_percent, reason)
        )

    async def command_status(self, command_id: str) -> CommandStatus:
        """See :meth:`Client.command_status`."""
        return await self._run(self._core.command_status(command_id))

    def follow_command(self, command_id: str, patience: Span = 60) -> AsyncIterator[CommandStatus]:
        """See :meth:`Client.follow_command`; for ``async for``."""
        self._note_loop()
        return follow_async(self._core.follow_command(command_id, patience))

    async def request(
        self, method: str, path: str, params: Mapping[str, object] | None = None, json: object = None
    ) -> Any:
        """See :meth:`Client.request`."""
        return await self._run(self._core.request(method, path, _dict(params), json))

    def stream(self, devices: Iterable[str]) -> AsyncTelemetryStream:
        """See :meth:`Client.stream`; for ``async for``."""
        self._note_loop()
        return AsyncTelemetryStream(self._core.stream(ids(devices)))

    def _note_loop(self) -> None:
        if self._provider is not None:
            self._provider.use_running_loop()

    def _run(self, call: Call[T]) -> Awaitable[T]:
        self._note_loop()
        return call

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _dict(params: Mapping[str, object] | None) -> dict[str, object] | None:
    return None if params is None else dict(params)
