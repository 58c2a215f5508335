"""``tellus demo``: the platform's five steps, with real values and units."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator

from tellus._outcome import outcome
from tellus._screen import Column, Screen, number, screen
from tellus._tellus import Device, KnownDevice, Site, StreamStats
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

HELP = "show the platform's five steps, against TELLUS_BASE_URL or else a sandbox of its own"
WITH_COMMAND = "where to start a charge of a minute on a platform that is not a sandbox of the demo's own"
PATIENCE = 25.0
"""Seconds for which a command is followed."""

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


def run(seconds: float, place: tuple[str, int] | None = None) -> None:
    """Shows the five steps; telemetry is followed for so many seconds. On a foreign platform a command is sent only to
    the `place` (device and connector) that the caller has named."""
    out = screen()
    with _client(out) as client:
        _authenticate(out, client)
        _sites(out, client)
        known = client.known_devices()
        if not known:
            raise NotFound("no charger is known: set TELLUS_DEVICES to the ids of yours, separated by commas")
        _charger(out, client, known)
        _telemetry(out, client, [device.device_id for device in known[:FOLLOWED]], seconds)
        _command(out, client, known, place)


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
    columns, rows = site_table(sites)
    out.line(f"{len(sites)} sites, and the number of their connectors by state:")
    out.table(columns, rows)


def site_table(sites: list[Site]) -> tuple[list[Column], list[list[str]]]:
    """Sites, and the number of their connectors by state."""
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
    return columns, rows


def _charger(out: Screen, client: Client, known: list[KnownDevice]) -> None:
    device = _busy(client, known)
    out.step(3, "Read a charger's live state")
    out.line(charger_line(device))
    out.table(CONNECTORS, connector_rows(device))


def charger_line(device: Device) -> str:
    """A charger in a line."""
    maker = " ".join(text for text in (device.manufacturer, device.model) if text)
    heard = f", heard at {device.last_heartbeat:%H:%M:%S} UTC" if device.last_heartbeat else ""
    return f"{device.device_id}: {maker or 'a charger'}, {device.status or 'status unknown'}{heard}"


def connector_rows(device: Device) -> list[list[str]]:
    """Connectors for a table with the columns `CONNECTORS`."""
    return [
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


def _command(out: Screen, client: Client, known: list[KnownDevice], place: tuple[str, int] | None) -> None:
    foreign = bool(os.environ.get("TELLUS_BASE_URL"))
    out.step(5, "Send a command and follow it")
    if place is None and foreign:
        out.line(
            "Nothing is sent: this platform is not the demo's own. Name a connector to start a charge of a minute:"
        )
        out.line("tellus demo --with-command DEVICE CONNECTOR")
        return
    device_id, connector_id = place or _idle(client, known)
    # On its own sandbox a minute passes in a second.
    span = 60 if foreign else 480
    out.line(f"Start a charge at connector {connector_id} of {device_id}, for {span // 60} min.")
    begun = time.monotonic()
    receipt = client.start(device_id, connector_id, duration=span)
    shown = False
    try:
        for state in client.follow_command(receipt.command_id, PATIENCE):
            out.line(f"{time.monotonic() - begun:5.1f} s  {state.command_id} is {state.status}")
            if state.status == "accepted":
                shown = _power(out, client, device_id, connector_id, begun)
            elif state.result:
                out.line(f"         {outcome(state.result)}")
    except Timeout:
        if not shown:
            raise
        out.line("The charge goes on; it was followed long enough.")


def _idle(client: Client, known: list[KnownDevice]) -> tuple[str, int]:
    for entry in known:
        device = client.device(entry.device_id)
        for connector in device.connectors:
            if connector.status == "idle" and device.status == "online":
                return device.device_id, connector.connector_id
    raise NotFound("no connector is idle; try again in a minute")


def _power(out: Screen, client: Client, device_id: str, connector_id: int, begun: float) -> bool:
    """Waits a moment for telemetry that shows that energy flows."""
    with client.stream([device_id]) as stream:
        for batch in stream.batches(max_wait=0.5):
            for frame in batch.frames:
                for reading in frame.connectors:
                    if reading.connector_id == connector_id and (reading.power or 0.0) > 0.0:
                        power, soc = number(reading.power, 1), number(reading.soc, 0)
                        took = time.monotonic() - begun
                        out.line(f"{took:5.1f} s  telemetry: {reading.state}, {power} kW, SOC {soc} %")
                        return True
            if time.monotonic() - begun > FIRST_FRAME:
                return False
    return False
