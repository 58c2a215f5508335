"""Lists that come page by page, each page fetched when it is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from tellus._tellus import CorePages

T = TypeVar("T")


class Pages(Generic[T]):
    """All entries of a list. Nothing is fetched before the first one is asked for; each iteration begins anew."""

    def __init__(self, begin: Callable[[], CorePages[T]]) -> None:
        # Arguments that cannot be are refused here and now, not at the first entry.
        begin()
        self._begin = begin

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[T]]:
        """The same list a page at a time."""
        pages = self._begin()
        while (page := pages.next_page().wait()) is not None:
            yield page


class AsyncPages(Generic[T]):
    """All entries of a list. Nothing is fetched before the first one is asked for; each iteration begins anew."""

    def __init__(self, begin: Callable[[], CorePages[T]], before: Callable[[], None]) -> None:
        begin()
        self._begin = begin
        self._before = before

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page:
                yield item

    async def pages(self) -> AsyncIterator[list[T]]:
        """The same list a page at a time."""
        self._before()
        pages = self._begin()
        while (page := await pages.next_page()) is not None:
            yield page
