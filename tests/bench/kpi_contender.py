"""One measurement of figures in a fresh process: kpi_contender.py CONTENDER WORK FILE.

FILE holds charging records as Arrow, as the SDK hands them out; ``make`` as CONTENDER writes it. Prints how many
sessions a second of this process's CPU time does (user and system, all threads), and a checksum. Reading the file does
not count; nor does, for pandas, making its data frame.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from measure import cpu_seconds

SESSIONS = 1_000_000
CHARGERS = 2_000
ZONE = "Europe/London"
START = datetime(2025, 1, 1, tzinfo=UTC)
END = START + timedelta(days=365)
CONNECTOR = ["device_id", "connector_id"]


def make(path: Path) -> None:
    """A year of sessions at 4,000 connectors, the same at each run. Some discharge; some overlap, some cross
    midnight."""
    import numpy as np

    random = np.random.default_rng(1)
    seconds = np.clip(random.lognormal(7.8, 0.8, SESSIONS), 60, 20 * 3600)
    start = random.uniform(0, 365 * 86_400 - seconds)
    power = random.uniform(3, 150, SESSIONS) * random.choice([1, 1, 1, -0.5], SESSIONS)
    codes = random.integers(0, CHARGERS, SESSIONS, dtype=np.int32)
    ids = [f"dvc_{number:012x}" for number in range(CHARGERS)]
    begin = ((START.timestamp() + start) * 1e6).astype(np.int64)
    moment = pa.timestamp("us", "UTC")
    columns = {
        "device_id": pa.DictionaryArray.from_arrays(codes, ids),
        "connector_id": pa.array(random.integers(1, 3, SESSIONS), pa.uint32()),
        "start_time": pa.array(begin).cast(moment),
        "end_time": pa.array(begin + (seconds * 1e6).astype(np.int64)).cast(moment),
        "energy": pa.array(power * seconds / 3600),
        "avg_power": pa.array(power),
        "cost": pa.array(power * seconds / 3600 * 0.4),
    }
    table = pa.table(columns)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def ours(table: Any) -> dict[str, Callable[[], float]]:
    from tellus import kpi

    window = kpi.Window(START, END, ZONE)

    def energy() -> float:
        days = kpi.energy(table, window, "day", "device")
        return float((days["charged"] + 2 * days["discharged"]).max() + days["net"].sum())

    whole = connectors(table)

    def occupied() -> float:
        used = kpi.utilisation(table, window, whole, by="connector")
        return float(used["occupied"].max() + used["occupied_hours"].sum())

    def load() -> float:
        curve = kpi.load_curve(table, window)
        return float(curve["charging"].max() + curve["net"].sum())

    def concurrency() -> float:
        steps = kpi.concurrency(table, window)
        length = (steps["end"] - steps["start"]).dt.total_microseconds() / 1e6
        return float(steps["running"].max() + (length * steps["running"]).sum())

    return {"energy": energy, "load": load, "occupied": occupied, "concurrency": concurrency}


def connectors(table: Any) -> Any:
    """All connectors that have sessions."""
    return table.select(CONNECTOR).group_by(CONNECTOR).aggregate([])


def pandas(table: Any) -> dict[str, Callable[[], float]]:
    import pandas as pd

    frame = table.to_pandas()

    def energy() -> float:
        start = frame["start_time"].dt.tz_convert(ZONE)
        end = frame["end_time"].dt.tz_convert(ZONE)
        first = start.dt.tz_localize(None).dt.normalize()
        last = end.dt.tz_localize(None).dt.normalize()
        parts = frame.assign(start=start, end=end, day=first)
        parts = parts.loc[parts.index.repeat((last - first).dt.days + 1)]
        parts["day"] += pd.to_timedelta(parts.groupby(level=0).cumcount(), unit="D")
        begin = parts["day"].dt.tz_localize(ZONE)
        finish = (parts["day"] + pd.Timedelta(days=1)).dt.tz_localize(ZONE)
        days = flows(parts, begin, finish, ["day", "device_id"])
        return float((days["charged"] + 2 * days["discharged"]).max() + (days["charged"] - days["discharged"]).sum())

    def load() -> float:
        quarter = pd.Timedelta(minutes=15)
        first = frame["start_time"].dt.floor(quarter)
        parts = frame.assign(start=frame["start_time"], end=frame["end_time"], quarter=first)
        parts = parts.loc[parts.index.repeat((frame["end_time"].dt.floor(quarter) - first) // quarter + 1)]
        parts["quarter"] += parts.groupby(level=0).cumcount() * quarter
        power = flows(parts, parts["quarter"], parts["quarter"] + quarter, ["quarter"]) * 4
        return float(power["charged"].max() + (power["charged"] - power["discharged"]).sum())

    def flows(parts: Any, begin: Any, finish: Any, keys: list[str]) -> Any:
        begin = begin.where(begin > parts["start"], parts["start"])
        finish = finish.where(finish < parts["end"], parts["end"])
        part = parts["energy"] * ((finish - begin) / (parts["end"] - parts["start"]))
        parts["charged"] = part.clip(lower=0)
        parts["discharged"] = -part.clip(upper=0)
        return parts.groupby(keys, observed=True)[["charged", "discharged"]].sum()

    def occupied() -> float:
        spans = frame[[*CONNECTOR, "start_time", "end_time"]].sort_values([*CONNECTOR, "start_time"])
        spans["end"] = spans["end_time"].astype("int64")
        keys = [spans[name] for name in CONNECTOR]
        latest = spans.groupby(CONNECTOR, observed=True)["end"].cummax()
        before = latest.groupby(keys, observed=True).shift(1)
        begin = spans["start_time"].astype("int64")
        begin = begin.where(before.isna() | (before <= begin), before)
        hours = ((spans["end"] - begin) / 3.6e9).clip(lower=0)
        used = hours.groupby(keys, observed=True).sum()
        return float(used.max() / 8760 * 100 + used.sum())

    def concurrency() -> float:
        begun = pd.DataFrame({"at": frame["start_time"], "change": 1})
        ended = pd.DataFrame({"at": frame["end_time"], "change": -1})
        running = pd.concat([begun, ended]).groupby("at")["change"].sum().cumsum()
        length = running.index.to_series().diff().shift(-1).dt.total_seconds().fillna(0)
        return float(running.max() + (length * running).sum())

    return {"energy": energy, "load": load, "occupied": occupied, "concurrency": concurrency}


def main() -> None:
    contender, work, path = sys.argv[1:]
    if contender == "make":
        make(Path(path))
        return
    with pa.memory_map(path) as source:
        table = pa.ipc.open_file(source).read_all()
    works = {"tellus": ours, "pandas": pandas}[contender](table)
    chosen = list(works.values()) if work == "all" else [works[work]]
    # The first run imports; it is the second that counts.
    sum(run() for run in chosen)
    start = cpu_seconds()
    result = sum(run() for run in chosen)
    print(SESSIONS / (cpu_seconds() - start), result)


if __name__ == "__main__":
    main()
