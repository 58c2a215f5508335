"""Live telemetry: frames, batches, closing, coming back."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC

import pytest
from support import FAST, events, eventually

import tellus


def test_frames(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    wanted = sandbox.device_ids[:2]
    with client.stream(wanted) as stream:
        assert stream.devices == sorted(wanted)
        frames = [next(stream) for _ in range(6)]
        assert stream.status == "live"
        assert stream.stats.frames >= 6
    assert {frame.device_id for frame in frames} == set(wanted)
    assert frames[0].timestamp.tzinfo is UTC
    reading = frames[0].connectors[0]
    assert reading.power is not None
    assert f"power={reading.power:g} kW" in repr(reading)
    assert frames[0].to_dict()["connectors"][0]["state"] == reading.state


async def test_frames_with_asyncio(sandbox: tellus.Sandbox, async_client: tellus.AsyncClient) -> None:
    async with async_client.stream(sandbox.device_ids[0]) as stream:
        frames = [await anext(stream) for _ in range(3)]
    assert {frame.device_id for frame in frames} == {sandbox.device_ids[0]}


def test_batches_tell_what_happens_to_the_stream(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    seen: list[str] = []
    with client.stream(sandbox.device_ids[:1]) as stream:
        for batch in stream.batches():
            seen += [event.status for event in batch.events]
            if batch.frames:
                break
        stream.close()
        for batch in stream.batches():
            seen += [event.status for event in batch.events]
    assert seen == ["connecting", "live", "closed"]


def test_a_batch_without_frames_comes_when_nothing_arrives(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    with client.stream(sandbox.device_ids[:1]) as stream:
        next(stream)
        sandbox.inject("stream_half_open")
        sizes = [len(batch) for _, batch in zip(range(5), stream.batches(max_wait=0.05), strict=False)]
    assert sizes[-1] == 0


async def test_closing_closes_the_socket(
    sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient
) -> None:
    with client.stream(sandbox.device_ids[:1]) as stream:
        next(stream)
    async with async_client.stream(sandbox.device_ids[1:2]) as other:
        await anext(other)
    eventually(lambda: len(events(sandbox, "stream_close")) == 2)
    assert {event["reason"] for event in events(sandbox, "stream_close")} == {"client"}
    # What had arrived is still delivered; then the iteration ends.
    assert len(list(stream)) < 100


async def test_closing_the_client_closes_its_streams(sandbox: tellus.Sandbox) -> None:
    client = sandbox.async_client()
    stream = client.stream(sandbox.device_ids[:1])
    await anext(stream)
    client.close()
    # What had arrived is still delivered; then the iteration ends.
    assert len([frame async for frame in stream]) < 100
    eventually(lambda: sandbox.open_streams == 0)


async def test_cancelling_a_task_closes_the_socket(sandbox: tellus.Sandbox, async_client: tellus.AsyncClient) -> None:
    async def follow() -> None:
        async with async_client.stream(sandbox.device_ids[:1]) as stream:
            async for _ in stream:
                started.set()

    started = asyncio.Event()
    task = asyncio.create_task(follow())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    eventually(lambda: len(events(sandbox, "stream_close")) == 1)


async def test_a_cancelled_wait_loses_no_frame(sandbox: tellus.Sandbox, async_client: tellus.AsyncClient) -> None:
    received = 0
    async with async_client.stream(sandbox.device_ids[:1]) as stream:
        await anext(stream)
        received += 1
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            try:
                await asyncio.wait_for(anext(stream), 0.003)
                received += 1
            except TimeoutError:
                pass
        stream.close()
        received += len([frame async for frame in stream])
        assert stream.stats.frames == received


def test_a_restarted_platform_under_a_live_iterator(sandbox: tellus.Sandbox) -> None:
    with sandbox.client(**FAST) as client, client.stream(sandbox.device_ids[:1]) as stream:
        next(stream)
        sandbox.stop()
        with tellus.Sandbox(port=sandbox.port, cadence=0.05) as again:
            assert again.device_ids == sandbox.device_ids
            eventually(lambda: next(stream) and stream.stats.connections == 2)


async def test_a_restarted_platform_under_a_live_async_iterator(sandbox: tellus.Sandbox) -> None:
    async with sandbox.async_client(**FAST) as client, client.stream(sandbox.device_ids[:1]) as stream:
        await anext(stream)
        sandbox.stop()
        with tellus.Sandbox(port=sandbox.port, cadence=0.05):
            async with asyncio.timeout(10):
                async for _ in stream:
                    if stream.stats.connections == 2:
                        break


def test_malformed_and_double_frames_are_counted(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    sandbox.inject("stream_malformed")
    sandbox.inject("stream_duplicate", skip=1)
    with client.stream(sandbox.device_ids[:1]) as stream:
        eventually(lambda: next(stream) and (stream.stats.malformed, stream.stats.duplicates) == (1, 1))


def test_a_stream_rests_and_goes_on(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    one, other = sorted(sandbox.device_ids[:2])
    with client.stream(one) as stream:
        next(stream)
        stream.pause()
        eventually(lambda: sandbox.open_streams == 0)
        stream.resume()
        eventually(lambda: sandbox.open_streams == 1)
        stream.add([other])
        assert next(frame for frame in stream if frame.device_id == other)
        assert (stream.devices, stream.connections) == ([one, other], 1)
        stream.remove([one])
        eventually(lambda: events(sandbox, "stream_open")[-1]["devices"] == [other])
        stream.network_changed()
        eventually(lambda: len(events(sandbox, "stream_open")) >= 5)
    for _ in stream.batches():
        pass
    assert {"paused", "reconnect"} <= {gap.cause for gap in stream.gaps()}


def test_many_devices_are_spread_over_connections(sandbox: tellus.Sandbox) -> None:
    with (
        sandbox.client(max_devices_per_connection=2, overflow="latest") as client,
        client.stream(sandbox.device_ids) as stream,
    ):
        assert stream.connections == -(-len(sandbox.device_ids) // 2)
        missing = set(sandbox.device_ids)
        for frame in stream:
            missing.discard(frame.device_id)
            if not missing:
                break


@pytest.mark.parametrize(
    ("setting", "value", "field"),
    [
        ("partition", (2, 2), "stream.partition"),
        ("stale_factor", 1, "stream.staleness"),
        ("overflow", "all", "overflow"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    sandbox: tellus.Sandbox, setting: str, value: object, field: str
) -> None:
    with pytest.raises(tellus.InvalidRequest, match=field):
        sandbox.client(**{setting: value})  # type: ignore[arg-type]
