"""A program in a terminal, typed to and read as a person would."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

# A process of its own makes the terminal: this one has threads, and must not fork.
MAKE = """
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", 'stty cols 200 rows 50; exec "$@"', "sh", *sys.argv[1:]])))
"""


class Terminal:
    """A program that runs in a terminal of its own."""

    def __init__(self, *command: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", MAKE, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._keys, self._screen = self._process.stdin.fileno(), self._process.stdout.fileno()
        self.shown = ""
        """Everything that was shown, control sequences included."""
        self._read = 0

    def press(self, keys: str) -> None:
        """Presses these keys."""
        os.write(self._keys, keys.encode())

    def until(self, text: str, patience: float = 60.0) -> None:
        """Reads on until `text` is shown."""
        deadline = time.monotonic() + patience
        while (found := self.shown.find(text, self._read)) < 0:
            ready, _, _ = select.select([self._screen], [], [], max(0.0, deadline - time.monotonic()))
            more = os.read(self._screen, 65_536) if ready else b""
            assert more, f"{text!r} was not shown: {self.shown!r}"
            self.shown += more.decode(errors="replace")
        self._read = found + len(text)

    def end(self) -> int:
        """Reads to the end of the program, and returns its exit code."""
        rest, _ = self._process.communicate(timeout=60)
        self.shown += rest.decode(errors="replace")
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # The program gets a hang-up when its terminal goes.
        self._process.kill()
        self._process.communicate()
