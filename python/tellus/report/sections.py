"""The parts of a report, each from its source."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from tellus import kpi, plot
from tellus._later import pl
from tellus._screen import number
from tellus.report.figures import picture
from tellus.report.html import NOTHING, Html, join, table, tag
from tellus.report.source import Source

COUNTERS = {"metered": "their meter", "delivered": "telemetry's counter", "integrated": "the integral of power"}
NO_TELEMETRY = "No telemetry was given. States, uptime, idle time and true peaks were not observed."
BOUNDS = "Uptime lies between its two bounds, and idle time is at least what is shown."
ALWAYS = (
    "Chargers are known from settings and from records, since the platform does not list them: one that never had a "
    "session may be missing.",
    "A session may get its record only when it has ended: what still runs at the end of the period may be missing.",
    "Sessions that another system manages may be missing from the platform's records.",
    "The energy of a session is spread evenly over its duration. Sessions that began more than "
    f"{kpi.LOOK_BACK.total_seconds() / 3600:.0f} h before the period are left out.",
)
SHOWN = 25
"""Rows that a list shows at most; how many more there are is said below it."""


def key_figures(source: Source) -> Html:
    """The figures on top."""
    window, fleet, records = source.window, source.fleet, source.records
    total = kpi.energy(records, window, None, fleet=fleet).row(0, named=True)
    back = kpi.v2g(records, window, fleet=fleet).row(0, named=True)
    used = kpi.utilisation(records, window, fleet, source.telemetry, gaps=source.gaps).row(0, named=True)
    running: int = kpi.concurrency(records, window, fleet).select(pl.col("running").max()).item()
    sessions = sessions_of(source)
    middle = sessions.select(pl.col("energy").abs().median(), pl.col("duration", "mean_power").abs().median()).row(0)
    rows = [
        ["Sessions begun", number(total["sessions"], 0), ""],
        ["Energy charged", number(total["charged"], 1), "kWh"],
        ["Energy discharged (V2G)", number(total["discharged"], 1), "kWh"],
        ["Net energy", number(total["net"], 1), "kWh"],
        ["V2G revenue, in the platform's currency", number(back["revenue"], 2), ""],
        ["Energy of a session, median", number(middle[0], 1), "kWh"],
        ["Duration of a session, median", number(middle[1], 2), "h"],
        ["Mean power of a session, median", number(middle[2], 1), "kW"],
        ["Most sessions at the same time", f"{running} of {fleet.height}", "connectors"],
        ["Occupied", number(used["occupied"], 1), "% of connector-time"],
        ["Charging or discharging", number(used["charging"], 1), "% of observed connector-time"],
        ["Capacity factor", number(used["capacity_factor"], 1), "% of rated energy"],
    ]
    return section("Key figures", table(["Figure", "Value", "Unit"], rows, (0, 2)))


def sessions_of(source: Source) -> pl.DataFrame:
    """The site's sessions that begin in the window."""
    return mine(source, kpi.sessions(source.records, source.telemetry, gaps=source.gaps))


def pictures(source: Source) -> Html:
    """Load, occupancy, sizes."""
    window, fleet = source.window, source.fleet
    every: kpi.Every = "hour" if window.hours > 72 else kpi.QUARTER
    load = kpi.load_curve(source.records, window, every, fleet)
    busy = kpi.occupancy(source.records, window, fleet)
    sizes = sessions_of(source)
    return section(
        "Load and use",
        picture(lambda ax: plot.load_curve(load, ax), "Mean power, from charging records: short peaks are flattened."),
        picture(lambda ax: plot.heat_map(busy, ax), f"Occupied by weekday and hour, local time of {window.zone}."),
        picture(lambda ax: plot.session_histogram(sizes, "energy", ax), "Sessions by their energy."),
    )


def energy_over_time(source: Source) -> Html:
    """Days, or months where there are many."""
    unit: Literal["day", "month"] = "day" if source.window.hours <= 24 * 62 else "month"
    form = "%Y-%m-%d" if unit == "day" else "%Y-%m"
    told = kpi.energy(source.records, source.window, unit, fleet=source.fleet)
    back = kpi.v2g(source.records, source.window, unit, fleet=source.fleet)
    rows = [
        [
            f"{row['time']:{form}}",
            *(number(row[name], 1) for name in ("hours", "charged", "discharged", "net")),
            number(row["sessions"], 0),
            number(revenue, 2),
        ]
        for row, revenue in zip(told.iter_rows(named=True), back["revenue"], strict=True)
    ]
    heads = [unit.capitalize(), "Hours", "Charged kWh", "Discharged kWh", "Net kWh", "Sessions", "V2G revenue"]
    return section(f"Energy by {unit}", table(heads, rows))


def connectors(source: Source) -> Html:
    """Each connector's use."""
    used = kpi.utilisation(source.records, source.window, source.fleet, source.telemetry, "connector", gaps=source.gaps)
    names = ["throughput", "occupied", "charging", "capacity_factor"]
    rows = [
        [f"{row['device_id']} #{row['connector_id']}", *(number(row[name], 1) for name in names)]
        for row in used.iter_rows(named=True)
    ]
    return section("Connectors", table(["Connector", "kWh", "Occupied %", "Charging %", "Capacity factor %"], rows))


