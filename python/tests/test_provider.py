"""Tokens from the user's own function."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import urllib.request

import pytest
from support import FAST, token_requests

import tellus


def fetch(sandbox: tellus.Sandbox) -> tuple[str, float]:
    """What a user's backend would do."""
    body = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "grant_type": "client_credentials",
    }
    request = urllib.request.Request(
        f"{sandbox.base_url}/operator/oauth/token", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as reply:
        answer = json.load(reply)
    return answer["access_token"], answer["expires_in"]


def test_a_function(sandbox: tellus.Sandbox) -> None:
    threads: list[str] = []

    def provider() -> tuple[str, float]:
        threads.append(threading.current_thread().name)
        return fetch(sandbox)

    with tellus.Client(sandbox.base_url, token_provider=provider, **FAST) as client:
        assert len(list(client.sites())) == 3
        sandbox.inject("expire_tokens")
        client.device(sandbox.device_ids[0])
    assert threads == ["tellus-token", "tellus-token"]
    assert token_requests(sandbox) == 2


def test_a_coroutine_function_without_a_loop(sandbox: tellus.Sandbox) -> None:
    async def provider() -> tuple[str, float]:
        await asyncio.sleep(0)
        return fetch(sandbox)

    with tellus.Client(sandbox.base_url, token_provider=provider, **FAST) as client:
        client.authenticate()


async def test_a_coroutine_function_runs_in_the_users_loop(sandbox: tellus.Sandbox) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def provider() -> tuple[str, float]:
        loops.append(asyncio.get_running_loop())
        return await asyncio.to_thread(fetch, sandbox)

    async with tellus.AsyncClient(sandbox.base_url, token_provider=provider, **FAST) as client:
        await asyncio.gather(*(client.device(sandbox.device_ids[0]) for _ in range(5)))
        async with client.stream(sandbox.device_ids[:1]) as stream:
            await anext(stream)
    assert loops == [asyncio.get_running_loop()]


async def test_a_sync_client_with_a_coroutine_provider_inside_a_running_loop(sandbox: tellus.Sandbox) -> None:
    async def provider() -> tuple[str, float]:
        return fetch(sandbox)

    with tellus.Client(sandbox.base_url, token_provider=provider, **FAST) as client:
        client.authenticate()


def test_a_provider_that_raises() -> None:
    def provider() -> tuple[str, float]:
        raise OSError("the backend says 503\nand a second line")

    with (
        tellus.Client("http://127.0.0.1:9", token_provider=provider, **FAST) as client,
        pytest.raises(tellus.Authentication) as raised,
    ):
        client.authenticate()
    assert raised.value.reason == "the token provider failed: OSError: the backend says 503"


@pytest.mark.parametrize("answer", [None, "canary-token", ("canary-token", "soon"), (None, 1), ("canary-token", -1)])
def test_a_provider_that_answers_nonsense(answer: object) -> None:
    with (
        tellus.Client("http://127.0.0.1:9", token_provider=lambda: answer, **FAST) as client,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
        pytest.raises(tellus.Authentication) as raised,
    ):
        client.authenticate()
    assert "canary" not in str(raised.value)


async def test_a_provider_that_waits_is_not_collected(sandbox: tellus.Sandbox) -> None:
    asked = asyncio.Event()

    async def provider() -> tuple[str, float]:
        asked.set()
        # Nobody else holds this: an event loop alone would let it go, and the task with it.
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    async with tellus.AsyncClient(sandbox.base_url, token_provider=provider) as client:
        waiting = asyncio.create_task(client.authenticate())
        await asked.wait()
        gc.collect()
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
