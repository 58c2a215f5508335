"""Recordings: every frame that was sent is in the files or lies in a gap, whatever happens to the recorder."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from commandline import run
from recordings import files, frames, rows, sent, unaccounted
from support import eventually

import tellus
from tellus.recording import Recorded, Recorder, record, replay
from tellus.recording.dataset import Limits

SOON = Limits(group_rows=300, group_seconds=0.1, file_seconds=0.5)


@pytest.fixture
def platform() -> Iterator[tellus.Sandbox]:
    with tellus.Sandbox(cadence=0.02, history_days=1, record_frames=True, token_per_minute=0) as sandbox:
        yield sandbox


def start(sandbox: tellus.Sandbox, out: Path, *options: str) -> subprocess.Popen[str]:
    """``tellus record`` as a process of its own."""
    command = [sys.executable, "-m", "tellus", "record", *sandbox.device_ids, "--out", str(out), *options]
    return subprocess.Popen(
        command, env=os.environ | sandbox.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


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
        assert "TELLUS_REQUIRE_ALL" not in os.environ, f"a full disk is required: {mounted.stderr!r}"
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


def test_the_command_line_plays_back(platform: tellus.Sandbox, tmp_path: Path) -> None:
    done = run(platform, "record", *platform.device_ids[:1], "--out", str(tmp_path), "--seconds", "1", "--by-site")
    assert done.returncode == 0, done
    assert " rows in 1 files, " in done.stderr
    lines = run(platform, "replay", str(tmp_path), "--speed", "0", "--json").stdout.splitlines()
    assert len(lines) == len(list(replay(tmp_path)))
    assert json.loads(lines[0])["device_id"] == platform.device_ids[0]
    assert run(platform, "replay", str(tmp_path / "nowhere")).returncode == 1
