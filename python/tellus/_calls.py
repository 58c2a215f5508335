"""The platform's calls, each written once: what both clients share. :func:`blocking` and :func:`awaiting` make the
methods of :class:`tellus.Client` and :class:`tellus.AsyncClient` from them."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar

from tellus._tellus import (
    Call,
    CommandReceipt,
    CommandStatus,
    CoreClient,
    Device,
    FlexibilityReceipt,
    KnownDevice,
)
from tellus.stream import ids

if TYPE_CHECKING:
    from tellus.schedule import Schedule


P = ParamSpec("P")
T = TypeVar("T")
Span = float | timedelta
"""A span of time: seconds, or a timedelta."""


class Connected(Protocol):
    """What calls need of a client."""

    @property
    def core(self) -> CoreClient:
        """The client of the core."""
        raise NotImplementedError

    def run(self, call: Call[T]) -> Awaitable[T]:
        """Makes the call in the running event loop."""
        raise NotImplementedError


def blocking(make: Callable[Concatenate[Connected, P], Call[T]]) -> Callable[Concatenate[Connected, P], T]:
    """The call as a method that waits."""

    @functools.wraps(make)
    def method(client: Connected, /, *arguments: P.args, **options: P.kwargs) -> T:
        return make(client, *arguments, **options).wait()

    return method


def awaiting(
    make: Callable[Concatenate[Connected, P], Call[T]],
) -> Callable[Concatenate[Connected, P], Coroutine[Any, Any, T]]:
    """The call as a coroutine method."""

    @functools.wraps(make)
    async def method(client: Connected, /, *arguments: P.args, **options: P.kwargs) -> T:
        return await client.run(make(client, *arguments, **options))

    return method


def authenticate(client: Connected) -> Call[None]:
    """Gets a token if there is none, and so tells early whether credentials and address are right."""
    return client.core.authenticate()


def device(client: Connected, device_id: str) -> Call[Device]:
    """A charger with its connectors, as it is now."""
    return client.core.device(device_id)


def known_devices(client: Connected) -> Call[list[KnownDevice]]:
    """Chargers that are known to exist: those in the settings, and those that occur in charging records."""
    return client.core.known_devices()


def start(
    client: Connected,
    device_id: str,
    connector_id: int,
    charge_power: float | None = None,
    duration: Span | None = None,
    target_soc: int | None = None,
    transaction_id: str | None = None,
) -> Call[CommandReceipt]:
    """Starts a charge, with at most `charge_power` kW, for `duration`, until `target_soc` %.

    The receipt says that the command is queued: follow it, and judge by telemetry whether energy flows. If the
    answer is lost it raises ``OutcomeUnknown``; :meth:`device` then tells the truth.
    """
    return client.core.start(device_id, connector_id, charge_power, duration, target_soc, transaction_id)


def stop(client: Connected, device_id: str, connector_id: int, reason: str | None = None) -> Call[CommandReceipt]:
    """Ends a session."""
    return client.core.stop(device_id, connector_id, reason)


def discharge(
    client: Connected,
    device_id: str,
    connector_id: int,
    discharge_power: float,
    duration: Span | None = None,
    min_soc: int | None = None,
) -> Call[CommandReceipt]:
    """Starts a discharge (V2G) with `discharge_power` kW, a positive number, not below `min_soc` %."""
    return client.core.discharge(device_id, connector_id, discharge_power, duration, min_soc)


def set_schedule(
    client: Connected, device_id: str, connector_id: int, schedule: Schedule
) -> Call[CommandReceipt | None]:
    """Stores a plan on a connector. Whether the answer holds a receipt is not specified."""
    return client.core.set_schedule(device_id, connector_id, schedule)


def flexibility(
    client: Connected,
    target_type: Literal["site", "operator", "all"],
    command: Literal["set_power_limit", "pause_charging"],
    duration: Span,
    *,
    target_ids: Iterable[str] = (),
    power_limit_percent: int | None = None,
    reason: str | None = None,
) -> Call[FlexibilityReceipt]:
    """Limits power to a share (%) or pauses charging, for a group of chargers. No call ends a measure early."""
    return client.core.flexibility(target_type, command, duration, ids(target_ids), power_limit_percent, reason)


def command_status(client: Connected, command_id: str) -> Call[CommandStatus]:
    """What has become of a command."""
    return client.core.command_status(command_id)


def request(
    client: Connected, method: str, path: str, params: Mapping[str, object] | None = None, json: object = None
) -> Call[Any]:
    """An authenticated call of any endpoint, e.g. ``request("GET", "/operator/sites")``; returns the payload."""
    return client.core.request(method, path, None if params is None else dict(params), json)
