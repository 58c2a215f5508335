"""What the load server is to send: see src/scenario.rs, whose other half this is."""

from __future__ import annotations

import json
from typing import NamedTuple, Self


class Scenario(NamedTuple):
    frames: int
    devices: int
    connectors: int
    pattern: str

    @classmethod
    def parse(cls, text: str) -> Self:
        frames, devices, connectors, pattern = text.split("-")
        return cls(int(frames), int(devices), int(connectors), pattern)

    def __str__(self) -> str:
        return f"{self.frames}-{self.devices}-{self.connectors}-{self.pattern}"

    def device_ids(self) -> list[str]:
        return [f"dvc_{index * 0x9E3779B97F4B & 0xFFFFFFFFFFFF:012x}" for index in range(self.devices)]


class Job(NamedTuple):
    """What a contender is told: where the server is, and what it is to send."""

    base: str
    scenario: Scenario
    ca_file: str | None

    @property
    def base_url(self) -> str:
        return f"{self.base}/{self.scenario}/v1"

    @property
    def websocket(self) -> str:
        devices = ",".join(self.scenario.device_ids())
        return f"{self.base_url.replace('http', 'ws', 1)}/operator/stream?devices={devices}"


HEADERS = {"Authorization": "Bearer t"}


def report(frames: int, cpu: float, checksum: dict[str, float]) -> None:
    print(json.dumps({"frames": frames, "cpu": cpu, "checksum": checksum}))
