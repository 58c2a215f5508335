"""Arrow streams as tables of other libraries, each imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any, Protocol


class ArrowStream(Protocol):
    """What has rows: a batch, charging records, an energy series."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as an Arrow C stream."""


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"this needs {name}: pip install {name}", name=name) from error


def to_arrow(rows: ArrowStream) -> Any:
    """A ``pyarrow.Table``; shares its memory with the rows."""
    return _library("pyarrow").table(rows)


def to_pandas(rows: ArrowStream) -> Any:
    """A ``pandas.DataFrame``, by way of pyarrow."""
    _library("pandas")
    return to_arrow(rows).to_pandas()


def to_polars(rows: ArrowStream) -> Any:
    """A ``polars.DataFrame``; needs no pyarrow."""
    return _library("polars").DataFrame(rows)
