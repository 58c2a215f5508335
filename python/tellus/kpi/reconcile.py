"""Whether the sources agree: the record, its meter, telemetry's own counter, the integral of power, the platform's
sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tellus._frames import ArrowStream
from tellus._later import pl
from tellus.kpi.energy import energy
from tellus.kpi.readings import MAX_GAP, Gaps, steps_of, within
from tellus.kpi.sessions import peak_readings, spans
from tellus.kpi.tables import CONNECTOR, sessions_of, table
from tellus.kpi.window import Window

PLATFORM = {"charged": "charge_energy", "discharged": "discharge_energy"}
LABELS = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}
ABSOLUTE = 0.1
RELATIVE = 0.01


def reconcile(
    records: ArrowStream,
    telemetry: ArrowStream | None = None,
    *,
    absolute: float = ABSOLUTE,
    relative: float = RELATIVE,
    coverage: float = 99.0,
    max_gap: timedelta | None = MAX_GAP,
    gaps: Gaps | None = None,
) -> pl.DataFrame:
    """Each record's energy beside what the other sources say, in kWh; a row for each record, in the records' order.

    Columns: `record_id`, `device_id`, `connector_id`, `recorded`, `metered` (difference of the record's meter
    readings), `delivered` (telemetry's counter of the session, at its largest), `integrated` (integral of power,
    straight lines between readings), `observed` (% of the session that telemetry saw); `metered_ok`, `delivered_ok`,
    `integrated_ok`.

    Two agree if they differ by no more than `absolute` kWh + `relative` x the record. Null means that it cannot be
    told: the source is missing, the session is open, or, for telemetry, less than `coverage` % of it was seen.
    `recorded` and `integrated` are signed, negative for a discharge. The sign of counters is not specified: the
    magnitudes are compared.
    """
    frame = spans(sessions_of(records)).with_row_index("_row")
    frame = frame.with_columns(metered=pl.col("meter_end") - pl.col("meter_start"))
    length = pl.col("finish") - pl.col("begin")
    if telemetry is None:
        frame = frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("integrated", "seen", "delivered"))
    else:
        steps = steps_of(telemetry, max_gap, gaps)
        amounts = {"integrated": pl.col("energy"), "seen": pl.when(pl.col("energy").is_not_null()).then(length)}
        frame = within(frame, steps, amounts)
        peaks = peak_readings(frame, telemetry, "energy_delivered").rename({"energy_delivered": "delivered"})
        frame = frame.join(peaks, on="_row", how="left", maintain_order="left")
    seen = pl.when((length > 0) & (pl.col("seen") > 0)).then(pl.col("seen") / length * 100)
    frame = frame.with_columns(observed=seen, integrated=pl.when(seen.is_not_null()).then("integrated"))
    whole = (pl.col("observed") >= coverage) & pl.col("end_time").is_not_null()
    room = absolute + relative * pl.col("energy").abs()
    apart = {
        "metered": pl.col("metered").abs() - pl.col("energy").abs(),
        "delivered": pl.when(whole).then(pl.col("delivered").abs() - pl.col("energy").abs()),
        "integrated": pl.when(whole).then(pl.col("integrated") - pl.col("energy")),
    }
    return frame.select(
        *("record_id", *CONNECTOR),
        *("metered", "delivered", "integrated", "observed"),
        recorded="energy",
        **{f"{name}_ok": difference.abs() <= room for name, difference in apart.items()},
    )


def reconcile_series(
    records: ArrowStream,
    window: Window,
    series: ArrowStream,
    every: Literal["hour", "day", "month"],
    *,
    absolute: float = ABSOLUTE,
    relative: float = RELATIVE,
    fleet: ArrowStream | None = None,
) -> pl.DataFrame:
    """The records' energy (see :func:`energy`) beside the platform's own sums, ``client.energy(every, …)``, in kWh.

    Columns: `time` (local), `hours`, `charged`, `platform_charged`, `charged_ok`, and the same three for
    `discharged`.

    Both must be about the same window. The zone of the platform's labels is not specified: where a label names none, it
    is read in the window's. Whether the platform sends empty buckets is not specified either: one that is missing
    counts as 0. Records must reach back far enough to hold the sessions that run into the window. Tolerances as for
    :func:`reconcile`.
    """
    ours = energy(records, window, every, fleet=fleet)
    theirs = table(series, "series", ["time"], [*PLATFORM.values()])
    labels = [_label(text, every, window.zone) for text in theirs["time"]]
    theirs = theirs.with_columns(pl.Series("_label", labels, dtype=pl.String))
    theirs = theirs.group_by("_label").agg(
        pl.col(theirs_name).sum().alias(f"platform_{name}") for name, theirs_name in PLATFORM.items()
    )
    # A bucket that the window cuts off has the label of the whole one.
    moment = pl.col("time").dt.convert_time_zone("UTC") if every == "hour" else pl.col("time")
    ours = ours.with_columns(_label=moment.dt.strftime(LABELS[every]))
    both = ours.join(theirs, on="_label", how="left", maintain_order="left")
    both = both.with_columns(pl.col(f"platform_{name}").fill_null(0) for name in PLATFORM)
    return both.select(
        "time",
        "hours",
        *(column for name in PLATFORM for column in (name, f"platform_{name}", _agree(name, absolute, relative))),
    )


def _agree(name: str, absolute: float, relative: float) -> pl.Expr:
    theirs = pl.col(f"platform_{name}")
    return ((pl.col(name) - theirs).abs() <= absolute + relative * theirs).alias(f"{name}_ok")


def _label(text: str | None, every: str, zone: str) -> str | None:
    """A label of the platform in our form: local for days and months, in UTC for hours, which are not always there
    once."""
    if text is None or every != "hour":
        return text and text[: 7 if every == "month" else 10]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.replace(tzinfo=moment.tzinfo or ZoneInfo(zone)).astimezone(UTC).strftime(LABELS["hour"])
