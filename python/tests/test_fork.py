"""A forked child gets working state of its own, whatever its parent had open."""

from __future__ import annotations

import pytest
from support import succeeds

SCRIPT = """
import asyncio, os, sys, time, warnings
import tellus

warnings.simplefilter("ignore", DeprecationWarning)
before = sys.argv[1]
sandbox = tellus.Sandbox(cadence=0.02, history_days=1, query_per_minute=0, token_per_minute=0)
client, other = sandbox.client(), sandbox.async_client()
stream = subscription = None

async def count():
    return len([site async for site in other.sites()])

if before in ("sync", "all"):
    assert len(list(client.sites())) == 3
if before in ("async", "all"):
    assert asyncio.run(count()) == 3
if before in ("stream", "all"):
    stream = client.stream(sandbox.device_ids[:1])
    next(stream)
if before in ("subscription", "all"):
    subscription = client.subscribe(sandbox.device_ids[1:2], on_batch=lambda batch: None)
    time.sleep(0.2)

def child():
    assert len(list(client.sites())) == 3
    assert asyncio.run(count()) == 3
    if stream is not None:
        assert stream.closed
        try:
            list(stream)
        except tellus.Closed as error:
            assert "open a new one" in str(error), error
        else:
            raise AssertionError("an inherited stream cannot go on")
        stream.close()
    with client.stream(sandbox.device_ids[2:3]) as own:
        next(own)
    if subscription is not None:
        subscription.close()
    try:
        sandbox.journal()
    except tellus.Closed:
        pass
    sandbox.stop()
    client.close()

for _ in range(3):
    pid = os.fork()
    if not pid:
        # An ordinary end, with everything that runs then.
        child()
        sys.exit(0)
    deadline = time.monotonic() + 10
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0, status
            break
        if time.monotonic() > deadline:
            os.kill(pid, 9)
            raise AssertionError("the child hangs")
        time.sleep(0.01)
    # The parent goes on as before.
    assert len(list(client.sites())) == 3
    assert asyncio.run(count()) == 3
    if stream is not None:
        next(stream)
"""


@pytest.mark.parametrize("before", ["nothing", "sync", "async", "stream", "subscription", "all"])
def test_fork(before: str) -> None:
    succeeds(SCRIPT, before, within=25)


def test_a_fork_inside_a_running_loop() -> None:
    succeeds(
        """
        import asyncio, os, sys, warnings
        import tellus

        warnings.simplefilter("ignore", DeprecationWarning)
        sandbox = tellus.Sandbox(history_days=1)

        async def main():
            async with sandbox.async_client() as client:
                await client.authenticate()
                pid = os.fork()
                if not pid:
                    # The parent's loop is none of the child's: asyncio itself says so.
                    asyncio.run(client.device(sandbox.device_ids[0]))
                    os._exit(0)
                while not (done := os.waitpid(pid, os.WNOHANG))[0]:
                    await asyncio.sleep(0.01)
                assert os.waitstatus_to_exitcode(done[1]) == 0
                await client.device(sandbox.device_ids[0])

        asyncio.run(main())
        """,
        within=15,
    )


def test_multiprocessing_workers_use_the_parents_client() -> None:
    succeeds(
        """
        import multiprocessing, warnings
        import tellus

        warnings.simplefilter("ignore", DeprecationWarning)
        sandbox = tellus.Sandbox(history_days=1, query_per_minute=0)
        client = sandbox.client()
        client.authenticate()

        def work(device_id):
            return client.device(device_id).device_id

        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(3) as pool:
                assert pool.map(work, sandbox.device_ids) == sandbox.device_ids
        """,
        within=20,
    )
