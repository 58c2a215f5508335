"""The platform to measure against: the sandbox in a process of its own, so that its work does not count."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Self

# Enough records for every page that is asked for to be full; no arrivals, so that everybody is given the same ones.
FLAGS = ["--history-days=366", "--sites=6", "--no-arrivals"]
LIFTED = ["--query-per-minute=0", "--token-per-minute=0", "--json", "--exit-with-stdin"]


class Access(NamedTuple):
    """What it takes to use a sandbox."""

    base_url: str
    client_id: str
    client_secret: str
    device_id: str

    @classmethod
    def load(cls, text: str) -> Self:
        return cls(*json.loads(text))

    def dump(self) -> str:
        return json.dumps(self)

    def grant(self) -> dict[str, str]:
        """The body of a token call."""
        secret = {"client_id": self.client_id, "client_secret": self.client_secret}
        return secret | {"grant_type": "client_credentials"}


@contextmanager
def sandbox(program: str, flags: Sequence[str] = FLAGS) -> Iterator[Access]:
    """Runs a sandbox; it ends with its standard input."""
    with subprocess.Popen(
        [program, *flags, *LIFTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        up = json.loads(process.stdout.readline())
        try:
            yield Access(up["base_url"], up["client_id"], up["client_secret"], up["devices"][0])
        finally:
            process.stdin.close()
