"""Figures against what the sandbox knows: its aggregates, its meters, its own physics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import polars as pl
import pytest

import tellus
from tellus import kpi


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.mark.parametrize(("every", "days"), [("hour", 2), ("day", 6), ("month", 6)])
def test_sums_are_the_platforms(
    client: tellus.Client, now: datetime, every: Literal["hour", "day", "month"], days: int
) -> None:
    window = kpi.Window(now - timedelta(days=days), now - timedelta(hours=2))
    records = client.charging_records(start=window.start - kpi.LOOK_BACK, end=window.end)
    series = client.energy(every, window.start, window.end)
    told = kpi.reconcile_series(records, window, series, every, absolute=1e-4, relative=0)
    assert told["platform_charged"].sum() > 100
    assert told["platform_discharged"].sum() > 10
    assert told["charged_ok"].all()
    assert told["discharged_ok"].all()
    curve = kpi.load_curve(records, window, every if every == "hour" else timedelta(hours=1))
    points = client.energy("hour", window.start, window.end).points
    assert curve["charging"].to_list() == pytest.approx([point.avg_power or 0 for point in points], abs=2e-3)


def test_sums_of_each_site_are_the_platforms(client: tellus.Client, sandbox: tellus.Sandbox, now: datetime) -> None:
    window = kpi.Window(now - timedelta(days=5), now - timedelta(hours=2), "Europe/Berlin")
    records = client.charging_records(start=window.start - kpi.LOOK_BACK, end=window.end).to_polars()
    fleet = kpi.fleet(client.device(device_id) for device_id in sandbox.device_ids)
    sites = kpi.energy(records, window, None, "site", fleet)
    for site, charged, discharged in sites.select("site_id", "charged", "discharged").iter_rows():
        total = client.energy("day", window.start, window.end, [site]).total
        assert total is not None
        assert (charged, discharged) == pytest.approx((total.charge_energy, total.discharge_energy), abs=1e-3)


def test_records_agree_with_their_meters_and_prices(client: tellus.Client) -> None:
    records = client.charging_records().to_polars()
    assert kpi.reconcile(records)["metered_ok"].all()
    sessions = kpi.sessions(records).join(records.select("record_id", "avg_power"), on="record_id")
    assert (sessions["mean_power"] - sessions["avg_power"]).abs().max() < 0.001  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand, reportOperatorIssue]
    first, last = (records["start_time"].min(), records["end_time"].max())
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    v2g = kpi.v2g(records, kpi.Window(first, last))
    # The sandbox pays 0.31 for a kWh, to the cent for each session.
    assert v2g["revenue"].item() == pytest.approx(v2g["exported"].item() * 0.31, abs=0.01 * v2g["sessions"].item())
    assert (v2g["cost"].item(), v2g["unpriced"].item()) == (0, 0)
    assert kpi.validate(records).height < records.height


def test_the_integral_of_power_is_the_record() -> None:
    """A whole session, second by second of the fleet's time, by all five sources."""
    with tellus.Sandbox(cadence=0.02, speed=600, query_per_minute=0, token_per_minute=0, no_arrivals=True) as sandbox:
        device_id = sandbox.device_ids[0]
        with sandbox.client(query_per_minute=1000) as client, client.stream([device_id]) as stream:
            next(stream)
            before = {record.record_id for record in client.charging_records(device_id)}
            client.start(device_id, 1, charge_power=50, duration=1200)
            batches: list[pl.DataFrame] = []
            ended: list[tellus.ChargingRecord] = []
            for batch in stream.batches(max_wait=0.1):
                batches.append(batch.to_polars())
                ended = ended or [
                    record for record in client.charging_records(device_id) if record.record_id not in before
                ]
                if ended and ended[0].end_time and batch.frames and batch.frames[-1].timestamp > ended[0].end_time:
                    break
            records = client.charging_records(device_id, start=ended[0].start_time).to_polars()
            seen = pl.concat(batches)
    told = kpi.reconcile(records, seen, absolute=0.35, relative=0.02, coverage=95)
    assert told["recorded"].item() > 10
    assert told.select("metered_ok", "delivered_ok", "integrated_ok").row(0) == (True, True, True), told
    session = kpi.sessions(records, seen)
    assert session["observed"].item() > 95
    assert session["peak_power"].item() == pytest.approx(50)
