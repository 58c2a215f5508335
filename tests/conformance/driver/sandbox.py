"""The sandbox as a case's platform: a process of its own for each case."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import urllib.request
from typing import Any

# Small and still: a case says what it needs beyond that.
DEFAULTS = {"sites": 1, "devices_per_site": 2, "history_days": 0, "no_arrivals": True, "cadence_ms": 50}


class Sandbox:
    """One sandbox."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = DEFAULTS | options
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0
        self._before: list[dict[str, Any]] = []
        self._tokens: dict[str, str] = {}
        self.origin = ""
        self.credentials: dict[str, str] = {}
        self.devices: dict[str, str] = {}

    async def up(self) -> None:
        """Starts it, always on the same port."""
        options = {**self._options, "port": self._port}
        scope = options.pop("scope", "read_write")
        quirks = options.pop("quirks", {})
        arguments = [argument for name, value in options.items() for argument in _flag(name, value)]
        arguments += [argument for name, reading in quirks.items() for argument in ("--quirk", f"{name}={reading}")]
        self._process = await asyncio.create_subprocess_exec(
            os.environ["TELLUS_SANDBOX_BIN"],
            *arguments,
            "--json",
            "--exit-with-stdin",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        told = json.loads(await self._process.stdout.readline())
        self.origin = told["base_url"].removesuffix("/v1")
        self._port = int(self.origin.rpartition(":")[2])
        found = next(given for given in told["credentials"] if given["scope"] == scope)
        self.credentials = {name: found[name] for name in ("client_id", "client_secret")}
        self.devices = {f"device{number}": device for number, device in enumerate(told["devices"], 1)}

    async def down(self) -> None:
        """Ends it at once; what it has seen is kept."""
        process, self._process = self._process, None
        if process is None:
            return
        self._before = await self.journal(process)
        process.kill()
        await process.wait()

    async def journal(self, process: asyncio.subprocess.Process | None = None) -> list[dict[str, Any]]:
        """What has been answered, in order; tokens are numbered as they occur."""
        if process is None and self._process is None:
            return list(self._before)
        entries = (await self.control("GET", "journal"))["entries"]
        for entry in entries:
            if entry["event"] == "token_issued":
                self._tokens.setdefault(entry["token"], f"token-{len(self._tokens) + 1}")
        return self._before + [self._request(entry) for entry in entries if entry["event"] == "request"]

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the sandbox's own controls."""
        return await asyncio.to_thread(_call, method, f"{self.origin}/_sandbox/{path}", body)

    async def advance(self, ms: int) -> None:
        await self.control("POST", "clock", {"advance_seconds": ms / 1000})

    def _request(self, entry: dict[str, Any]) -> dict[str, Any]:
        query = f"?{entry['query']}" if entry.get("query") else ""
        status = "-" if entry["status"] is None else entry["status"]
        line = f"{entry['method']} {entry['path'].removeprefix('/v1')}{query} {status}"
        request = {"request": line, "body": entry.get("body"), "bearer": self._tokens.get(entry.get("token") or "")}
        return {name: value for name, value in request.items() if value is not None}


def _flag(name: str, value: Any) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    if value is True:
        return [flag]
    return [] if value is False else [flag, str(value)]


def _call(method: str, url: str, body: Any) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    # Whatever proxy the environment names, the sandbox is here.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.closing(opener.open(request, timeout=10)) as answer:
        text = answer.read()
    return json.loads(text) if text else None
