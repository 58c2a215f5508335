"""Commands: sent once, followed to their end, and never sent again on doubt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from support import FAST, requests

import tellus
from tellus.settings import Settings

IMPATIENT: Settings = {**FAST, "max_attempts": 2}

PLAN = tellus.Schedule(
    schedule_id="night",
    type="weekly",
    timezone="Europe/London",
    target_soc=80,
    time_slots=[tellus.TimeSlot(day_of_week=["mon", "sun"], start=time(22), end="08:30", power_limit=11)],
)


@pytest.fixture
def sandbox() -> Iterator[tellus.Sandbox]:
    with tellus.Sandbox(
        cadence=0.05, speed=60, query_per_minute=0, control_per_minute=0, history_days=1, no_arrivals=True
    ) as sandbox:
        yield sandbox


def idle(client: tellus.Client, sandbox: tellus.Sandbox, count: int = 1) -> list[tuple[str, int]]:
    found = [
        (device_id, connector.connector_id)
        for device_id in sandbox.device_ids
        for connector in client.device(device_id).connectors
        if connector.status == "idle" and client.device(device_id).status == "online"
    ]
    assert len(found) >= count
    return found[:count]


def posts(sandbox: tellus.Sandbox) -> list[dict[str, Any]]:
    return [entry for entry in requests(sandbox) if entry["method"] == "POST" and "/oauth/" not in entry["path"]]


async def test_a_charge_from_start_to_stop(
    sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient
) -> None:
    (device_id, connector), other = idle(client, sandbox, 2)
    receipt = client.start(device_id, connector, 7.4, timedelta(minutes=30), 90, "order-1")
    assert receipt.status == "queued"
    body = {"charge_power": 7.4, "duration": 1800, "target_soc": 90, "transaction_id": "order-1"}
    assert posts(sandbox)[0]["body"] == body
    states = client.follow_command(receipt.command_id)
    seen = [next(states)]
    while seen[-1].status == "queued":
        seen.append(next(states))
    assert seen[-1].status in ("accepted", "completed")
    assert seen[-1].command_id == receipt.command_id
    stop = client.stop(device_id, connector, "user_request")
    assert [status.status for status in client.follow_command(stop.command_id)][-1] == "completed"
    final = client.command_status(stop.command_id)
    assert final.is_final
    assert final.created_at is not None

    begun = await async_client.start(*other, charge_power=7, duration=60)
    assert posts(sandbox)[-1]["body"] == {"charge_power": 7.0, "duration": 60}
    followed = [status async for status in async_client.follow_command(begun.command_id, timedelta(seconds=30))]
    assert followed[-1].is_final
    assert followed[-1] == await async_client.command_status(begun.command_id)


async def test_discharge_and_schedule_and_flexibility(
    sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient
) -> None:
    places = idle(client, sandbox, 2)
    assert client.set_schedule(*places[0], PLAN) is None
    assert await async_client.set_schedule(*places[1], PLAN) is None
    sent = posts(sandbox)[-1]["body"]
    assert sent == {
        "schedule_id": "night",
        "enabled": True,
        "type": "weekly",
        "time_slots": [
            {"day_of_week": ["mon", "sun"], "start": "22:00", "end": "08:30", "power_limit": 11.0, "action": "charge"}
        ],
        "target_soc": 80,
        "timezone": "Europe/London",
    }
    assert tellus.Schedule.from_dict(sent).time_slots[0].power_limit == 11.0

    receipt = client.flexibility("all", "set_power_limit", 600, power_limit_percent=50, reason="grid_overload")
    assert receipt.status == "executing"
    site = next(iter(client.sites())).site_id
    paused = await async_client.flexibility("site", "pause_charging", timedelta(minutes=5), target_ids=[site])
    assert paused.control_id != receipt.control_id
    assert posts(sandbox)[-1]["body"] == {
        "target_type": "site",
        "target_ids": [site],
        "command": "pause_charging",
        "params": {"duration": 300},
    }

    for place in idle(client, sandbox, 6):
        try:
            assert client.discharge(*place, discharge_power=5, duration=60, min_soc=30).status == "queued"
            break
        except tellus.Conflict:
            continue
    body = posts(sandbox)[-1]["body"]
    assert body == {"discharge_power": 5.0, "duration": 60, "min_soc": 30}
    with pytest.raises(tellus.TellusError):
        await async_client.discharge("dvc_nowhere", 1, 5)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 1001, tellus.InvalidRequest),
        (400, 1002, tellus.InvalidRequest),
        (401, 2001, tellus.Authentication),
        (401, 2002, tellus.Authentication),
        (403, 2003, tellus.PermissionDenied),
        (404, 3001, tellus.NotFound),
        (409, 4001, tellus.Conflict),
        (429, 5001, tellus.RateLimited),
        (500, 9001, tellus.OutcomeUnknown),
    ],
)
async def test_each_row_of_the_error_table(
    sandbox: tellus.Sandbox, status: int, code: int, kind: type[tellus.TellusError]
) -> None:
    fault = {"kind": "error", "status": status, "code": code, "path": "/operator/devices", "times": None}
    device_id = sandbox.device_ids[0]
    if code == 5001:
        fault["retry_after_seconds"] = 3600
    reads = tellus.Server if code == 9001 else kind
    with sandbox.client(**IMPATIENT) as client:
        client.authenticate()
        sandbox.inject(fault)
        with pytest.raises(tellus.TellusError) as raised:
            client.device(device_id)
        assert (type(raised.value), raised.value.code, raised.value.http_status) == (reads, code, status)
        sandbox.clear_journal()
        with pytest.raises(tellus.TellusError) as raised:
            client.start(device_id, 1)
        assert (type(raised.value), raised.value.code) == (kind, code)
        assert len(posts(sandbox)) == (2 if code in (2001, 2002) else 1)
    async with sandbox.async_client(**IMPATIENT) as other:
        with pytest.raises(tellus.TellusError) as raised:
            await other.stop(device_id, 1)
        assert (type(raised.value), raised.value.code) == (kind, code)


def test_credentials_that_may_only_read(sandbox: tellus.Sandbox) -> None:
    with sandbox.client(scope="read") as client:
        assert list(client.sites())
        with pytest.raises(tellus.PermissionDenied) as raised:
            client.start(sandbox.device_ids[0], 1)
        assert raised.value.code == 2003


REFUSED: list[tuple[str, Callable[[tellus.Client], object]]] = [
    ("target_soc", lambda client: client.start("d", 1, target_soc=101)),
    ("target_soc", lambda client: client.start("d", 1, target_soc=-1)),
    ("target_soc", lambda client: client.start("d", 1, target_soc=1000)),
    ("charge_power", lambda client: client.start("d", 1, charge_power=-7)),
    ("charge_power", lambda client: client.start("d", 1, charge_power=float("nan"))),
    ("duration", lambda client: client.start("d", 1, duration=0)),
    ("duration", lambda client: client.start("d", 1, duration=1.5)),
    ("duration", lambda client: client.start("d", 1, duration=timedelta(seconds=-5))),
    ("connector_id", lambda client: client.start("d", 0)),
    ("connector_id", lambda client: client.stop("d", -1)),
    ("device_id", lambda client: client.stop("", 1)),
    ("discharge_power", lambda client: client.discharge("d", 1, 0)),
    ("min_soc", lambda client: client.discharge("d", 1, 5, min_soc=101)),
    ("page_size", lambda client: client.charging_records(page_size=0)),
    ("page_size", lambda client: client.sites(page_size=101)),
    ("page_size", lambda client: client.sites(page_size=-1)),
    ("time_slots", lambda client: client.set_schedule("d", 1, plan(time_slots=[]))),
    ("time_slots[0].day_of_week", lambda client: client.set_schedule("d", 1, plan(time_slots=[slot()]))),
    ("time_slots[0].start", lambda client: client.set_schedule("d", 1, plan(time_slots=[slot(start="25:00")]))),
    ("timezone", lambda client: client.set_schedule("d", 1, plan(timezone="Mars/Olympus"))),
    ("power_limit_percent", lambda client: client.flexibility("all", "set_power_limit", 60, power_limit_percent=101)),
    ("power_limit_percent", lambda client: client.flexibility("all", "set_power_limit", 60)),
    ("target_ids", lambda client: client.flexibility("site", "pause_charging", 60)),
    ("patience", lambda client: client.follow_command("cmd", -1)),
    ("command_id", lambda client: client.follow_command("")),
]


def plan(**changes: object) -> tellus.Schedule:
    fields: dict[str, object] = {"schedule_id": "night", "type": "weekly", "time_slots": PLAN.time_slots}
    return tellus.Schedule(**(fields | changes))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def slot(start: str = "22:00") -> tellus.TimeSlot:
    return tellus.TimeSlot(start=start, end="23:00")


@pytest.mark.parametrize(("field", "call"), REFUSED)
def test_arguments_out_of_range_are_never_sent(
    sandbox: tellus.Sandbox, client: tellus.Client, field: str, call: Callable[[tellus.Client], object]
) -> None:
    with pytest.raises(tellus.InvalidRequest) as raised:
        call(client)
    assert raised.value.details["field"] == field
    assert requests(sandbox) == []


async def test_a_lost_answer_is_an_unknown_outcome(
    sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient
) -> None:
    one, other = idle(client, sandbox, 2)
    for fault in ("lost_answer", "drop"):
        sandbox.clear_journal()
        sandbox.inject(fault, path="/operator/devices")
        with pytest.raises(tellus.OutcomeUnknown, match="device") as raised:
            client.start(*one)
        assert (raised.value.retryable, len(posts(sandbox))) == (False, 1)
    sandbox.clear_journal()
    sandbox.inject("lost_answer", path="/operator/devices")
    with pytest.raises(tellus.OutcomeUnknown):
        await async_client.start(*other)
    assert len(posts(sandbox)) == 1


def test_a_double_tap_sends_one_request(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    place = idle(client, sandbox)[0]
    sandbox.inject("slow", delay_ms=500, path="/operator/devices")
    outcomes: list[object] = []
    together = threading.Barrier(2)

    def tap() -> None:
        together.wait()
        try:
            outcomes.append(client.start(*place).status)
        except tellus.Conflict as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=tap) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted(["queued", str(tellus.Conflict)])
    assert len(posts(sandbox)) == 1


async def test_patience_ends(sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    sandbox.inject("command_stuck")
    receipt = client.start(*idle(client, sandbox)[0])
    with pytest.raises(tellus.Timeout, match="still queued"):
        list(client.follow_command(receipt.command_id, 0.3))
    with pytest.raises(tellus.Timeout):
        _ = [status async for status in async_client.follow_command(receipt.command_id, patience=0.3)]
    assert client.command_status(receipt.command_id).status == "queued"


def test_a_failed_command_says_why(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    sandbox.inject("command_failed", reason="cable_locked")
    receipt = client.start(*idle(client, sandbox)[0])
    last = list(client.follow_command(receipt.command_id))[-1]
    assert (last.status, last.result["reason"]) == ("failed", "cable_locked")
    assert "cable_locked" in repr(last)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"typ": "daily"}, "typ"),
        ({"time_slots": [{"start": "22:00"}]}, "time_slots[0].end"),
        ({"time_slots": "late"}, "time_slots"),
        ({"effective_from": "soon"}, "effective_from"),
    ],
)
def test_plans_from_files_are_checked(changed: dict[str, object], field: str) -> None:
    plan = {"schedule_id": "x", "time_slots": [{"start": "22:00", "end": "06:00"}]}
    assert tellus.Schedule.from_dict(plan).time_slots[0].action == "charge"
    with pytest.raises(tellus.InvalidRequest) as raised:
        tellus.Schedule.from_dict(plan | changed)
    assert raised.value.details["field"] == field
