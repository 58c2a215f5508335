"""A progress bar for long reads, in a terminal and in a notebook, whose end knows the limit on reads."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from tellus._frames import library
from tellus.plan import shown, wait
from tellus.walk import Walk

FORM = "{desc} {percentage:3.0f} %|{bar}| {n_fmt}/{total_fmt} requests{postfix}"


@contextmanager
def watched(walk: Walk, wanted: bool | None, left: Callable[[], int], per_minute: int) -> Generator[Callable[[], None]]:
    """Shows how far the walk is; what it yields is to be called after each answer.

    `wanted` is ``None`` for: where somebody looks, and tqdm is installed."""
    bar = _bar(wanted) if wanted or (wanted is None and _is_seen()) else None
    if bar is None:
        yield lambda: None
        return
    begun, before = time.monotonic(), walk.requests

    def tell() -> None:
        to_come = walk.requests_left
        each = (time.monotonic() - begun) / max(walk.requests - before, 1)
        rest = max(wait(to_come, left(), per_minute), to_come * each)
        bar.total = walk.requests + to_come
        bar.n = walk.requests
        bar.set_postfix_str(f"{walk.records:,} records, {shown(rest)} left", refresh=False)
        bar.refresh()

    try:
        yield tell
    finally:
        bar.close()


def _bar(wanted: bool | None) -> Any:
    try:
        auto = library("tqdm.auto", "progress")
    except ImportError:
        if wanted:
            raise
        return None
    return auto.tqdm(desc="charging records", bar_format=FORM, total=1, leave=True)


def _is_seen() -> bool:
    """Whether standard error is a terminal, or this is a notebook."""
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    interactive = sys.modules.get("IPython")
    shell = interactive and interactive.get_ipython()
    return bool(shell and "IPKernelApp" in shell.config)
