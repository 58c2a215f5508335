"""Files of a recording: when they end, how they are played back, and what memory all that takes."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from recordings import files

import tellus
from tellus.recording import Recorder, Replay, record, replay
from tellus.recording.dataset import Dataset, Limits


def test_one_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with Recorder(tmp_path), pytest.raises(BlockingIOError, match="under way"):
        Recorder(tmp_path)
    Recorder(tmp_path).close()


class Clock:
    """Time that is moved."""

    now = 0.0
    slept: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += seconds


def table(*received: datetime) -> Any:
    return pa.table({"at": pa.array(received, pa.timestamp("us", "UTC")), "number": list(range(len(received)))})


def test_files_end_by_age_by_size_and_by_day(tmp_path: Path) -> None:
    clock, noon = Clock(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    limits = Limits(group_rows=10, group_seconds=5, file_bytes=1 << 30, file_seconds=60)
    data = Dataset(tmp_path, "at", lambda part: iter([("", part)]), limits, clock)
    data.add(table(noon))
    assert not data.is_due()
    clock.sleep(5)
    assert data.is_due()
    data.flush()
    assert (data.rows, data.files, data.waiting) == (1, 0, 0)
    clock.sleep(60)
    data.flush()
    assert data.files == 1
    data.add(table(*[noon] * 9, noon + timedelta(days=1)))
    assert data.is_due()
    data.close()
    assert data.files == 3
    assert sorted(path.parent.name for path in files(tmp_path)) == ["date=2026-03-01"] * 2 + ["date=2026-03-02"]
    small = Dataset(tmp_path / "small", "at", lambda part: iter([("", part)]), limits._replace(file_bytes=1), clock)
    small.add(table(noon))
    small.flush()
    assert small.files == 1


def test_a_replay_keeps_its_pace(sandbox: tellus.Sandbox, tmp_path: Path) -> None:
    with sandbox.client() as client:
        record(client, sandbox.device_ids[:2], tmp_path, seconds=1)
    times = [frame.received_at for frame in replay(tmp_path)]
    lasted = (times[-1] - times[0]).total_seconds()
    for speed in (0.5, 1.0, 60.0):
        clock = Clock()
        played = Replay(tmp_path, speed, clock=clock, sleep=clock.sleep)
        assert [frame.received_at for frame in played] == times
        assert clock.slept == pytest.approx(lasted / speed, abs=0.11)
    clock = Clock()
    played = Replay(tmp_path, 0.01, clock=clock, sleep=clock.sleep)
    batches = list(itertools.islice(played.batches(max_wait=0.1), 5))
    assert len(batches[0]) >= 1
    assert [len(batch) for batch in batches[1:]] == [0, 0, 0, 0]
    assert sum(map(len, replay(tmp_path).batches(max_rows=3))) == len(times)
    with pytest.raises(ValueError, match="speed"):
        replay(tmp_path, 0)
    with pytest.raises(FileNotFoundError, match="no recording"):
        replay(tmp_path / "nowhere")


MEMORY = """
import sys, time
import tellus
from tellus.recording import record
from tellus.recording.dataset import Limits

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

marks, rows = [], []
def look(batch, recorded):
    if recorded.rows >= 20_000 * (len(marks) + 1):
        marks.append(resident())
    if len(marks) == 10:
        raise KeyboardInterrupt

client = tellus.Client.from_env(overflow="block")
import os
limits = Limits(group_rows=5_000, file_bytes=100_000)
done = record(client, sys.argv[2].split(","), sys.argv[1], limits=limits, on_batch=look, seconds=60)
print(done.rows, *marks)
"""


def test_memory_stays_flat(tmp_path: Path) -> None:
    with tellus.Sandbox(cadence=0.002, devices_per_site=20, history_days=1) as sandbox:
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(tmp_path), ",".join(sandbox.device_ids)],
            env=os.environ | sandbox.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )
    count, *marks = map(float, done.stdout.split())
    assert count >= 200_000
    assert len(files(tmp_path / "telemetry")) > 3
    # The first tenth warms up; then hundreds of groups come and go.
    assert max(marks[5:]) < max(marks[1:5]) + 15
