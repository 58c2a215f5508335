"""The command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from support import requests

import tellus


def run(sandbox: tellus.Sandbox, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TELLUS_")}
    return subprocess.run(
        [sys.executable, "-m", "tellus", *arguments],
        env=clean | sandbox.environment | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def posts(sandbox: tellus.Sandbox) -> list[dict[str, Any]]:
    return [entry for entry in requests(sandbox) if entry["method"] == "POST" and "/oauth/" not in entry["path"]]


def place(sandbox: tellus.Sandbox) -> tuple[str, str]:
    with sandbox.client() as client:
        for device_id in sandbox.device_ids:
            device = client.device(device_id)
            for connector in device.connectors:
                if connector.status == "idle" and device.status == "online":
                    return device_id, str(connector.connector_id)
    raise AssertionError("no connector is idle")
