"""The load server, and contenders that are given their turns with it."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from stream.scenario import Scenario

CONTENDER = Path(__file__).parents[1] / "stream_contender.py"


class Contender(NamedTuple):
    """A program in Rust with its mode, or a module in Python with its function."""

    program: str
    work: str


class Server(NamedTuple):
    """Where the server is, and where the programs lie."""

    programs: Path
    plain: str
    tls: str
    ca_file: str

    def command(self, contender: Contender, scenario: Scenario, tls: bool) -> list[str]:
        if contender.program.startswith("tellus-bench"):
            command = [str(self.programs / contender.program)]
        else:
            command = [sys.executable, str(CONTENDER), contender.program]
        where = [self.tls if tls else self.plain, str(scenario)]
        return [*command, contender.work, *where, *([self.ca_file] if tls else [])]

    def run(self, contender: Contender, scenario: Scenario, *, tls: bool = False, tool: Sequence[str] = ()) -> Any:
        """One contender's turn, in a process of its own."""
        # A proxy for the world outside is none for this server.
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        command = [*tool, *self.command(contender, scenario, tls)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=300)
        return json.loads(done.stdout)

    def compete(
        self, contenders: Sequence[Contender], scenario: Scenario, rounds: int, *, tls: bool = False
    ) -> dict[Contender, float]:
        """Everybody's turn in every round. The median of the µs of processor time that each takes for a frame."""
        times: dict[Contender, list[float]] = {contender: [] for contender in contenders}
        read: dict[str, float] = {}
        for turn in range(rounds):
            for contender in contenders if turn % 2 == 0 else reversed(contenders):
                told = self.run(contender, scenario, tls=tls)
                times[contender].append(told["cpu"] / told["frames"] * 1e6)
                for name, value in told["checksum"].items():
                    # The order in which numbers are added shows in their last digits.
                    if not math.isclose(read.setdefault(name, value), value, rel_tol=1e-9):
                        raise SystemExit(f"not all have read the same {name}: {read[name]} and {value}")
        return {contender: median(values) for contender, values in times.items()}


@contextmanager
def serve(programs: Path) -> Iterator[Server]:
    """Runs a server; it ends with its standard input."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(programs / "tellus-bench-server"), folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                yield Server(programs, **json.loads(process.stdout.readline()))
            finally:
                process.stdin.close()
