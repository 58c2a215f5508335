"""The clients: the same names and the same core, once for threads and once for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self, TypeVar, Unpack

from tellus import _calls
from tellus._calls import Span, awaiting, blocking
from tellus._closing import AsyncClosing, Closing
from tellus._exit import close_at_exit
from tellus._tellus import (
    Batch,
    Call,
    ClientStats,
    CommandStatus,
    CoreClient,
    EnergySeries,
    Gap,
    Site,
    StatusEvent,
)
from tellus.energy import joined, pieces
from tellus.follow import follow, follow_async
from tellus.pages import AsyncPages, Pages
from tellus.plan import Plan
from tellus.records import AsyncChargingRecords, ChargingRecords, Choice, Wanted
from tellus.settings import QUERY_PER_MINUTE, Settings, TokenProvider
from tellus.stream import AsyncTelemetryStream, Subscription, TelemetryStream, ids

if TYPE_CHECKING:
    from tellus._provider import Provider
    from tellus.access_token import AccessToken

T = TypeVar("T")


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
        provider = None if token_provider is None else _provider(token_provider)
        core = CoreClient(base_url, client_id, client_secret, provider, token, **settings)
        self._set(core, provider, settings)

    @classmethod
    def from_env(cls, **settings: Unpack[Settings]) -> Self:
        """A client from ``TELLUS_BASE_URL``, ``TELLUS_CLIENT_ID``, ``TELLUS_CLIENT_SECRET`` and, where set,
        ``TELLUS_CA_FILE`` and ``TELLUS_DEVICES`` (ids, separated by commas).

        ``TELLUS_TOKEN``, an access token that nobody renews, stands instead of id and secret. Neither wins over the
        other: where it is set beside one of them, ``InvalidRequest`` names both."""
        client = cls.__new__(cls)
        client._set(CoreClient.from_env(**settings), None, settings)
        return client

    def _set(self, core: CoreClient, provider: Provider | None, settings: Settings) -> None:
        self._core = core
        self._provider = provider
        self._per_minute = settings.get("query_per_minute", QUERY_PER_MINUTE)
        close_at_exit(self)

    @property
    def core(self) -> CoreClient:
        """The compiled half; not for use by programs."""
        return self._core

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

        An exception in a callback is logged; ten, with no batch that went well in between, end the subscription.
        """
        self._note_loop()
        subscription = Subscription(self._core.subscribe(ids(devices), on_batch, on_status, on_gap))
        close_at_exit(subscription)
        return subscription

    def run(self, call: Call[T]) -> Awaitable[T]:
        """Makes a call of the compiled half in the running event loop; not for use by programs."""
        self._note_loop()
        return call

    def _note_loop(self) -> None:
        """A token provider that is a coroutine function runs where its client is awaited, if it is."""
        return

    def close(self) -> None:
        """Ends everything under way, streams included, and forgets the token."""
        self._core.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}{' closed' if self.closed else ''}>"


