"""The end of the interpreter, whatever is still open."""

from __future__ import annotations

import pytest
from support import succeeds

OPEN = """
import asyncio, os, sys, threading, time
import tellus

what = sys.argv[1]
sandbox = tellus.Sandbox(cadence=0.01, history_days=1)
client = sandbox.client()
if what == "nothing":
    pass
elif what == "client":
    client.authenticate()
elif what == "stream":
    stream = client.stream(sandbox.device_ids[:1])
    next(stream)
elif what == "subscription":
    got = threading.Event()
    subscription = client.subscribe(sandbox.device_ids[:1], on_batch=lambda batch: got.set())
    assert got.wait(5)
elif what == "slow callback":
    got = threading.Event()
    subscription = client.subscribe(sandbox.device_ids[:1], on_batch=lambda batch: (got.set(), time.sleep(30)))
    assert got.wait(5)
elif what == "thread":
    thread = threading.Thread(target=lambda: list(client.stream(sandbox.device_ids[:1])), daemon=True)
    thread.start()
    time.sleep(0.3)
elif what == "async stream":
    async def main():
        stream = sandbox.async_client().stream(sandbox.device_ids[:1])
        await anext(stream)
        asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
    asyncio.run(main())
elif what == "provider":
    def provider():
        time.sleep(30)
    other = tellus.Client(sandbox.base_url, token_provider=provider)
    threading.Thread(target=other.authenticate, daemon=True).start()
    time.sleep(0.3)
print("end")
"""


@pytest.mark.parametrize(
    "what", ["nothing", "client", "stream", "subscription", "slow callback", "thread", "async stream", "provider"]
)
def test_a_program_ends_quickly_and_quietly(what: str) -> None:
    assert succeeds(OPEN, what, within=8) == "end\n"
