"""picows, uvloop and msgspec: the fastest that a program in Python would be written with otherwise."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable

import msgspec
import picows
import uvloop

from stream import checksum
from stream.frame import Frame, Row
from stream.scenario import HEADERS, Job, report
from stream.table import Lists


class _Counting(picows.WSListener):
    """Hands every frame on until all have come."""

    def __init__(self, expected: int, take: Callable[[memoryview], None], done: asyncio.Event) -> None:
        self.left, self.take, self.done = expected, take, done

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self.take(frame.get_payload_as_memoryview())
            self.left -= 1
            if self.left == 0:
                self.done.set()


async def _receive(job: Job, take: Callable[[memoryview], None]) -> float:
    """Processor time when the stream stood; its first frame comes a while later."""
    context = ssl.create_default_context(cafile=job.ca_file) if job.ca_file else None
    done = asyncio.Event()
    listener = _Counting(job.scenario.frames, take, done)
    transport, _ = await picows.ws_connect(
        lambda: listener, job.websocket, ssl_context=context, extra_headers=HEADERS, proxy=None
    )
    start = time.process_time()
    await done.wait()
    transport.disconnect()
    return start


def table(job: Job) -> None:
    decode = msgspec.json.Decoder(Row).decode
    lists = Lists()
    device_id, timestamp, connector_id = lists.device_id.append, lists.timestamp.append, lists.connector_id.append
    state, power, energy, soc = (
        lists.state.append,
        lists.power.append,
        lists.energy_delivered.append,
        lists.soc.append,
    )

    def take(payload: memoryview) -> None:
        row = decode(payload)
        for connector in row.connectors:
            device_id(row.device_id)
            timestamp(row.timestamp)
            connector_id(connector.connector_id)
            state(connector.state)
            power(connector.power)
            energy(connector.energy_delivered)
            soc(connector.soc)

    start = uvloop.run(_receive(job, take))
    whole = lists.table()
    cpu = time.process_time() - start
    report(job.scenario.frames, cpu, checksum.of_table(whole))


def objects(job: Job) -> None:
    decode = msgspec.json.Decoder(Frame).decode
    sums = checksum.Sums()

    def take(payload: memoryview) -> None:
        sums.add(decode(payload))

    start = uvloop.run(_receive(job, take))
    report(job.scenario.frames, time.process_time() - start, vars(sums))
