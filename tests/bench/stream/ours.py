"""The SDK as a contender."""

from __future__ import annotations

import time

import pyarrow as pa
import tellus
from tellus.settings import Settings

from stream import checksum
from stream.scenario import Job, report


def _open(job: Job) -> tellus.TelemetryStream:
    """A stream that stands; its first frame comes a while later."""
    settings: Settings = {"proxy": None, "overflow": "block"}
    if job.ca_file is not None:
        settings["ca_file"] = job.ca_file
    client = tellus.Client(job.base_url, client_id="id", client_secret="secret", **settings)
    stream = client.stream(job.scenario.device_ids())
    while stream.stats.connections == 0:
        time.sleep(0.001)
    return stream


def table(job: Job) -> None:
    """Every batch as a table, and at the end one table of all."""
    stream = _open(job)
    start = time.process_time()
    tables = []
    frames = 0
    for batch in stream.batches():
        if len(batch):
            frames += len(batch)
            tables.append(batch.to_arrow())
        if frames == job.scenario.frames:
            break
    whole = pa.concat_tables(tables)
    cpu = time.process_time() - start
    report(frames, cpu, checksum.of_table(whole))


def objects(job: Job) -> None:
    """Every frame as an object, every field of it looked at."""
    stream = _open(job)
    start = time.process_time()
    sums = checksum.Sums()
    frames = 0
    for frame in stream:
        sums.add(frame)
        frames += 1
        if frames == job.scenario.frames:
            break
    report(frames, time.process_time() - start, vars(sums))