def uptime(source: Source) -> Html:
    """States and uptime, where there is telemetry."""
    if source.telemetry is None:
        return NOTHING
    line = kpi.timeline(source.telemetry, source.window, source.fleet, gaps=source.gaps)
    height = 1.6 + 0.28 * source.fleet.height
    says = "States of each connector; hatched where it was not observed."
    drawn = picture(lambda ax: plot.timeline(line, ax), says, height)
    rows: list[list[str]] = []
    for definition in (kpi.NEVI, kpi.UK_2023, kpi.ONLINE):
        for row in kpi.uptime(line, definition, "connector" if definition is kpi.NEVI else None).iter_rows(named=True):
            whom = f"{row['device_id']} #{row['connector_id']}" if "device_id" in row else "all connectors"
            met = {True: "met", False: "not met", None: "–" if definition.threshold is None else "cannot be told"}
            shares = [number(row[name], 3) for name in ("low", "high", "figure")]
            rows.append([definition.name, whom, number(row["unknown"], 1), *shares, met[row["met"]]])
    heads = ["Definition", "For", "Not observed h", "At least %", "At most %", "By definition %", "Threshold"]
    rules = [f"{each.name}: {each.source}." for each in (kpi.NEVI, kpi.UK_2023)]
    return section("States and uptime", drawn, table(heads, rows, (0, 1, 6)), tag("p", " ".join(rules), class_="note"))


def agreement(source: Source) -> Html:
    """Whether the sources agree, and what looks odd."""
    rows: list[list[str]] = []
    if source.series is not None:
        # By hours, since days are not the same everywhere and their labels name no zone; and hours of UTC, since some
        # places are half an hour off.
        window = replace(source.window, zone="UTC")
        sums = kpi.reconcile_series(source.records, window, source.series, "hour", fleet=source.fleet)
        for name in ("charged", "discharged"):
            compared = sums.select(ok=f"{name}_ok", ours=name, theirs=f"platform_{name}")
            rows.append(_compared(f"Hours whose {name} energy is the platform's", compared))
    records = mine(source, pl.DataFrame(source.records))
    told = kpi.reconcile(records, source.telemetry, gaps=source.gaps)
    for name, says in COUNTERS.items():
        compared = told.select(ok=f"{name}_ok", ours=pl.col("recorded").abs(), theirs=pl.col(name).abs())
        rows.append(_compared(f"Sessions that agree with {says}", compared))
    odd = kpi.validate(records, source.fleet)
    listed = [
        [
            row["record_id"] or "–",
            f"{row['device_id']} #{row['connector_id']}",
            row["warning"],
            number(row["value"], 2),
            number(row["limit"], 2),
            row["unit"],
        ]
        for row in odd.head(SHOWN).iter_rows(named=True)
    ]
    more = tag("p", f"{odd.height - SHOWN:,} more are not shown.", class_="note") if odd.height > SHOWN else NOTHING
    warnings = (
        join(table(["Record", "Connector", "Warning", "Value", "Limit", "Unit"], listed, (0, 1, 2)), more)
        if listed
        else tag("p", "No record looks odd.")
    )
    return section(
        "Do the sources agree?",
        table(["Compared", "Agree", "Difference kWh"], rows),
        tag("h3", "Records that look odd"),
        warnings,
    )


def _compared(what: str, both: pl.DataFrame) -> list[str]:
    """A row about two sources: what can be compared, what agrees, and how far they are apart in all."""
    known = both.drop_nulls("ok")
    good, apart = known.select(pl.col("ok").sum(), (pl.col("ours") - pl.col("theirs")).sum()).row(0)
    return [what, f"{good} of {known.height}", number(apart if known.height else None, 3)]


def mine(source: Source, table: pl.DataFrame) -> pl.DataFrame:
    """The sessions in a table that are the site's and begin in the window."""
    window, here = source.window, source.fleet["device_id"].cast(pl.String).unique()
    began = pl.col("start_time").is_between(window.start, window.end, closed="left")
    return table.filter(began & pl.col("device_id").cast(pl.String).is_in(here.implode()))


def unseen(source: Source) -> Html:
    """What was not observed, and what therefore cannot be known."""
    known = (source.records, source.window)
    said = [NO_TELEMETRY]
    if source.telemetry is not None:
        used = kpi.utilisation(*known, source.fleet, source.telemetry, gaps=source.gaps).row(0, named=True)
        missing = number(max(used["hours"] - used["observed_hours"], 0), 1)
        said = [f"Of {number(used['hours'], 1)} connector-hours, {missing} were not observed. {BOUNDS}"]
    counts = {
        "sessions have no end yet: they count until the end of the period.": sessions_of(source)[
            "end_time"
        ].null_count(),
        "sessions tell no energy: they count as nothing.": _one(
            kpi.energy(*known, None, fleet=source.fleet), "unmetered"
        ),
        "discharges tell no cost: their revenue is not known.": _one(kpi.v2g(*known, fleet=source.fleet), "unpriced"),
    }
    said += [f"{count:,} {what}" for what, count in counts.items() if count]
    if source.fleet.is_empty() or source.fleet["rated_power"].has_nulls():
        said.append("The rated power of some chargers was not given: their capacity factor is not known.")
    if source.lost:
        said.append(
            f"Records name devices that the platform does not know; they are left out: {', '.join(source.lost)}."
        )
    return section("What was not observed", tag("ul", *(tag("li", each) for each in [*said, *ALWAYS])))


def _one(figures: pl.DataFrame, name: str) -> int:
    found: int = figures[name].item()
    return found


def section(title: str, *content: str) -> Html:
    """A part of the page with its title."""
    return tag("section", tag("h2", title), *content)
