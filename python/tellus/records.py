"""Charging records, as they come and as tables."""

from __future__ import annotations

from typing import Any

from tellus import _frames
from tellus._tellus import ChargingRecord, record_stream
from tellus.pages import AsyncPages, Pages


class ChargingRecords(Pages[ChargingRecord]):
    """Charging records, fetched page by page as they are asked for; each iteration begins anew.

    Also an Arrow table, for everything that reads one (``pyarrow.table(records)``): then all pages are fetched first.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """All records as an Arrow stream: one row for each session, a batch for each page."""
        return record_stream(list(self.pages()), requested_schema)

    def to_arrow(self) -> Any:
        """All records as a ``pyarrow.Table`` with one row for each session."""
        return _frames.to_arrow(self)

    def to_pandas(self) -> Any:
        """All records as a ``pandas.DataFrame`` with one row for each session."""
        return _frames.to_pandas(self)

    def to_polars(self) -> Any:
        """All records as a ``polars.DataFrame`` with one row for each session."""
        return _frames.to_polars(self)


class AsyncChargingRecords(AsyncPages[ChargingRecord]):
    """Charging records for ``async for``; tables are awaited."""

    async def to_arrow(self) -> Any:
        """See :meth:`ChargingRecords.to_arrow`."""
        return _frames.to_arrow(await self._table())

    async def to_pandas(self) -> Any:
        """See :meth:`ChargingRecords.to_pandas`."""
        return _frames.to_pandas(await self._table())

    async def to_polars(self) -> Any:
        """See :meth:`ChargingRecords.to_polars`."""
        return _frames.to_polars(await self._table())

    async def _table(self) -> _Table:
        return _Table([page async for page in self.pages()])


class _Table:
    """Records that have been fetched."""

    def __init__(self, pages: list[list[ChargingRecord]]) -> None:
        self._pages = pages

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return record_stream(self._pages, requested_schema)
