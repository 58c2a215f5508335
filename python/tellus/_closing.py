"""What is closed when its ``with`` block is left."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """Something with a ``close()``, as a context manager."""

    def close(self) -> None:
        """Ends it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncClosing:
    """The same for ``async with``."""

    def close(self) -> None:
        """Ends it."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
