"""``tellus report`` as a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from commandline import run

import tellus


@pytest.fixture
def site(cli: tellus.Sandbox) -> str:
    with cli.client() as client:
        return next(iter(client.sites())).site_id


def test_a_page_is_written(cli: tellus.Sandbox, site: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = run(cli, "report", "--site", site, "--out", str(out), "--start", "3d", "--zone", "Europe/Berlin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"Written: {out}\n")
    assert "local time (Europe/Berlin)" in out.read_text(encoding="utf-8")
    told = json.loads(run(cli, "report", "--site", site, "--out", str(out), "--start", "1d", "--json").stdout)
    assert told == {"file": str(out), "bytes": out.stat().st_size}


def test_telemetry_from_a_file(cli: tellus.Sandbox, site: str, tmp_path: Path) -> None:
    with cli.client() as client, client.stream(cli.device_ids) as stream:
        batches = (batch.to_polars() for batch in stream.batches() if batch.frames)
        pl.concat([next(batches) for _ in range(20)]).write_parquet(tmp_path / "seen.parquet")
    out = tmp_path / "report.html"
    options = ["--telemetry", str(tmp_path / "seen.parquet"), "--rated", "TP-DC60=60", "--rated", "TP-AC22=22"]
    done = run(cli, "report", "--site", site, "--out", str(out), "--start", "1d", *options)
    assert done.returncode == 0, done
    assert "States and uptime" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "says", "options"),
    [
        (4, "there is no site", ["--site", "nowhere"]),
        (2, "IANA name", ["--zone", "Mars/Phobos"]),
        (2, "is not like TP-DC60=60", ["--rated", "TP-DC60"]),
        (2, "is not like TP-DC60=60", ["--rated", "TP-DC60=-3"]),
        (2, "is not like TP-DC60=60", ["--rated", "TP-DC60=nan"]),
        (2, "end must be after start", ["--start", "1d", "--end", "2d"]),
        (2, "does not exist", ["--telemetry", "nowhere.parquet"]),
        (2, "cannot be read", ["--telemetry", __file__]),
        (1, "No such file or directory", ["--out", "/nowhere/report.html"]),
    ],
)
def test_what_can_be_wrong(
    cli: tellus.Sandbox, site: str, tmp_path: Path, code: int, says: str, options: list[str]
) -> None:
    out = tmp_path / "report.html"
    done = run(cli, "report", "--site", site, "--out", str(out), "--start", "1d", *options)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done
    assert says in " ".join(re_flow(done.stderr))
    assert not out.exists()


def re_flow(text: str) -> list[str]:
    """The words of a message that a box may have broken into lines."""
    return [word for word in text.split() if word not in "│╭╮╰╯"]
