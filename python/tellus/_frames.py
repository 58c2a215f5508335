"""Batches as tables of other libraries, each imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tellus._tellus import Batch


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"this needs {name}: pip install {name}", name=name) from error


def to_arrow(batch: Batch) -> Any:
    """A ``pyarrow.Table``; shares its memory with the batch."""
    return _library("pyarrow").table(batch)


def to_pandas(batch: Batch) -> Any:
    """A ``pandas.DataFrame``, by way of pyarrow."""
    _library("pandas")
    return to_arrow(batch).to_pandas()


def to_polars(batch: Batch) -> Any:
    """A ``polars.DataFrame``; needs no pyarrow."""
    return _library("polars").DataFrame(batch)
