"""Commands that read."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import typer

from tellus._screen import Column, number
from tellus._tellus import ChargingRecord, Device
from tellus.cli.guard import client, guarded
from tellus.cli.output import Format, emit, format_of, note, print_csv, print_json, terminal
from tellus.cli.values import moment
from tellus.demo import CONNECTORS, charger_line, connector_rows, site_table

TIME = "A time (UTC where no zone is named), or a span like 7d for so long ago."
START = typer.Option(parser=moment, metavar="TIME", help=TIME)
END = typer.Option(parser=moment, metavar="TIME", help="Likewise. Default: now.")

RECORDS = [
    Column("device"),
    Column("#", right=True),
    Column("start UTC"),
    Column("min", right=True),
    Column("kWh", right=True),
    Column("max kW", right=True),
    Column("cost", right=True),
]
ENERGY = [
    Column("time"),
    Column("charged kWh", right=True),
    Column("discharged kWh", right=True),
    Column("max kW", right=True),
    Column("mean kW", right=True),
]


@guarded
def sites(context: typer.Context, status: Literal["active", "inactive"] | None = None) -> None:
    """Sites, with the number of their connectors by state."""
    with client() as platform:
        found = list(platform.sites(status))
    columns, rows = site_table(found)
    emit(format_of(context), [site.to_dict() for site in found], columns, rows)


@guarded
def device(context: typer.Context, device_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """A charger with its connectors, as it is now."""
    with client() as platform:
        found = platform.device(device_id)
    form = format_of(context)
    if form is Format.JSON:
        print_json(found.to_dict())
    elif form is Format.CSV:
        print_csv(_connectors(found))
    else:
        out = terminal()
        out.line(charger_line(found))
        out.table(CONNECTORS, connector_rows(found))


@guarded
def devices(context: typer.Context) -> None:
    """Chargers that are known: from TELLUS_DEVICES and from charging records. The platform has no list of them."""
    with client() as platform:
        found = platform.known_devices()
    rows = [[known.device_id, known.source.replace("_", " ")] for known in found]
    emit(format_of(context), [known.to_dict() for known in found], [Column("device"), Column("known from")], rows)


@guarded
def records(
    context: typer.Context,
    device: Annotated[str | None, typer.Option(metavar="ID", help="Only this charger's.")] = None,
    connector: Annotated[int | None, typer.Option(metavar="N", help="Only this connector's.")] = None,
    start: Annotated[datetime | None, START] = None,
    end: Annotated[datetime | None, END] = None,
    limit: Annotated[int, typer.Option(min=0, help="So many at most; 0: all.")] = 100,
) -> None:
    """Charging records, as the platform orders them."""
    with client() as platform:
        listed = platform.charging_records(
            device, connector, start, end, page_size=min(limit + 1, 100) if limit else 100
        )
        found = list(itertools.islice(listed, limit + 1 if limit else None))
    shown = found[:limit] if limit else found
    emit(format_of(context), [record.to_dict() for record in shown], RECORDS, [_record(record) for record in shown])
    if len(shown) < len(found):
        note(f"There are more than these {limit}; --limit 0 shows all.")


@guarded
def energy(
    context: typer.Context,
    granularity: Literal["hour", "day", "month"] = "day",
    start: Annotated[datetime | None, START] = None,
    end: Annotated[datetime | None, END] = None,
    site: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this site; may be repeated.")] = None,
) -> None:
    """Energy into and out of vehicles over time. Default: the last seven days."""
    with client() as platform:
        series = platform.energy(granularity, start or moment("7d"), end or datetime.now(UTC), site or ())
    form = format_of(context)
    if form is Format.JSON:
        print_json(series.to_dict())
        return
    rows = [
        [
            point.time or "–",
            number(point.charge_energy, 1),
            number(point.discharge_energy, 1),
            number(point.max_power, 1),
            number(point.avg_power, 1),
        ]
        for point in series.points
    ]
    if series.total is not None:
        total = series.total
        sums = [number(total.charge_energy, 1), number(total.discharge_energy, 1), number(total.max_power, 1)]
        rows.append(["total", *sums, ""])
    emit(form, [point.to_dict() for point in series.points], ENERGY, rows)


def _connectors(device: Device) -> list[dict[str, Any]]:
    return [{"device_id": device.device_id, **connector.to_dict()} for connector in device.connectors]


def _record(record: ChargingRecord) -> list[str]:
    took = (record.end_time - record.start_time).total_seconds() / 60 if record.end_time else None
    return [
        record.device_id,
        str(record.connector_id),
        f"{record.start_time:%Y-%m-%d %H:%M}",
        number(took, 0),
        number(record.energy, 2),
        number(record.max_power, 1),
        number(record.cost, 2),
    ]
