"""``tellus demo``: the platform's four steps, with real values and units."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator

from tellus._screen import Column, Screen, number, screen
from tellus._tellus import Device, KnownDevice, StreamStats
from tellus.client import Client
from tellus.errors import NotFound, TellusError, Timeout
from tellus.live import Live
from tellus.sandbox import Sandbox
from tellus.settings import Settings

LIVELY: Settings = {"timeout": 8.0, "max_attempts": 3, "backoff_cap": 2.0, "max_quota_wait": 10.0, "first_attempts": 3}
"""The demo would rather fail soon than wait for minutes."""
LOOKED_AT = 6
"""So many chargers are read in search of one that is charging."""
FOLLOWED = 4
FIRST_FRAME = 15.0
"""Seconds until telemetry must have begun."""

CONNECTORS = [
    Column("connector", right=True),
    Column("state"),
    Column("power kW", right=True),
    Column("V", right=True),
    Column("A", right=True),
    Column("energy kWh", right=True),
    Column("SOC %", right=True),
    Column("°C", right=True),
]


def run(seconds: float) -> None:
    """Shows the four steps; telemetry is followed for so many seconds."""
    out = screen()
    with _client(out) as client:
        _authenticate(out, client)
        _sites(out, client)
        known = client.known_devices()
        if not known:
            raise NotFound("no charger is known: set TELLUS_DEVICES to the ids of yours, separated by commas")
        _charger(out, client, known)
        _telemetry(out, client, [device.device_id for device in known[:FOLLOWED]], seconds)


@contextlib.contextmanager
def _client(out: Screen) -> Generator[Client]:
    if os.environ.get("TELLUS_BASE_URL"):
        with Client.from_env(**LIVELY) as client:
            out.line(f"Platform: {client.base_url}")
            yield client
        return
    with Sandbox(speed=60.0, cadence=0.25) as sandbox, sandbox.client(**LIVELY) as client:
        out.line(f"No TELLUS_BASE_URL is set: a sandbox was started at {sandbox.base_url}.")
        out.line("Its chargers are virtual, and a minute of theirs passes in a second.")
        yield client


def _authenticate(out: Screen, client: Client) -> None:
    out.step(1, "Authenticate")
    start = time.perf_counter()
    client.authenticate()
    took = (time.perf_counter() - start) * 1000
    out.line(f"A token was received in {took:.0f} ms. Reads left in this minute: {client.quota_left()}.")


def _sites(out: Screen, client: Client) -> None:
    out.step(2, "List sites")
    sites = list(client.sites())
    states = sorted({state for site in sites for state in site.status_summary or {}})
    columns = [
        Column("site"),
        Column("name", flexible=True),
        Column("all", right=True),
        *(Column(state, right=True) for state in states),
        Column("capacity\nkW", right=True),
    ]
    rows = [
        [
            site.site_id,
            site.name,
            number(site.total_connectors, 0),
            *(number((site.status_summary or {}).get(state), 0) for state in states),
            number(site.power_capacity, 0),
        ]
        for site in sites
    ]
    out.line(f"{len(sites)} sites, and the number of their connectors by state:")
    out.table(columns, rows)


def _charger(out: Screen, client: Client, known: list[KnownDevice]) -> None:
    device = _busy(client, known)
    out.step(3, "Read a charger's live state")
    maker = " ".join(text for text in (device.manufacturer, device.model) if text)
    heard = f", heard at {device.last_heartbeat:%H:%M:%S} UTC" if device.last_heartbeat else ""
    out.line(f"{device.device_id}: {maker or 'a charger'}, {device.status or 'status unknown'}{heard}")
    rows = [
        [
            str(connector.connector_id),
            connector.status,
            number(connector.power, 1),
            number(connector.voltage, 0),
            number(connector.current, 1),
            number(connector.energy_delivered, 2),
            number(connector.soc, 0),
            number(connector.temperature, 0),
        ]
        for connector in device.connectors
    ]
    out.table(CONNECTORS, rows)


def _busy(client: Client, known: list[KnownDevice]) -> Device:
    """The first charger that is charging, or else the first one that can be read."""
    read: list[Device] = []
    failed: TellusError | None = None
    for entry in known[:LOOKED_AT]:
        try:
            device = client.device(entry.device_id)
        except NotFound as error:
            # A charging record may outlive its charger.
            failed = error
            continue
        if any(connector.status == "charging" for connector in device.connectors):
            return device
        read.append(device)
    if read:
        return read[0]
    raise failed or NotFound("no charger could be read")


def _telemetry(out: Screen, client: Client, devices: list[str], seconds: float) -> None:
    out.step(4, f"Follow live telemetry of {len(devices)} chargers for {seconds:g} s")
    live = Live()
    opened = time.monotonic()
    first: float | None = None
    with client.stream(devices) as stream, out.live(live.columns) as show:
        for batch in stream.batches(max_wait=0.25):
            now = time.monotonic()
            live.add(batch)
            if batch.frames and first is None:
                first = now
            show(live.rows(), f"{stream.status}, {stream.stats.frames} frames")
            if first is None and now - opened > FIRST_FRAME:
                raise Timeout(f"no telemetry came within {FIRST_FRAME:g} s; the stream is {stream.status}")
            if first is not None and now - first >= seconds:
                break
        stats = stream.stats
    out.line(_summary(stats, time.monotonic() - (first or opened)))


def _summary(stats: StreamStats, took: float) -> str:
    rate = stats.frames / took if took else 0.0
    connections = f"{stats.connections} connection{'' if stats.connections == 1 else 's'}"
    return (
        f"{stats.frames} frames in {took:.1f} s ({rate:.1f}/s); {stats.dropped} dropped, "
        f"{stats.duplicates} duplicates, {stats.malformed} malformed; {connections}"
    )
