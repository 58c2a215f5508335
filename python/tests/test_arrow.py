"""Batches as tables of other libraries."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd  # type: ignore[import-untyped, unused-ignore]
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pytest

import tellus


@pytest.fixture
def batch(sandbox: tellus.Sandbox, client: tellus.Client) -> tellus.Batch:
    with client.stream(sandbox.device_ids) as stream:
        return next(batch for batch in stream.batches() if len(batch) >= 3)


def rows(batch: tellus.Batch) -> list[dict[str, Any]]:
    """What the table must hold."""
    return [
        {
            "device_id": frame.device_id,
            "timestamp": frame.timestamp,
            "received_at": frame.received_at,
            **reading.to_dict(),
        }
        for frame in batch.frames
        for reading in frame.connectors
    ]


def test_pyarrow(batch: tellus.Batch) -> None:
    table: Any = pa.table(batch)
    text = pa.dictionary(pa.int32(), pa.string())
    time = pa.timestamp("us", "UTC")
    assert [(field.name, field.type) for field in table.schema] == [
        ("device_id", text),
        ("timestamp", time),
        ("received_at", time),
        ("connector_id", pa.uint32()),
        ("state", pa.dictionary(pa.int8(), pa.string())),
        ("power", pa.float64()),
        ("energy_delivered", pa.float64()),
        ("soc", pa.float64()),
    ]
    units = {field.name: field.metadata[b"unit"].decode() for field in table.schema if field.metadata}
    assert units == {"power": "kW", "energy_delivered": "kWh", "soc": "%"}
    assert table.to_pylist() == rows(batch)
    assert batch.to_arrow().equals(table)


def test_polars(batch: tellus.Batch) -> None:
    frame = batch.to_polars()
    assert isinstance(frame, pl.DataFrame)
    assert frame.schema["timestamp"] == pl.Datetime("us", "UTC")
    assert frame["power"].to_list() == [row["power"] for row in rows(batch)]
    assert frame["device_id"].cast(pl.String).to_list() == [row["device_id"] for row in rows(batch)]


def test_pandas(batch: tellus.Batch) -> None:
    frame = batch.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert str(frame["timestamp"].dtype) == "datetime64[us, UTC]"
    assert isinstance(frame["state"].dtype, pd.CategoricalDtype)
    assert frame["connector_id"].tolist() == [row["connector_id"] for row in rows(batch)]


def test_a_missing_library_is_named(batch: tellus.Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match=r"pip install 'tellus-sdk\[polars\]'"):
        batch.to_polars()
