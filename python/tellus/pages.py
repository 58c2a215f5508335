"""Lists that come page by page, each page fetched when it is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from tellus._tellus import Page, Table, page_stream

if TYPE_CHECKING:
    from tellus._tellus import Call, CorePages

T = TypeVar("T")
R = TypeVar("R")


class Step(Generic[T, R]):
    """Something to fetch, and what it is for."""

    def __init__(self, call: Call[Page[T] | None], reading: R) -> None:
        self.call = call
        self.reading = reading


class Reading(Protocol[T]):
    """A list on its way, without any I/O of its own: it says what to fetch and takes what has come. Both kinds of
    client drive it, each in its own way."""

    @property
    def pages(self) -> list[Page[T]]:
        """What has come."""
        raise NotImplementedError

    def ask(self) -> Step[T, Any] | None:
        """What to fetch next; ``None`` when all has come."""

    def take(self, step: Step[T, Any], page: Page[T] | None) -> None:
        """Takes what a step has brought."""


class Listing(Generic[T]):
    """A list that is read from its beginning to its end."""

    def __init__(self, source: CorePages[T]) -> None:
        self.pages: list[Page[T]] = []
        self._source: CorePages[T] | None = source

    def ask(self) -> Step[T, Any] | None:
        """See :class:`Reading`."""
        return None if self._source is None else Step(self._source.next_page(), self)

    def take(self, step: Step[T, Any], page: Page[T] | None) -> None:
        """See :class:`Reading`."""
        if page is None:
            self._source = None
        else:
            self.pages.append(page)


class PagedList(Generic[T]):
    """What both kinds of lists share."""

    _kind = "sites"

    def __init__(self, begin: Callable[[], CorePages[T]], before: Callable[[], None] = lambda: None) -> None:
        # Arguments that cannot be are refused here and now, not at the first entry.
        begin()
        self._begin = begin
        self._before = before

    def _reading(self) -> Reading[T]:
        return Listing(self._begin())

    def _watched(self) -> AbstractContextManager[Callable[[], None]]:
        """Told after each page, for a progress bar."""
        return nullcontext(lambda: None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _repr_html_(self) -> str:
        # Looking at a list in a notebook fetches nothing.
        from html import escape

        return escape(repr(self))


class Pages(PagedList[T], Table):
    """All entries of a list. Nothing is fetched before the first one is asked for; each iteration begins anew.

    Also an Arrow table, for everything that reads one (``pyarrow.table(it)``): then all pages are fetched first.
    """

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[Page[T]]:
        """The same list a page at a time. A page is a sequence, and a table as well."""
        yield from self._read(self._reading())

    def _read(self, reading: Reading[T]) -> Iterator[Page[T]]:
        given = 0
        with self._watched() as tell:
            while True:
                for page in reading.pages[given:]:
                    given += 1
                    yield page
                if (step := reading.ask()) is None:
                    return
                reading.take(step, step.call.wait())
                tell()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """All entries as an Arrow stream: one row for each, a batch for each page."""
        reading = self._reading()
        for _ in self._read(reading):
            pass
        return page_stream(self._kind, reading.pages, requested_schema)


class AsyncPages(PagedList[T]):
    """All entries of a list, for ``async for``. Nothing is fetched before the first one is asked for; each iteration
    begins anew. Tables are awaited."""

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page:
                yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The same list a page at a time. A page is a sequence, and a table as well."""
        async for page in self._read(self._reading()):
            yield page

    async def _read(self, reading: Reading[T]) -> AsyncIterator[Page[T]]:
        self._before()
        given = 0
        with self._watched() as tell:
            while True:
                for page in reading.pages[given:]:
                    given += 1
                    yield page
                if (step := reading.ask()) is None:
                    return
                reading.take(step, await step.call)
                tell()

    async def to_arrow(self, *, plain: bool = False) -> Any:
        """See :meth:`tellus.Table.to_arrow`."""
        return (await self.table()).to_arrow(plain=plain)

    async def to_pandas(self) -> Any:
        """See :meth:`tellus.Table.to_pandas`."""
        return (await self.table()).to_pandas()

    async def to_polars(self) -> Any:
        """See :meth:`tellus.Table.to_polars`."""
        return (await self.table()).to_polars()

    async def table(self) -> Fetched:
        """All entries, fetched, for everything that reads Arrow: ``pyarrow.table(await it.table())``."""
        reading = self._reading()
        async for _ in self._read(reading):
            pass
        return Fetched(self._kind, list(reading.pages))


class Fetched(Table):
    """Pages that have been fetched, as one table."""

    _kind: str
    _pages: list[Page[Any]]

    def __new__(cls, kind: str, pages: list[Page[Any]]) -> Self:
        table = super().__new__(cls)
        table._kind = kind
        table._pages = pages
        return table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """All entries as an Arrow stream: one row for each, a batch for each page."""
        return page_stream(self._kind, self._pages, requested_schema)
