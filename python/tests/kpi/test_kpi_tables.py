"""What is taken as a table, and what is refused."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import pandas as pd  # type: ignore[import-untyped, unused-ignore]
import polars as pl
import pytest
from made import record, records
from support import succeeds

import tellus
from tellus import kpi

WINDOW = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 28))
TABLE = records(record("03-28 10:00", "03-28 11:00", 4.0), record("03-28 12:00", None, 2.0))


@pytest.mark.parametrize(
    "rows",
    [
        TABLE,
        TABLE.lazy(),
        TABLE.to_arrow(),
        TABLE.to_pandas(),
        TABLE.with_columns(pl.col("device_id").cast(pl.Categorical)),
        TABLE.with_columns(pl.col("start_time", "end_time").dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ns")),
        TABLE.select("device_id", "connector_id", "start_time", "end_time", "energy"),
    ],
    ids=["polars", "lazy", "pyarrow", "pandas", "categorical", "another zone", "only what is needed"],
)
def test_tables_of_all_kinds(rows: Any) -> None:
    assert kpi.energy(rows, WINDOW, None)["charged"].item() == 6.0
    assert kpi.sessions(rows)["mean_power"].to_list() == [4.0, None]


def test_missing_numbers_of_pandas_are_null() -> None:
    frame = TABLE.to_pandas()
    frame["avg_power"] = pd.Series([float("nan"), -3.0])
    assert kpi.sessions(frame)["discharge"].to_list() == [False, True]


def test_nothing_but_nulls() -> None:
    frame = TABLE.with_columns(end_time=pl.lit(None), energy=pl.lit(None))
    assert kpi.energy(frame, WINDOW, None)["unmetered"].item() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start_time": pl.col("start_time").dt.replace_time_zone(None)}, "records.start_time"),
        ({"end_time": pl.col("end_time").dt.to_string("%F")}, "records.end_time"),
        ({"start_time": pl.lit(None)}, "records.start_time"),
    ],
)
def test_times_that_are_none(change: dict[str, pl.Expr], field: str) -> None:
    with pytest.raises(tellus.InvalidRequest) as raised:
        kpi.energy(TABLE.with_columns(**change), WINDOW)
    assert raised.value.details == {"field": field}


def test_what_is_no_table() -> None:
    with pytest.raises(TypeError, match=r"records must be a table .* not list"):
        kpi.energy([], WINDOW)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(tellus.InvalidRequest, match="records has no column 'energy'"):
        kpi.energy(TABLE.drop("energy"), WINDOW)


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match=r"this needs polars: pip install 'tellus-sdk\[polars\]'"):
        kpi.energy(TABLE, WINDOW)


def test_importing_is_free_of_libraries() -> None:
    succeeds("""
        import sys
        import tellus
        assert not {"tellus.kpi", "tellus.plot", "tellus.report"} & set(sys.modules)
        from tellus import kpi, plot
        kpi.Window.days.__doc__
        help_of = kpi.energy.__doc__
        assert not {"polars", "matplotlib", "numpy", "pandas", "pyarrow"} & set(sys.modules)
    """)
