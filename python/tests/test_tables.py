"""Everything with rows is a table: lists, pages, snapshots and gaps; also for Spark, and in a notebook."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pytest
from support import eventually

import tellus


@pytest.fixture
def batch(sandbox: tellus.Sandbox, client: tellus.Client) -> tellus.Batch:
    with client.stream(sandbox.device_ids) as stream:
        return next(batch for batch in stream.batches() if len(batch) >= 3)


def test_columns_are_the_very_same_memory(batch: tellus.Batch) -> None:
    """Arrow's buffers lie in the core's columns: two looks, in two libraries, see the same addresses."""
    one, other = pa.table(batch), pa.table(batch)
    for name in ("timestamp", "received_at", "connector_id", "power", "energy_delivered", "soc"):
        addresses = [table.column(name).chunk(0).buffers()[1].address for table in (one, other)]
        assert addresses[0] == addresses[1], name
    codes = [table.column("device_id").chunk(0).indices.buffers()[1].address for table in (one, other)]
    assert codes[0] == codes[1]
    frame = pl.DataFrame(batch)
    seen = frame["power"].to_arrow().buffers()[1]
    assert seen.address == one.column("power").chunk(0).buffers()[1].address


async def test_sites(client: tellus.Client, async_client: tellus.AsyncClient) -> None:
    sites = list(client.sites())
    table = client.sites(page_size=2).to_arrow()
    assert table.column("site_id").to_pylist() == [site.site_id for site in sites]
    assert table.column("power_capacity").to_pylist() == [site.power_capacity for site in sites]
    assert table.column("latitude").to_pylist() == [site.location and site.location.lat for site in sites]
    assert [dict(row) for row in table.column("status_summary").to_pylist()] == [site.status_summary for site in sites]
    assert table.column("created_at").type == pa.timestamp("us", "UTC")
    assert table.schema.field("power_capacity").metadata == {b"unit": b"kW"}
    assert table.column("site_id").num_chunks == 2
    assert client.sites().to_polars().height == len(client.sites().to_pandas()) == len(sites)
    assert await async_client.sites(page_size=2).to_arrow() == table
    assert pa.table(await async_client.sites(page_size=2).table()) == table


def test_a_page_is_a_sequence_and_a_table(client: tellus.Client) -> None:
    page = next(client.charging_records(page_size=50).pages())
    records = list(page)
    assert (len(page), page[0], page[-1], page[3:5]) == (50, records[0], records[-1], records[3:5])
    assert page.total is not None
    assert page.total > 50
    for wrong in (50, -51):
        with pytest.raises(IndexError):
            page[wrong]
    assert pa.table(page).column("energy").to_pylist() == [record.energy for record in records]
    assert list(tellus.Page.from_json(page.to_json())) == records
    with pytest.raises(ValueError, match="missing field"):
        tellus.Page.from_json('[{"record_id": "r"}]')


def test_gaps_and_snapshots(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    with client.stream(sandbox.device_ids[:2]) as stream:
        next(stream)
        sandbox.inject("stream_drop")
        for _ in stream.batches():
            if sum(gap.cause == "reconnect" and gap.closed_at is not None for gap in stream.gaps()) == 2:
                break
        gaps = stream.gaps()
        eventually(lambda: len(stream.snapshot()) == 2)
        assert pa.table(stream.snapshot()).num_rows >= 2
    table = gaps.to_arrow()
    assert table.column("cause").to_pylist() == [gap.cause for gap in gaps]
    assert table.column("last_timestamp").to_pylist() == [gap.last and gap.last.timestamp for gap in gaps]
    assert table.column("next_received_at").to_pylist() == [gap.next and gap.next.received_at for gap in gaps]
    assert table.column("closed_at").type == pa.timestamp("us", "UTC")
    assert pl.DataFrame(gaps).height == len(gaps.to_pandas()) == len(gaps)
    assert gaps == list(gaps) == gaps[:]
    assert gaps[0] in gaps


def test_a_plain_form_without_dictionaries(batch: tellus.Batch) -> None:
    table = batch.to_arrow(plain=True)
    assert [field.type for field in table.schema] == [
        pa.string(),
        pa.timestamp("us", "UTC"),
        pa.timestamp("us", "UTC"),
        pa.int64(),
        pa.string(),
        pa.float64(),
        pa.float64(),
        pa.float64(),
    ]
    assert table.to_pylist() == batch.to_arrow().to_pylist()
    assert table.schema.field("power").metadata == {b"unit": b"kW"}


def test_telemetry_comes_back_from_a_table(batch: tellus.Batch) -> None:
    again = tellus.Batch.from_arrow(batch)
    assert again.frames == batch.frames
    assert list(map(repr, again.frames)) == list(map(repr, batch.frames))
    assert [frame.to_dict() for frame in again.frames] == [frame.to_dict() for frame in batch.frames]
    assert again.to_arrow() == batch.to_arrow()
    hole = batch.to_arrow().drop_columns("soc")
    with pytest.raises(ValueError, match="the column soc is missing"):
        tellus.Batch.from_arrow(hole)
    nothing = batch.to_arrow()
    nothing = nothing.set_column(5, "power", pa.nulls(nothing.num_rows, pa.float64()))
    assert {reading.power for frame in tellus.Batch.from_arrow(nothing).frames for reading in frame.connectors} == {
        None
    }


class Cells(HTMLParser):
    """Reads a table, and nothing but a table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        assert attrs == []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_small_tables_in_a_notebook(client: tellus.Client, batch: tellus.Batch, sandbox: tellus.Sandbox) -> None:
    now = datetime.now(UTC)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tables: dict[str, Any] = {
        "power (kW)": batch,
        "soc (%)": batch,
        "energy (kWh)": next(client.charging_records().pages()),
        "charge_energy (kWh)": client.energy("hour", day, now),
        "temperature (°C)": client.device(sandbox.device_ids[0]),
    }
    for title, table in tables.items():
        cells = Cells(table._repr_html_())
        assert title in cells.texts
        assert cells.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert batch.frames[0].device_id in Cells(batch._repr_html_()).texts


def test_what_the_platform_sends_is_escaped(batch: tellus.Batch) -> None:
    evil = batch.to_arrow().to_pylist()
    for row in evil:
        row["state"] = "<script>alert(1)</script>"
    table = pa.Table.from_pylist(evil, batch.to_arrow().schema)
    shown = tellus.Batch.from_arrow(table)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
