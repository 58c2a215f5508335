"""``tellus record`` and ``tellus replay``."""

from __future__ import annotations

import math
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from tellus._tellus import Batch
from tellus.cli.guard import client, guarded
from tellus.cli.output import Format, format_of, note, print_json
from tellus.cli.watch import show_frames
from tellus.recording import Recorded
from tellus.recording import record as _record
from tellus.recording import replay as _replay
from tellus.recording.dataset import Limits

NEWS = 5.0
"""How often a recording says how far it is where somebody looks, in seconds."""


@guarded
def record(
    context: typer.Context,
    device_ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the recording; an earlier one there goes on.")],
    seconds: Annotated[float | None, typer.Option(min=0.1, help="For so long. Default: until Ctrl-C.")] = None,
    shards: Annotated[int, typer.Option(min=1, help="Divides the chargers over so many folders a day.")] = 1,
    by_site: Annotated[
        bool, typer.Option("--by-site", help="A folder for each site; one call for each charger.")
    ] = False,
    file_mb: Annotated[int, typer.Option(min=1, help="A file ends when it has so many megabytes.")] = 128,
    file_minutes: Annotated[float, typer.Option(min=0.01, help="Or when it is so old.")] = 60.0,
    group_seconds: Annotated[float, typer.Option(min=0.05, help="A crash loses what came in so long at most.")] = 10.0,
) -> None:
    """Records live telemetry as Parquet files, and beside it when chargers were not observed."""
    limits = Limits(file_bytes=file_mb << 20, file_seconds=file_minutes * 60, group_seconds=group_seconds)
    # Whoever stops a service means the same as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with client(overflow="block") as platform:
        sites = {device: platform.device(device).site_id or "unknown" for device in device_ids} if by_site else None
        news = _News()
        done = _record(
            platform, device_ids, out, seconds=seconds, shards=shards, sites=sites, limits=limits, on_batch=news
        )
    if format_of(context) is Format.TABLE:
        note(f"{done.rows:,} rows in {done.files} files, {done.gaps} gaps noted.")
    else:
        print_json(done._asdict())


@guarded
def replay(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    speed: Annotated[float, typer.Option(min=0.0, help="1: as it was; 60: a minute in a second; 0: at once.")] = 1.0,
) -> None:
    """Plays a recording back like `tellus watch`."""
    with _replay(folder, speed or math.inf) as recording:
        show_frames(recording, format_of(context), None, lambda: f"{folder}")


class _News:
    """Says now and then how far a recording is."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, batch: Batch, recorded: Recorded) -> None:
        if sys.stderr.isatty() and time.monotonic() - self._said >= NEWS:
            self._said = time.monotonic()
            note(f"{recorded.rows:,} rows in {recorded.files} files")