class Client(_Client, Closing):
    """A client of the platform. Calls block, and may come from any thread; Ctrl-C ends a wait.

    Give `client_id` and `client_secret`, or a `token_provider`: a function or coroutine function that returns
    ``(token, expires_in_seconds)``, or a `token` that nobody renews. Times are aware datetimes, spans are seconds or
    timedeltas. Commands are sent once and never again on doubt. All other settings: :class:`tellus.settings.Settings`.
    """

    authenticate = blocking(_calls.authenticate)
    device = blocking(_calls.device)
    known_devices = blocking(_calls.known_devices)
    start = blocking(_calls.start)
    stop = blocking(_calls.stop)
    discharge = blocking(_calls.discharge)
    set_schedule = blocking(_calls.set_schedule)
    flexibility = blocking(_calls.flexibility)
    command_status = blocking(_calls.command_status)
    request = blocking(_calls.request)

    def access_token(self) -> AccessToken:
        """The token that calls carry now, for what this package does not reach itself."""
        from tellus.access_token import AccessToken

        return AccessToken(*self._core.access_token().wait())

    def sites(self, status: Literal["active", "inactive"] | None = None, *, page_size: int = 100) -> Pages[Site]:
        """The sites, all or only those with this status, fetched page by page as they are asked for."""
        return Pages(lambda: self._core.sites(status, page_size))

    def charging_records(
        self,
        device_id: str | None = None,
        connector_id: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        **choice: Unpack[Choice],
    ) -> ChargingRecords:
        """Charging records, fetched page by page as they are asked for; also a table, with ``to_polars()`` and such.

        With a `start`, of any span: it is read in windows of time, newest first, each record comes once, and what
        arrives late is found. See :class:`tellus.records.Choice` for `devices`, `progress`, `checkpoint` and `late`.
        """
        chosen = Wanted.of(device_id, connector_id, start, end, choice)
        return ChargingRecords(self._core, chosen, self._per_minute, self._note_loop)

    def plan(self, start: datetime, end: datetime | None = None, **choice: Unpack[Choice]) -> Plan:
        """What ``charging_records()`` of this span will take: requests, records and time. Makes one request."""
        return self.charging_records(None, None, start, end, **choice).plan()

    def energy(
        self, granularity: Literal["hour", "day", "month"], start: datetime, end: datetime, site_ids: Iterable[str] = ()
    ) -> EnergySeries:
        """Energy into and out of vehicles over time, at these sites or at all of them. A long span is asked for in
        pieces."""
        calls = pieces(self._core, granularity, start, end, ids(site_ids))
        return joined([call.wait() for call in calls])

    def follow_command(self, command_id: str, patience: Span = 60) -> Iterator[CommandStatus]:
        """A command's states, each time it changes, until a final one; ``Timeout`` when the patience is over.

        ``completed`` may mean that the charge has ended: ``accepted``, and telemetry, tell that it runs.
        """
        return follow(self._core.follow_command(command_id, patience))

    def stream(self, devices: Iterable[str]) -> TelemetryStream:
        """Live telemetry of these chargers. Returns at once; the connection comes about meanwhile."""
        return TelemetryStream(self._core.stream(ids(devices)))


class AsyncClient(_Client, AsyncClosing):
    """The client for asyncio: the same names as :class:`Client`, to be awaited. Works in any running event loop.

    A `token_provider` that is a coroutine function runs in the event loop that awaits the call.
    """

    authenticate = awaiting(_calls.authenticate)
    device = awaiting(_calls.device)
    known_devices = awaiting(_calls.known_devices)
    start = awaiting(_calls.start)
    stop = awaiting(_calls.stop)
    discharge = awaiting(_calls.discharge)
    set_schedule = awaiting(_calls.set_schedule)
    flexibility = awaiting(_calls.flexibility)
    command_status = awaiting(_calls.command_status)
    request = awaiting(_calls.request)

    async def access_token(self) -> AccessToken:
        """See :meth:`Client.access_token`."""
        from tellus.access_token import AccessToken

        return AccessToken(*await self.run(self._core.access_token()))

    def sites(self, status: Literal["active", "inactive"] | None = None, *, page_size: int = 100) -> AsyncPages[Site]:
        """See :meth:`Client.sites`; for ``async for``."""
        return AsyncPages(lambda: self._core.sites(status, page_size), self._note_loop)

    def charging_records(
        self,
        device_id: str | None = None,
        connector_id: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        **choice: Unpack[Choice],
    ) -> AsyncChargingRecords:
        """See :meth:`Client.charging_records`; for ``async for``, tables are awaited."""
        chosen = Wanted.of(device_id, connector_id, start, end, choice)
        return AsyncChargingRecords(self._core, chosen, self._per_minute, self._note_loop)

    async def plan(self, start: datetime, end: datetime | None = None, **choice: Unpack[Choice]) -> Plan:
        """See :meth:`Client.plan`."""
        return await self.charging_records(None, None, start, end, **choice).plan()

    async def energy(
        self, granularity: Literal["hour", "day", "month"], start: datetime, end: datetime, site_ids: Iterable[str] = ()
    ) -> EnergySeries:
        """See :meth:`Client.energy`."""
        calls = pieces(self._core, granularity, start, end, ids(site_ids))
        return joined([await self.run(call) for call in calls])

    def follow_command(self, command_id: str, patience: Span = 60) -> AsyncIterator[CommandStatus]:
        """See :meth:`Client.follow_command`; for ``async for``."""
        self._note_loop()
        return follow_async(self._core.follow_command(command_id, patience))

    def stream(self, devices: Iterable[str]) -> AsyncTelemetryStream:
        """See :meth:`Client.stream`; for ``async for``."""
        self._note_loop()
        return AsyncTelemetryStream(self._core.stream(ids(devices)))

    def _note_loop(self) -> None:
        if self._provider is not None:
            self._provider.use_running_loop()


def _provider(function: TokenProvider) -> Provider:
    # asyncio takes longer to import than all the rest of the package, and most programs need no provider.
    from tellus._provider import Provider

    return Provider(function)
