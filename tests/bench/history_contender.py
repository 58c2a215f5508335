"""One contender in a fresh process: history_contender.py records NAME (where to call on standard input), or
history_contender.py recording BASE SCENARIO FOLDER. Prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sandbox import Access


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def with_tellus(access: Access) -> Any:
    import tellus

    credentials = {"client_id": access.client_id, "client_secret": access.client_secret}
    client = tellus.Client(access.base_url, **credentials, query_per_minute=1_000_000_000)
    return lambda: client.charging_records(start=datetime.now(UTC) - timedelta(days=370)).to_pandas()


def with_httpx(access: Access) -> Any:
    import pandas

    from peers import Httpx

    peer = Httpx(access)

    def read() -> Any:
        found: list[Any] = []
        for page in peer.pages(1_000_000):
            if not page:
                break
            found += page
        return pandas.DataFrame.from_records([vars(record) for record in found])

    return read


def records(name: str) -> dict[str, float]:
    import pandas  # noqa: F401

    read = {"tellus": with_tellus, "httpx": with_httpx}[name](Access.load(sys.stdin.read()))
    start = cpu_seconds()
    frame = read()
    cpu = cpu_seconds() - start
    assert str(frame["start_time"].dtype).startswith("datetime64[")
    return {"records": len(frame), "energy": float(frame["energy"].sum()), "cpu": cpu}


def recording(base: str, scenario: str, folder: str) -> dict[str, float]:
    import pyarrow.dataset as ds
    import tellus

    from stream.scenario import Scenario

    wanted = Scenario.parse(scenario)
    client = tellus.Client(
        f"{base}/{scenario}/v1", client_id="id", client_secret="secret", proxy=None, overflow="block"
    )
    seen, begun, dropped = 0, 0.0, 0
    memory: list[float] = []
    page = resource.getpagesize() / 2**20

    def look(batch: tellus.Batch, _: object) -> None:
        nonlocal seen, begun
        if seen == 0 and len(batch):
            begun = time.monotonic()
        seen += len(batch)
        memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * page)
        if seen == wanted.frames:
            raise KeyboardInterrupt

    tellus.record(client, wanted.device_ids(), folder, on_batch=look)
    rate = seen / (time.monotonic() - begun)
    in_files = ds.dataset(Path(folder) / "telemetry", partitioning="hive").count_rows()
    gaps = tellus.replay(folder).gaps().to_pylist()
    dropped = sum(gap["dropped"] for gap in gaps)
    quarter = len(memory) // 4
    early, late = median(memory[quarter : 2 * quarter]), median(memory[3 * quarter :])
    return {"rate": rate, "in_files": in_files, "dropped": dropped, "early": early, "late": late}


def main() -> None:
    work, *arguments = sys.argv[1:]
    print(json.dumps({"records": records, "recording": recording}[work](*arguments)))


if __name__ == "__main__":
    main()
