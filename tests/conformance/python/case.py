"""What one case works with: a clock, a client, a stream; and the calls whose form in Python is not the suite's."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from typing import Any

import tellus
from tellus._testing import Clock
from told import Told

Args = dict[str, Any]


class Case:
    """The case under way, for threads (`sync`) or for asyncio (`async`)."""

    clock: Clock
    client: Any = None
    stream: Any
    batches: Any
    told: Told | None

    def __init__(self, kind: str) -> None:
        self.is_async = kind == "async"

    def make(self, call: str, args: Args) -> Any:
        """Makes a call. What it returns may have to be awaited."""
        group, _, name = call.rpartition(".")
        own = getattr(self, f"{group}_{name}" if group else name, None)
        if own is not None:
            return own(**args)
        return getattr(self.stream if group == "stream" else self.client, name)(**converted(args))

    def case_open(self, base_url: str, now: str, credentials: Args, settings: Args) -> None:
        self.case_close()
        self.clock = Clock(datetime.fromisoformat(now))
        given = dict(credentials)
        if "provider" in given:
            grants = given.pop("provider")
            given["token_provider"] = provider_async(grants) if self.is_async else provider(grants)
        kind: Any = tellus.AsyncClient if self.is_async else tellus.Client
        self.client = kind(base_url, **given, **read_settings(settings), clock=self.clock)

    def case_close(self) -> None:
        if self.client is not None:
            self.client.close()

    def clock_advance(self, ms: int) -> None:
        self.clock.advance_ms(ms)

    def clock_jump_wall(self, ms: int) -> None:
        self.clock.jump_wall_ms(ms)

    def clock_sleeps(self) -> list[int]:
        return self.clock.sleeps_ms()

    def stats(self) -> Any:
        return self.client.stats

    def sites(self, take: int | None = None, **args: Any) -> Any:
        return self.entries(self.client.sites(**args), take)

    def charging_records(self, take: int | None = None, **args: Any) -> Any:
        return self.entries(self.client.charging_records(**converted(args)), take)

    def follow_command(self, command_id: str, patience_ms: int) -> Any:
        return self.entries(self.client.follow_command(command_id, patience_ms / 1000), None)

    def energy(self, **args: Any) -> Any:
        series = self.client.energy(**converted(args))
        return series_async(series) if self.is_async else as_series(series)

    def set_schedule(self, device_id: str, connector_id: int, schedule: Args) -> Any:
        return self.client.set_schedule(device_id, connector_id, tellus.Schedule.from_dict(schedule))

    def flexibility(self, target_type: str, power_limit_percent: int | None = None, **args: Any) -> Any:
        command = "pause_charging" if power_limit_percent is None else "set_power_limit"
        return self.client.flexibility(target_type, command, power_limit_percent=power_limit_percent, **converted(args))

    def request(self, method: str, path: str, query: Iterable[tuple[str, str]] = (), body: Any = None) -> Any:
        return self.client.request(method, path, params=dict(query), json=body)

    def stream_open(self, devices: list[str]) -> None:
        self.stream, self.told = self.client.stream(devices), None
        self.batches = self.stream.batches()

    def stream_listen(self, devices: list[str], fails: dict[str, list[int]] | None = None) -> None:
        told = Told(fails or {})
        callbacks = {"on_batch": told.on_batch, "on_status": told.on_status, "on_gap": told.on_gap}
        self.stream, self.told = self.client.subscribe(devices, **callbacks), told

    def stream_hold(self) -> None:
        assert self.told is not None
        self.told.hold(True)

    def stream_release(self) -> None:
        assert self.told is not None
        self.told.hold(False)

    def stream_next(self) -> Any:
        if self.told is not None:
            asked = self.told.next()
            return asyncio.wrap_future(asked) if self.is_async else asked.result()
        return anext(self.batches, None) if self.is_async else next(self.batches, None)

    def stream_devices(self) -> Any:
        return self.stream.devices

    def stream_stats(self) -> Any:
        return self.stream.stats

    def stream_snapshot(self) -> Any:
        return self.stream.snapshot().frames

    def entries(self, entries: Any, take: int | None) -> Any:
        """All entries of a list, or the first few."""
        return first(entries, take) if self.is_async else list(itertools.islice(entries, take))


async def first(entries: AsyncIterator[Any], take: int | None) -> list[Any]:
    taken: list[Any] = []
    async for entry in entries:
        taken.append(entry)
        if len(taken) == take:
            break
    return taken


def as_series(series: tellus.EnergySeries) -> Args:
    """Python calls the spans `points`."""
    fields = series.to_dict()
    fields["series"] = fields.pop("points")
    return fields


async def series_async(series: Any) -> Args:
    return as_series(await series)


def provider(grants: list[Args]) -> Callable[[], tuple[str, float]]:
    """Answers as the case says, one grant for each question."""
    left = iter(grants)

    def grant() -> tuple[str, float]:
        answer = next(left, OUT_OF_GRANTS)
        if not answer:
            threading.Event().wait()
        return granted(answer)

    return grant


def provider_async(grants: list[Args]) -> Callable[[], Any]:
    left = iter(grants)

    async def grant() -> tuple[str, float]:
        answer = next(left, OUT_OF_GRANTS)
        if not answer:
            await NEVER.wait()
        return granted(answer)

    return grant


OUT_OF_GRANTS = {"fail": "the case has no further grant"}
# Held here: a loop holds tasks weakly, and one that waits for what nobody else holds is collected while it waits.
NEVER = asyncio.Event()


def granted(answer: Args) -> tuple[str, float]:
    if "fail" in answer:
        raise RuntimeError(answer["fail"])
    return answer["token"], answer["expires_in_ms"] / 1000


def read_settings(given: Args) -> Args:
    """Settings as Python has them."""
    settings = converted(given)
    if "request_timeout" in settings:
        settings["timeout"] = settings.pop("request_timeout")
    if settings.get("stale_factor") == 0:
        settings["stale_factor"] = None
    if "signing" in settings:
        settings["signing"] = tellus.HmacSigning(**settings["signing"])
    return settings


def converted(args: Args) -> Args:
    """Arguments as Python takes them: moments are datetimes, spans are seconds."""
    read: Args = {}
    for name, value in args.items():
        if name in ("start", "end"):
            read[name] = datetime.fromisoformat(value)
        elif name.endswith("_ms"):
            read[name.removesuffix("_ms")] = value / 1000
        else:
            read[name] = value
    return read
