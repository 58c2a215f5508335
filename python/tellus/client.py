"""The clients: the same names and the same core, once for threads and once for asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, Unpack

from tellus._exit import close_at_exit
from tellus._provider import Provider
from tellus._tellus import Batch, Call, CoreClient, Device, KnownDevice, Site, StatusEvent, Subscription
from tellus.pages import AsyncPages, Pages
from tellus.settings import Settings, TokenProvider
from tellus.stream import AsyncTelemetryStream, TelemetryStream

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
        **settings: Unpack[Settings],
    ) -> None:
        provider = None if token_provider is None else Provider(token_provider)
        self._set(CoreClient(base_url, client_id, client_secret, provider, **settings), provider)

    @classmethod
    def from_env(cls, **settings: Unpack[Settings]) -> Self:
        """A client from ``TELLUS_BASE_URL``, ``TELLUS_CLIENT_ID``, ``TELLUS_CLIENT_SECRET`` and, where set,
        ``TELLUS_CA_FILE`` and ``TELLUS_DEVICES`` (ids, separated by commas)."""
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

    def subscribe(
        self,
        devices: Iterable[str],
        *,
        on_batch: Callable[[Batch], object] | None = None,
        on_status: Callable[[StatusEvent], object] | None = None,
    ) -> Subscription:
        """Delivers live telemetry to callbacks, always from one and the same thread, until it is closed.

        An exception in a callback is logged; ten in a row end the subscription.
        """
        self._note_loop()
        subscription = self._core.subscribe(_ids(devices), on_batch, on_status)
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
    ``(token, expires_in_seconds)``. All other settings: :class:`tellus.settings.Settings`.
    """

    def authenticate(self) -> None:
        """Gets a token if there is none, and so tells early whether credentials and address are right."""
        return self._core.authenticate().wait()

    def sites(self, status: Literal["active", "inactive"] | None = None, *, page_size: int = 100) -> Pages[Site]:
        """The sites, all or only those with this status, fetched page by page as they are asked for."""
        return Pages(lambda: self._core.sites(status, page_size))

    def device(self, device_id: str) -> Device:
        """A charger with its connectors, as it is now."""
        return self._core.device(device_id).wait()

    def known_devices(self) -> list[KnownDevice]:
        """Chargers that are known to exist: those in the settings, and those that occur in charging records."""
        return self._core.known_devices().wait()

    def request(self, method: str, path: str, params: Mapping[str, object] | None = None, json: object = None) -> Any:
        """An authenticated call of any endpoint, e.g. ``request("GET", "/operator/sites")``; returns the payload."""
        return self._core.request(method, path, _dict(params), json).wait()

    def stream(self, devices: Iterable[str]) -> TelemetryStream:
        """Live telemetry of these chargers. Returns at once; the connection comes about meanwhile."""
        return TelemetryStream(self._core.stream(_ids(devices)))

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

    def sites(self, status: Literal["active", "inactive"] | None = None, *, page_size: int = 100) -> AsyncPages[Site]:
        """See :meth:`Client.sites`; for ``async for``."""
        return AsyncPages(lambda: self._core.sites(status, page_size), self._note_loop)

    async def device(self, device_id: str) -> Device:
        """See :meth:`Client.device`."""
        return await self._run(self._core.device(device_id))

    async def known_devices(self) -> list[KnownDevice]:
        """See :meth:`Client.known_devices`."""
        return await self._run(self._core.known_devices())

    async def request(
        self, method: str, path: str, params: Mapping[str, object] | None = None, json: object = None
    ) -> Any:
        """See :meth:`Client.request`."""
        return await self._run(self._core.request(method, path, _dict(params), json))

    def stream(self, devices: Iterable[str]) -> AsyncTelemetryStream:
        """See :meth:`Client.stream`; for ``async for``."""
        self._note_loop()
        return AsyncTelemetryStream(self._core.stream(_ids(devices)))

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


def _ids(devices: Iterable[str]) -> list[str]:
    # A single id is meant as one, not as its letters.
    return [devices] if isinstance(devices, str) else list(devices)


def _dict(params: Mapping[str, object] | None) -> dict[str, object] | None:
    return None if params is None else dict(params)
