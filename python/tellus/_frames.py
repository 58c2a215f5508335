"""Arrow streams as tables of other libraries, each imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any, Protocol


class ArrowStream(Protocol):
    """What has rows: a page, charging records, an energy series, a batch of telemetry, gaps."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as an Arrow C stream."""


def library(name: str, extra: str | None = None) -> Any:
    """A library that is not needed unless it is asked for."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        hint = f"this needs {name}: pip install 'tellus-sdk[{extra or name}]'"
        raise ImportError(hint, name=name) from error


def to_arrow(rows: ArrowStream, *, plain: bool = False) -> Any:
    """A ``pyarrow.Table``; shares its memory with the rows, unless it is to be plain."""
    pyarrow = library("pyarrow", "parquet")
    table = pyarrow.table(rows)
    return _plain(pyarrow, table) if plain else table


def to_pandas(rows: ArrowStream) -> Any:
    """A ``pandas.DataFrame``, by way of pyarrow."""
    library("pandas")
    return to_arrow(rows).to_pandas()


def to_polars(rows: ArrowStream) -> Any:
    """A ``polars.DataFrame``; needs no pyarrow."""
    return library("polars").DataFrame(rows)


def to_html(rows: Any) -> str:
    """The first rows as a notebook shows them; needs no library."""
    from tellus import _html

    return _html.rows(rows)


def _plain(pyarrow: Any, table: Any) -> Any:
    """Texts in place of dictionaries, and signed numbers in place of unsigned ones, which some readers lack."""

    def kind(told: Any) -> Any:
        if pyarrow.types.is_dictionary(told):
            return told.value_type
        return pyarrow.int64() if pyarrow.types.is_unsigned_integer(told) else told

    return table.cast(pyarrow.schema([field.with_type(kind(field.type)) for field in table.schema]))
