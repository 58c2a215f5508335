"""Recordings: every frame that was sent is in the files or lies in a gap, whatever happens to the recorder."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.dataset as ds  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from commandline import run
from support import eventually

import tellus
from tellus.recording import Recorded, Recorder, Replay, record, replay
from tellus.recording.dataset import Dataset, Limits

SOON = Limits(group_rows=300, group_seconds=0.1, file_seconds=0.5)


@pytest.fixture
def platform() -> Iterator[tellus.Sandbox]:
    with tellus.Sandbox(cadence=0.02, history_days=1, record_frames=True, token_per_minute=0) as sandbox:
        yield sandbox


def sent(sandbox: tellus.Sandbox) -> list[tuple[str, datetime]]:
    """Every frame that the sandbox has sent, on whatever stream: charger and time."""
    url = sandbox.base_url.removesuffix("/v1") + "/_sandbox/frames"
    with urllib.request.urlopen(url) as answer:
        streams = json.load(answer)
    return [
        (device, datetime.fromisoformat(time))
        for stream in streams.get("streams", streams)
        for device, time in stream["frames"]
    ]


def rows(out: Path) -> Any:
    return ds.dataset(out / "telemetry", partitioning="hive").to_table()


def frames(out: Path) -> Counter[tuple[str, datetime, int]]:
    table = rows(out)
    columns = (table.column(name).to_pylist() for name in ("device_id", "timestamp", "connector_id"))
    return Counter(zip(*columns, strict=True))


def unaccounted(out: Path, sandbox: tellus.Sandbox) -> list[tuple[str, datetime]]:
    """What was sent and neither is in the files nor lies in a gap."""
    recorded = {(device, time) for device, time, _ in frames(out)}
    gaps: dict[str, list[dict[str, Any]]] = {}
    for gap in replay(out).gaps().to_pylist():
        gaps.setdefault(gap["device_id"], []).append(gap)

    def in_gap(device: str, time: datetime) -> bool:
        return any(
            (gap["last_timestamp"] is None or time > gap["last_timestamp"])
            and (gap["next_timestamp"] is None or time < gap["next_timestamp"])
            for gap in gaps.get(device, ())
        )

    return [frame for frame in sent(sandbox) if frame not in recorded and not in_gap(*frame)]


def start(sandbox: tellus.Sandbox, out: Path, *options: str) -> subprocess.Popen[str]:
    """``tellus record`` as a process of its own."""
    command = [sys.executable, "-m", "tellus", "record", *sandbox.device_ids, "--out", str(out), *options]
    return subprocess.Popen(
        command, env=os.environ | sandbox.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def files(out: Path) -> list[Path]:
    return sorted(out.rglob("*.parquet"))


def test_what_is_recorded_can_be_read_and_played_back(platform: tellus.Sandbox, tmp_path: Path) -> None:
    live: list[tellus.TelemetryFrame] = []
    with platform.client() as client:
        done = record(
            client,
            platform.device_ids,
            tmp_path,
            seconds=1.5,
            shards=3,
            limits=SOON,
            on_batch=lambda batch, _: live.extend(batch.frames),
        )
    table = rows(tmp_path)
    assert done.rows == table.num_rows > 500
    assert done.files == len(files(tmp_path / "telemetry")) >= 6
    assert {path.parent.name for path in files(tmp_path / "telemetry")} == {"shard=0", "shard=1", "shard=2"}
    assert files(tmp_path / "gaps")
    assert not list(tmp_path.rglob(".part*"))
    assert unaccounted(tmp_path, platform) == []
    assert max(frames(tmp_path).values()) == 1
    # Types and units are those of a batch.
    schema = pq.read_schema(files(tmp_path / "telemetry")[0])
    assert schema.field("timestamp").type == pa.timestamp("us", "UTC")
    assert schema.field("device_id").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("power").metadata[b"unit"] == b"kW"
    with replay(tmp_path) as played:
        assert played.devices == sorted(platform.device_ids)
        again = list(itertools.islice(played, len(live)))
    key = lambda frame: (frame.received_at, frame.device_id, frame.timestamp)  # noqa: E731
    assert sorted(again, key=key) == sorted(live, key=key)
    assert [frame.received_at for frame in again] == sorted(frame.received_at for frame in again)
    assert repr(sorted(again, key=key)[0]) == repr(sorted(live, key=key)[0])


def test_a_folder_for_each_site(platform: tellus.Sandbox, tmp_path: Path) -> None:
    sites = {device: f"site/{index % 2}" for index, device in enumerate(platform.device_ids[:-1])}
    with platform.client() as client:
        record(client, platform.device_ids, tmp_path, seconds=0.5, sites=sites)
    found = {path.parent.name for path in files(tmp_path / "telemetry")}
    assert found == {"site=site%2F0", "site=site%2F1", "site=unknown"}
    assert set(rows(tmp_path).column("site").to_pylist()) == {"site/0", "site/1", "unknown"}


def test_a_lost_connection_lies_in_a_gap(platform: tellus.Sandbox, tmp_path: Path) -> None:
    counts: list[int] = []

    def drop(batch: tellus.Batch, recorded: Recorded) -> None:
        counts.append(recorded.rows)
        if len(counts) in (20, 40):
            platform.inject("stream_drop")

    with platform.client(reconnect_base=0.05) as client:
        record(client, platform.device_ids, tmp_path, seconds=2, limits=SOON, on_batch=drop)
    causes = Counter(gap["cause"] for gap in replay(tmp_path).gaps().to_pylist())
    assert causes["reconnect"] == 2 * len(platform.device_ids)
    assert unaccounted(tmp_path, platform) == []


def test_killed_in_the_middle_and_started_again(platform: tellus.Sandbox, tmp_path: Path) -> None:
    for _ in range(3):
        before = len(sent(platform))
        with start(platform, tmp_path, "--group-seconds", "0.1", "--file-minutes", "10", "--shards", "2") as process:
            eventually(lambda: len(sent(platform)) > before + 1500, patience=30)  # noqa: B023
            process.send_signal(signal.SIGKILL)
        # Whatever has a name can be read.
        for path in files(tmp_path):
            assert pq.ParquetFile(path).read().num_rows > 0
        assert list(tmp_path.rglob(".part*.arrows"))
    with platform.client() as client:
        record(client, platform.device_ids, tmp_path, seconds=0.5)
    assert not list(tmp_path.rglob(".part*"))
    assert max(frames(tmp_path).values()) == 1
    assert unaccounted(tmp_path, platform) == []
    # What was lost is little: about one group each time, of a tenth of a second.
    lost = len(sent(platform)) - len({(device, time) for device, time, _ in frames(tmp_path)})
    assert lost < 0.25 * len(sent(platform))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_when_it_is_told_to(platform: tellus.Sandbox, tmp_path: Path, how: signal.Signals) -> None:
    with start(platform, tmp_path, "--json") as process:
        eventually(lambda: len(sent(platform)) > 500, patience=30)
        process.send_signal(how)
        told, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert json.loads(told)["rows"] == rows(tmp_path).num_rows
    assert not list(tmp_path.rglob(".part*"))
    assert unaccounted(tmp_path, platform) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte, where that may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tellus", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_loses_nothing(platform: tellus.Sandbox, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(800 << 10))
    out = small_disk / "out"
    with (
        platform.client() as client,
        client.stream(platform.device_ids) as stream,
        Recorder(out, limits=SOON) as recorder,
    ):

        def write(batches: Iterable[tellus.Batch]) -> None:
            for batch in batches:
                recorder.write(batch)

        with pytest.raises(OSError, match=r"No space left on device: [\d,]+ rows are safe, in \d+ files") as raised:
            write(stream.batches())
        assert raised.value.filename == str(out)
        whole = files(out / "telemetry")
        assert sum(pq.ParquetFile(path).read().num_rows for path in whole) <= recorder.recorded.rows
        with pytest.raises(OSError, match="No space left"):
            recorder.flush()
        # There is room again, and nothing that it was given is missing.
        ballast.unlink()
        recorder.flush()
        write(itertools.islice(stream.batches(), 10))
        stream.close()
        write(stream.batches())
    assert max(frames(small_disk / "out").values()) == 1
    assert unaccounted(small_disk / "out", platform) == []


def test_a_full_disk_ends_the_command_with_one_line(platform: tellus.Sandbox, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(900 << 10))
    done = run(platform, "record", *platform.device_ids, "--out", str(small_disk / "out"), "--group-seconds", "0.1")
    assert done.returncode == 1
    assert done.stderr.startswith("tellus: [Errno 28] No space left on device: ")
    assert done.stderr.count("\n") == 1
    (small_disk / "ballast").unlink()
    again = run(platform, "record", *platform.device_ids, "--out", str(small_disk / "out"), "--seconds", "0.5")
    assert again.returncode == 0, again
    assert unaccounted(small_disk / "out", platform) == []


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


def test_a_replay_keeps_its_pace(platform: tellus.Sandbox, tmp_path: Path) -> None:
    with platform.client() as client:
        record(client, platform.device_ids[:2], tmp_path, seconds=1)
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


def test_the_command_line_plays_back(platform: tellus.Sandbox, tmp_path: Path) -> None:
    done = run(platform, "record", *platform.device_ids[:1], "--out", str(tmp_path), "--seconds", "1", "--by-site")
    assert done.returncode == 0, done
    assert " rows in 1 files, " in done.stderr
    lines = run(platform, "replay", str(tmp_path), "--speed", "0", "--json").stdout.splitlines()
    assert len(lines) == len(list(replay(tmp_path)))
    assert json.loads(lines[0])["device_id"] == platform.device_ids[0]
    assert run(platform, "replay", str(tmp_path / "nowhere")).returncode == 1


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
