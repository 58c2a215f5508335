"""What has been read of the charging records, in a file, so that a walk goes on in another process or on another day.

A line of JSON says what the file is about. Then comes a line for each page: what was still to be read, a tab, and the
records. A record of a session that had not ended may come again in a later line. A line that was torn by a crash is cut
off."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tellus._tellus import ChargingRecord, Page, Sieve
from tellus.errors import refused
from tellus.walk import Window

FORMAT = "tellus charging records, version 1"


class Checkpoint:
    """The file. Its directory must exist; the file itself is made when there is something to keep."""

    def __init__(
        self, path: str | os.PathLike[str], asked: dict[str, Any], end: datetime | None, now: datetime
    ) -> None:
        """`asked` is what the records are about, in JSON; the same file cannot be about two things."""
        self.path = Path(path)
        self.pages: list[Page[ChargingRecord]] = []
        """What stays as it is."""
        self.under_way: list[ChargingRecord] = []
        """What had not ended when it was read, and is to be read again."""
        self.left: list[Window] = []
        self.end: datetime | None = None
        self.read_at: datetime | None = None
        self._head = {"format": FORMAT, "asked": asked}
        self._written = {"end": _text(end), "read_at": _text(now)}
        self._unsaved = b""
        self._whole = 0
        self._load()

    def note(self, page: Page[ChargingRecord], left: Sequence[Window]) -> None:
        """Adds a page and what is still to be read."""
        state = {**self._written, "left": [[*map(_text, window[:3]), window.expected] for window in left]}
        line = f"{json.dumps(state)}\t{page.to_json()}\n".encode()
        # What a full disk refuses goes out with the next page. Whatever was torn, now or by a crash, is cut off.
        self._unsaved += line if self._whole or self._unsaved else f"{json.dumps(self._head)}\n".encode() + line
        with self.path.open("ab") as file:
            file.truncate(self._whole)
            file.write(self._unsaved)
        self._whole += len(self._unsaved)
        self._unsaved = b""

    def _load(self) -> None:
        try:
            lines = self.path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        head, *rest = [line for line in lines if line.endswith(b"\n")] or [b""]
        if head and _read(head) != self._head:
            raise refused("checkpoint", f"{self.path} is about other records, or is no checkpoint: name another file")
        self._whole = len(head)
        sieve = Sieve(None)
        newer: list[Page[ChargingRecord]] = []
        for line in rest:
            told, _, records = line.partition(b"\t")
            state = _read(told)
            self._take(Page.from_json(records.decode()), sieve, newer)
            self.left = [
                Window(device, _time(start), _time(end), expected) for device, start, end, expected in state["left"]
            ]
            self.end, self.read_at = _time(state["end"]), _time(state["read_at"])
            self._whole += len(line)
        parted = [sieve.parted(page) for page in sieve.renewed(self.pages, newer)]
        self.pages = [settled for settled, _ in parted]
        self.under_way = [record for _, records in parted for record in records]

    def _take(self, page: Page[ChargingRecord], sieve: Sieve, newer: list[Page[ChargingRecord]]) -> None:
        fresh, changed = sieve.sift(page)
        self.pages.append(fresh)
        newer.append(changed)


def _read(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
