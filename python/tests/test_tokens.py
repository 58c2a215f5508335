"""One token for everybody, fetched once and renewed once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from support import FAST, requests, token_requests

import tellus


def test_fifty_threads_without_a_token_make_one_token_request(sandbox: tellus.Sandbox) -> None:
    with sandbox.client(**FAST) as client, ThreadPoolExecutor(50) as pool:
        devices = list(pool.map(client.device, [sandbox.device_ids[0]] * 50))
    assert len(devices) == 50
    assert token_requests(sandbox) == 1
    assert len(requests(sandbox, "/devices/")) == 50


async def test_fifty_coroutines_without_a_token_make_one_token_request(sandbox: tellus.Sandbox) -> None:
    async with sandbox.async_client(**FAST) as client:
        devices = await asyncio.gather(*(client.device(sandbox.device_ids[0]) for _ in range(50)))
    assert len(devices) == 50
    assert token_requests(sandbox) == 1


async def test_an_expired_token_makes_one_refresh_and_one_replay(sandbox: tellus.Sandbox) -> None:
    with sandbox.client(**FAST) as client:
        client.device(sandbox.device_ids[0])
        sandbox.inject("expire_tokens")
        sandbox.clear_journal()
        client.device(sandbox.device_ids[0])
        assert [entry["code"] for entry in requests(sandbox, "/devices/")] == [2002, 0]
        assert token_requests(sandbox) == 1
    async with sandbox.async_client(**FAST) as other:
        await other.authenticate()
        sandbox.inject("expire_tokens")
        sandbox.clear_journal()
        await other.device(sandbox.device_ids[0])
        assert [entry["code"] for entry in requests(sandbox, "/devices/")] == [2002, 0]
        assert token_requests(sandbox) == 1
