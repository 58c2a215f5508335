"""The end of the interpreter: everything that is still open is closed, and our threads are waited for."""

from __future__ import annotations

import atexit
import weakref
from typing import Protocol

from tellus import _tellus

PATIENCE = 2.0
"""How long the end of the interpreter waits for callbacks under way, in seconds."""


class Closeable(Protocol):
    """Something to close."""

    def close(self) -> None:
        """Closes it; more than once does no harm."""


_open: weakref.WeakSet[Closeable] = weakref.WeakSet()


def close_at_exit(thing: Closeable) -> None:
    """Sees to it that `thing` is closed before the interpreter goes down."""
    _open.add(thing)


@atexit.register
def _close_all() -> None:
    for thing in list(_open):
        thing.close()
    _tellus.shut_down(PATIENCE)
