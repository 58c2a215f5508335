"""``tellus report``: a site's figures as a page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tellus._later import pl
from tellus.cli.guard import client, guarded
from tellus.cli.lists import END, START
from tellus.cli.output import Format, format_of, note, print_json
from tellus.cli.values import moment
from tellus.errors import InvalidRequest


def rating(given: list[str]) -> dict[str, float]:
    """``TP-DC60=60`` and the like."""
    ratings: dict[str, float] = {}
    for text in given:
        name, _, power = text.rpartition("=")
        try:
            ratings[name] = float(power)
        except ValueError:
            name = ""
        if not name or not 0 < ratings[name] < float("inf"):
            raise InvalidRequest(f"--rated {text!r} is not like TP-DC60=60")
    return ratings


@guarded
def report(
    context: typer.Context,
    site: Annotated[str, typer.Option(metavar="ID", help="Which site.")],
    out: Annotated[Path, typer.Option(metavar="FILE.html", dir_okay=False, help="Where to write it.")],
    start: Annotated[datetime | None, START] = None,
    end: Annotated[datetime | None, END] = None,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="The site's time zone, e.g. Europe/Berlin.")] = "UTC",
    rated: Annotated[
        list[str] | None, typer.Option(metavar="MODEL=KW", help="A charger's power, by model or id; may be repeated.")
    ] = None,
    telemetry: Annotated[
        Path | None, typer.Option(metavar="FILE.parquet", exists=True, dir_okay=False, help="Telemetry of that time.")
    ] = None,
) -> None:
    """Writes a page about a site: energy, use, load, V2G, uptime, and what was not observed. Default: the last 30
    days."""
    # Every command is imported with every other one; this one's modules are its own.
    from tellus import kpi
    from tellus import report as pages

    ratings = rating(rated or [])
    window = kpi.Window(start or moment("30d"), end or datetime.now(UTC), zone)
    try:
        seen = None if telemetry is None else _read(telemetry)
        with client() as platform:
            source = pages.collect(platform, site, window, rated_power=ratings, telemetry=seen)
        page = pages.render(source)
    except ImportError as error:
        raise InvalidRequest(str(error)) from error
    out.write_text(page, encoding="utf-8")
    if format_of(context) is Format.TABLE:
        note(f"Written: {out}")
    else:
        print_json({"file": str(out), "bytes": len(page.encode())})


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise InvalidRequest(f"{path} cannot be read as Parquet: {error}") from error
