"""Calls in an event loop: cancelled, awaited twice, in many loops."""

from __future__ import annotations

import asyncio
import time

import pytest
from support import FAST, eventually, requests

import tellus


async def test_a_cancelled_read_is_stopped(sandbox: tellus.Sandbox, async_client: tellus.AsyncClient) -> None:
    await async_client.authenticate()
    sandbox.inject("slow", delay_ms=60_000, path="/operator/sites")
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(async_client.request("GET", "/operator/sites"), 0.1)
    assert time.monotonic() - start < 2
    # The connection is gone before the answer: the journal says so.
    eventually(lambda: [entry["status"] for entry in requests(sandbox, "/sites")] == [None])


async def test_a_cancelled_command_runs_to_its_answer_once(
    sandbox: tellus.Sandbox, async_client: tellus.AsyncClient
) -> None:
    await async_client.authenticate()
    sandbox.inject("slow", delay_ms=300, path="/operator/devices")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(async_client.start(sandbox.device_ids[0], 1), 0.1)
    # Nobody waits for it any more, and the connector is still taken.
    with pytest.raises(tellus.Conflict):
        await async_client.start(sandbox.device_ids[0], 1)
    eventually(lambda: requests(sandbox, "/start"))
    answered = [entry["status"] for entry in requests(sandbox, "/start")]
    assert len(answered) == 1
    assert answered != [None]


def test_one_client_in_several_loops(sandbox: tellus.Sandbox) -> None:
    client = sandbox.async_client(**FAST)
    for _ in range(3):
        assert asyncio.run(client.device(sandbox.device_ids[0])).device_id == sandbox.device_ids[0]
    client.close()


def test_a_loop_that_ends_before_the_answer(sandbox: tellus.Sandbox) -> None:
    async def leave() -> None:
        call = asyncio.ensure_future(client.device(sandbox.device_ids[0]))
        await asyncio.sleep(0.01)
        assert not call.done()

    client = sandbox.async_client(**FAST)
    sandbox.inject("slow", delay_ms=200)
    asyncio.run(leave())
    # The thread that delivers results has survived that.
    assert asyncio.run(client.device(sandbox.device_ids[0])).device_id == sandbox.device_ids[0]
    client.close()


def test_a_call_outside_a_loop_says_so(sandbox: tellus.Sandbox) -> None:
    with sandbox.client() as client:
        call = client._core.device(sandbox.device_ids[0])  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(RuntimeError, match="running event loop"):
            call.__await__()
        assert call.wait().device_id == sandbox.device_ids[0]
        with pytest.raises(RuntimeError, match="already made"):
            call.wait()


async def test_the_loop_goes_on_while_calls_wait(sandbox: tellus.Sandbox, async_client: tellus.AsyncClient) -> None:
    await async_client.authenticate()
    sandbox.inject("slow", delay_ms=300)
    call = asyncio.ensure_future(async_client.device(sandbox.device_ids[0]))
    turns = 0
    while not call.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 10
