"""Instructions that a contender takes for a frame, as valgrind counts them: they are the same on a busy machine."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from stream.scenario import Scenario
from stream.server import Contender, Server

FRAMES = 40_000


def instructions(server: Server, contender: Contender, devices: int) -> float | None:
    """The difference of two runs leaves out the start and the end. `None` without valgrind."""
    if shutil.which("valgrind") is None:
        return None
    once, twice = (
        _run(server, contender, Scenario(frames, devices, 1, "coalesced")) for frames in (FRAMES, 2 * FRAMES)
    )
    return (twice - once) / FRAMES


def _run(server: Server, contender: Contender, scenario: Scenario) -> int:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}"]
        server.run(contender, scenario, tool=tool)
        found = re.search(r"Collected : (\d+)", log.read_text())
    if found is None:
        raise SystemExit("valgrind tells no number of instructions")
    return int(found[1])
