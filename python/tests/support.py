"""What several tests use."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

import tellus
from tellus.settings import Settings

FAST: Settings = {"backoff_base": 0.01, "reconnect_base": 0.02, "reconnect_cap": 0.2, "query_per_minute": 1000}
"""Waits short enough for tests; everything else as users have it."""


def requests(sandbox: tellus.Sandbox, path: str = "") -> list[dict[str, Any]]:
    """The requests that have reached the sandbox, those whose path contains `path`."""
    return [entry for entry in sandbox.journal() if entry["event"] == "request" and path in entry["path"]]


def token_requests(sandbox: tellus.Sandbox) -> int:
    return len(requests(sandbox, "/oauth/token"))


def events(sandbox: tellus.Sandbox, name: str) -> list[dict[str, Any]]:
    return [entry for entry in sandbox.journal() if entry["event"] == name]


def eventually(check: Callable[[], object], patience: float = 5.0) -> None:
    """Waits until `check` is true."""
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def python(script: str, *arguments: str, timeout: float = 30.0) -> subprocess.CompletedProcess[str]:
    """Runs a script in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def succeeds(script: str, *arguments: str, within: float = 30.0) -> str:
    """Runs a script that must end by itself with code 0 and say nothing on standard error; returns its output."""
    start = time.monotonic()
    done = python(script, *arguments)
    took = time.monotonic() - start
    assert (done.returncode, done.stderr) == (0, ""), done
    assert took < within, f"took {took:.1f} s"
    return done.stdout
