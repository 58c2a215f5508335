"""Ctrl-C ends a wait within 200 ms."""

from __future__ import annotations

import pytest
from support import succeeds

# Waits for a moment, sends itself the signal, and measures inside the process: no start-up time is counted.
SCRIPT = """
import os, signal, sys, threading, time
import tellus

sandbox = tellus.Sandbox(history_days=1)
client = sandbox.client()
client.authenticate()
sent = []

def interrupt():
    time.sleep(0.5)
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

if sys.argv[1] == "stream":
    stream = client.stream(sandbox.device_ids[:1])
    next(stream)
    sandbox.inject("stream_half_open")
    wait = lambda: list(stream)
else:
    sandbox.inject("slow", delay_ms=20_000)
    wait = lambda: client.device(sandbox.device_ids[0])

threading.Thread(target=interrupt).start()
try:
    wait()
except KeyboardInterrupt:
    took = time.monotonic() - sent[0]
    assert took < 0.2, f"{took * 1000:.0f} ms"
else:
    raise AssertionError("no KeyboardInterrupt")

# The client is as good as before.
sandbox.clear_faults()
client.device(sandbox.device_ids[0])
sandbox.stop()
"""


@pytest.mark.parametrize("where", ["stream", "request"])
def test_ctrl_c_ends_a_wait_within_200_ms(where: str) -> None:
    succeeds(SCRIPT, where, within=15)
