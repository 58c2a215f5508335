"""Event loops of all kinds: uvloop, one after the other, none at all; closing and cancelling."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
import uvloop  # type: ignore[import-untyped, unused-ignore]
from support import FAST, eventually, succeeds

import tellus


async def everything(sandbox: tellus.Sandbox) -> tuple[str, int, int]:
    async with sandbox.async_client(**FAST) as client:
        device = await client.device(sandbox.device_ids[0])
        frames = 0
        async with client.stream(sandbox.device_ids) as stream:
            async for _ in stream:
                frames += 1
                if frames == 20:
                    break
        records = await client.charging_records(page_size=20).to_arrow()
    return device.device_id, frames, records.num_rows


def test_uvloop_and_asyncio_one_after_the_other(sandbox: tellus.Sandbox) -> None:
    results = [run(everything(sandbox)) for run in (asyncio.run, uvloop.run, asyncio.run, uvloop.run)]
    assert len(set(results)) == 1
    assert results[0][1:] == (20, results[0][2])
    assert results[0][2] > 50
    eventually(lambda: sandbox.open_streams == 0)


def test_a_client_may_move_to_another_loop(sandbox: tellus.Sandbox) -> None:
    client = sandbox.async_client(**FAST)
    stream = client.stream(sandbox.device_ids)

    async def look() -> str:
        await client.device(sandbox.device_ids[0])
        return (await anext(stream)).device_id

    assert {asyncio.run(look()), uvloop.run(look())} <= set(sandbox.device_ids)
    client.close()


async def test_after_closing_every_use_says_so(sandbox: tellus.Sandbox) -> None:
    client = sandbox.async_client(**FAST)
    records = client.charging_records()
    client.close()
    with pytest.raises(tellus.Closed, match="open a new one"):
        await client.device(sandbox.device_ids[0])
    with pytest.raises(tellus.Closed):
        client.stream(sandbox.device_ids)
    with pytest.raises(tellus.Closed):
        client.charging_records()
    with pytest.raises(tellus.Closed):
        await records.to_arrow()


def test_awaiting_without_a_loop_says_so(sandbox: tellus.Sandbox) -> None:
    client = sandbox.async_client(**FAST)
    with pytest.raises(RuntimeError, match="no running event loop"):
        client.device(sandbox.device_ids[0]).send(None)
    client.close()


async def test_cancelling_closes_what_was_opened(sandbox: tellus.Sandbox) -> None:
    begun = asyncio.Event()

    async def follow() -> None:
        async with sandbox.async_client(**FAST) as client, client.stream(sandbox.device_ids) as stream:
            async for _ in stream:
                begun.set()

    task = asyncio.create_task(follow())
    await begun.wait()
    assert sandbox.open_streams == 1
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await asyncio.to_thread(eventually, lambda: sandbox.open_streams == 0)


async def test_a_cancelled_read_goes_on(sandbox: tellus.Sandbox, async_client: tellus.AsyncClient) -> None:
    records = async_client.charging_records(page_size=10)
    complete = [record async for record in async_client.charging_records()]
    sandbox.inject("slow", delay_ms=20_000, path="/operator/charging-records", skip=3)
    task = asyncio.ensure_future(records.to_arrow())
    # A request that never ends: the time-out does not wait for it, it cancels it.
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(task, 1.5)
    sandbox.clear_faults()
    assert (await records.to_arrow()).num_rows == len(complete)


def test_importing_takes_no_library_that_nobody_asked_for() -> None:
    succeeds("""
        import sys
        import tellus
        assert not {"pandas", "polars", "pyarrow", "tqdm", "numpy", "rich"} & set(sys.modules), set(sys.modules)
    """)
