"""websockets and orjson: what most programs in Python are written with."""

from __future__ import annotations

import ssl
import time

import orjson
from websockets.sync.client import connect

from stream import checksum
from stream.scenario import HEADERS, Job, report
from stream.table import Lists


def table(job: Job) -> None:
    lists = Lists()
    loads = orjson.loads
    context = ssl.create_default_context(cafile=job.ca_file) if job.ca_file else None
    with connect(job.websocket, ssl=context, additional_headers=HEADERS, compression=None, proxy=None) as socket:
        start = time.process_time()
        for _ in range(job.scenario.frames):
            frame = loads(socket.recv(decode=False))
            for connector in frame["connectors"]:
                lists.device_id.append(frame["device_id"])
                lists.timestamp.append(frame["timestamp"])
                lists.connector_id.append(connector.get("connector_id"))
                lists.state.append(connector.get("state"))
                lists.power.append(connector.get("power"))
                lists.energy_delivered.append(connector.get("energy_delivered"))
                lists.soc.append(connector.get("soc"))
        whole = lists.table()
        cpu = time.process_time() - start
    report(job.scenario.frames, cpu, checksum.of_table(whole))
