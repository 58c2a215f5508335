"""No secret and no token shows up anywhere: not in repr, str, logs, errors or tracebacks."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from functools import partial

import pytest
from support import FAST, eventually

import tellus
from tellus.settings import Settings

IMPATIENT: Settings = {**FAST, "timeout": 0.3, "max_attempts": 2}
SECRET = "canary-secret-5f1d"
TOKEN = "canary-token-9a3e"


class Evidence:
    """Everything that a user could see or store."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, *things: object) -> None:
        self.texts += [text for thing in things for text in (repr(thing), str(thing))]

    def failure_of(self, call: Callable[[], object]) -> None:
        try:
            call()
        except tellus.TellusError as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=False)
            self.add(error, error.details, vars(error), error.__cause__, error.__context__, "".join(shown.format()))
        else:
            raise AssertionError("was to fail")


def test_the_canary_stays_in_its_cage(
    sandbox: tellus.Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = Evidence()
    caplog.set_level(logging.DEBUG)
    with sandbox.client(**IMPATIENT) as good:
        good.authenticate()
        device_id = sandbox.device_ids[0]
        evidence.add(good, good._core, good.device(device_id), good.stream([device_id]))  # pyright: ignore[reportPrivateUsage]
        for fault in ("drop", "html", "not_json", "truncated", "empty"):
            sandbox.inject(fault, times=None)
            evidence.failure_of(lambda: good.device(device_id))
            sandbox.clear_faults()
        sandbox.inject("revoke_tokens")
        good.device(device_id)
        with good.stream([device_id]) as stream:
            next(stream)
            sandbox.inject("stream_malformed")
            sandbox.inject("stream_drop")
            eventually(lambda: next(stream) and stream.stats.connections == 2)
            evidence.add(stream, stream.stats)

    wrong = tellus.Client(sandbox.base_url, client_id="someone", client_secret=SECRET, **FAST)
    provided = tellus.Client(sandbox.base_url, token_provider=lambda: (TOKEN, 60), **FAST)

    async def provider() -> tuple[str, float]:
        return TOKEN, 60

    other = tellus.AsyncClient(sandbox.base_url, token_provider=provider, **FAST)
    fixed = tellus.Client(sandbox.base_url, token=TOKEN, **FAST)
    monkeypatch.setenv("TELLUS_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("TELLUS_TOKEN", TOKEN)
    from_env = tellus.Client.from_env(**FAST)
    monkeypatch.setenv("TELLUS_CLIENT_SECRET", SECRET)
    evidence.failure_of(tellus.Client.from_env)
    for client in (wrong, provided, fixed, from_env):
        evidence.add(client)
        evidence.failure_of(partial(client.device, "x"))
        evidence.failure_of(partial(list, client.stream(["x"])))
    evidence.failure_of(lambda: asyncio.run(other.device("x")))
    evidence.failure_of(lambda: tellus.Client("nonsense", client_id="someone", client_secret=SECRET))
    evidence.failure_of(lambda: tellus.Client("https://h", client_secret=SECRET))
    evidence.add(sandbox, other, sandbox.journal())

    eventually(lambda: "a message is no telemetry frame" in caplog.text)
    everything = "\n".join([*evidence.texts, caplog.text, *(str(vars(record)) for record in caplog.records)])
    for secret in (SECRET, TOKEN, sandbox.client_secret, "Bearer ", "eyJ"):
        assert secret not in everything
    # The net has holes of the right size: what must be seen is seen.
    assert "trying again" in everything
    assert "someone" not in caplog.text
