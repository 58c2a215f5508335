"""Charging records and energy, with both clients, also as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars
import pyarrow  # type: ignore[import-untyped]
import pytest
from support import requests

import tellus

NOW = datetime.now(UTC)
WEEK = timedelta(days=7)


def test_records_come_lazily_page_by_page_with_units(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    records = client.charging_records(page_size=50)
    assert requests(sandbox) == []
    first = next(iter(records))
    assert isinstance(first, tellus.ChargingRecord)
    assert first.start_time.tzinfo is UTC
    assert f"energy={first.energy} kWh" in repr(first)
    assert first.to_dict()["record_id"] == first.record_id
    assert not hasattr(first, "vin")
    pages = list(records.pages())
    assert {len(page) for page in pages[:-1]} == {50}
    assert len({record.record_id for page in pages for record in page}) == sum(map(len, pages))


async def test_records_can_be_filtered(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    one = next(iter(client.charging_records()))
    start, end = NOW - timedelta(days=3), NOW - timedelta(days=1)
    found = list(client.charging_records(one.device_id, one.connector_id, start, end))
    assert found
    for record in found:
        assert (record.device_id, record.connector_id) == (one.device_id, one.connector_id)
        assert start <= record.start_time < end
    same = async_client.charging_records(device_id=one.device_id, connector_id=one.connector_id, start=start, end=end)
    assert [record async for record in same] == found
    assert [len(page) async for page in same.pages()] == [len(found)]


async def test_records_as_tables(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    records = client.charging_records(end=NOW - timedelta(hours=1))
    table = records.to_arrow()
    assert table.schema.field("start_time").type == pyarrow.timestamp("us", "UTC")
    assert pyarrow.types.is_dictionary(table.schema.field("device_id").type)
    assert table.schema.field("energy").metadata == {b"unit": b"kWh"}
    assert table.schema.field("max_power").metadata == {b"unit": b"kW"}
    rows = list(records)
    assert table.column("energy").to_pylist() == [record.energy for record in rows]
    assert table.column("record_id").to_pylist() == [record.record_id for record in rows]
    assert table.column("end_time").to_pylist() == [record.end_time for record in rows]
    assert table.column("record_id").num_chunks == len(list(records.pages()))
    assert pyarrow.table(records) == table
    assert polars.DataFrame(records).equals(records.to_polars())
    assert len(records.to_pandas()) == len(rows)
    other = async_client.charging_records(end=NOW - timedelta(hours=1))
    assert await other.to_arrow() == table
    assert (await other.to_polars()).height == len(await other.to_pandas()) == len(rows)


def test_no_records_make_an_empty_table(client: tellus.Client) -> None:
    table = client.charging_records(start=NOW + WEEK).to_arrow()
    assert (table.num_rows, table.schema.names[:2]) == (0, ["record_id", "device_id"])


async def test_energy(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    site = next(iter(client.sites())).site_id
    series = client.energy("day", NOW - timedelta(days=5), NOW, [site])
    assert series.granularity == "day"
    assert len(series) == len(series.points) >= 5
    assert series.total is not None
    assert series.total.charge_energy == pytest.approx(
        sum(point.charge_energy or 0 for point in series.points), abs=0.1
    )
    assert " kWh, " in repr(series.points[0])
    table = series.to_arrow()
    assert table.schema.field("charge_energy").metadata == {b"unit": b"kWh"}
    assert table.column("time").to_pylist() == [point.time for point in series.points]
    assert (series.to_polars().height, len(series.to_pandas())) == (len(series), len(series))
    assert series.to_dict()["points"][0] == series.points[0].to_dict()
    everywhere = await async_client.energy("month", NOW - WEEK, NOW)
    assert everywhere.total is not None
    assert (everywhere.total.charge_energy or 0) > (series.total.charge_energy or 0)


async def test_naive_times_are_refused(
    sandbox: tellus.Sandbox, client: tellus.Client, async_client: tellus.AsyncClient
) -> None:
    naive = datetime(2026, 1, 1)
    for call in (client.charging_records, async_client.charging_records):
        with pytest.raises(tellus.InvalidRequest, match=r"start\.replace\(tzinfo=datetime\.timezone\.utc\)") as raised:
            call(start=naive)
        assert raised.value.details["field"] == "start"
    with pytest.raises(tellus.InvalidRequest) as raised:
        client.energy("day", NOW, naive)
    assert raised.value.details["field"] == "end"
    with pytest.raises(tellus.InvalidRequest):
        await async_client.energy("day", naive, NOW)
    with pytest.raises(TypeError, match="end must be a datetime"):
        client.charging_records(end="2026-01-01")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert requests(sandbox) == []


def test_other_times_of_day_than_utc(client: tellus.Client) -> None:
    here = (NOW - timedelta(days=2)).astimezone()
    assert list(client.charging_records(start=here, end=NOW)) == list(
        client.charging_records(start=here.astimezone(UTC), end=NOW)
    )
