"""Figures about charging: sessions, utilisation, load, energy, V2G, uptime, and whether the sources agree.

    from tellus import kpi

    window = kpi.Window.days(date(2026, 3, 1), date(2026, 3, 31), "Europe/Berlin")
    records = client.charging_records(start=window.start - kpi.LOOK_BACK, end=window.end)
    print(kpi.energy(records, window, every="day"))

Tables come in as anything that speaks Arrow (this package's records and batches, pyarrow, polars, pandas), with the
columns that records and telemetry have here; figures go out as ``polars.DataFrame`` (``.to_pandas()``,
``.to_arrow()``). Polars reads Arrow memory where it lies and needs nothing else installed: ``pip install
'tellus-sdk[polars]'``. Units: kW (negative while discharging), kWh, hours, %. Local times are those of the window's
zone. Ids of devices are categories, as in this package's own tables.
A figure that cannot be known is null, never 0; a sum tells beside it what
it lacks.
"""

from datetime import timedelta

from tellus.kpi.energy import energy, v2g
from tellus.kpi.fleet import fleet
from tellus.kpi.load import QUARTER, concurrency, load_curve, load_duration_curve, measured_load
from tellus.kpi.reconcile import reconcile, reconcile_series
from tellus.kpi.sessions import sessions
from tellus.kpi.timeline import timeline
from tellus.kpi.uptime import NEVI, ONLINE, UK_2023, Definition, Uptime, uptime
from tellus.kpi.utilisation import occupancy, utilisation
from tellus.kpi.validate import validate
from tellus.kpi.window import Every, Window

LOOK_BACK = timedelta(hours=48)
"""Whether the platform lists sessions by their start or by overlap is not specified. Ask for records from so long
before a window on, so that those which run into it are there."""

__all__ = [
    "LOOK_BACK",
    "NEVI",
    "ONLINE",
    "QUARTER",
    "UK_2023",
    "Definition",
    "Every",
    "Uptime",
    "Window",
    "concurrency",
    "energy",
    "fleet",
    "load_curve",
    "load_duration_curve",
    "measured_load",
    "occupancy",
    "reconcile",
    "reconcile_series",
    "sessions",
    "timeline",
    "uptime",
    "utilisation",
    "v2g",
    "validate",
]
