"""The rows about live telemetry. Who competes with whom, over what, and which bar stands for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from report import Row, at_least, at_most
from stream.count import instructions
from stream.scenario import Scenario
from stream.server import Contender, Server, serve

FRAMES = 400_000
CORE = Contender("tellus-bench-ours", "columns")
CORE_PEER = Contender("tellus-bench-baseline", "columns")
CORE_PEER_NAME = "tokio-tungstenite + serde_json + jiff"
TABLE = Contender("ours", "table")
OBJECTS = Contender("ours", "objects")
PICOWS_TABLE = Contender("with_picows", "table")
PICOWS_OBJECTS = Contender("with_picows", "objects")
WEBSOCKETS_TABLE = Contender("with_websockets", "table")
PICOWS_NAME = "picows + uvloop + msgspec"
WEBSOCKETS_NAME = "websockets + orjson"
CORE_BAR, PICOWS_BAR, WEBSOCKETS_BAR, OBJECTS_BAR, LATENCY_BAR, GROWTH_BAR = 0.6, 5.0, 15.0, 1.0, 2.0, 1.15
INSTRUCTIONS = 1700
LATENCY_RUNS = 5
MEMORY_BAR = 40.0
# One connection, as the peers': the SDK puts this many on one by itself, and the core's contender asks for more.
PYTHON_DEVICES, CORE_DEVICES = 200, 1000


def rows(programs: Path, rounds: int) -> Iterator[Row]:
    with serve(programs) as server:
        for connectors in (1, 2):
            yield core(server, rounds, f"{connectors} connector{'s' * (connectors > 1)}", connectors)
        yield core(server, rounds, "one frame a write", 1, pattern="single")
        yield core(server, rounds, "TLS", 1, tls=True)
        yield from instructions_row(server)
        for connectors in (1, 2):
            yield from python(server, rounds, f"{connectors} connector{'s' * (connectors > 1)}", connectors)
        yield from python(server, rounds, "one frame a write", 1, pattern="single")
        yield from python(server, rounds, "TLS", 1, tls=True)
        yield latency(server)
        yield growth(server, rounds)
        yield memory(server)


def core(
    server: Server, rounds: int, case: str, connectors: int, *, pattern: str = "coalesced", tls: bool = False
) -> Row:
    """The bar is for the plain, coalesced case; the others are mostly the kernel's matter, or the cipher's."""
    what = f"core: socket → columns, {case} (CPU a frame)"
    print(f"{what} ...", flush=True)
    scenario = Scenario(FRAMES, CORE_DEVICES, connectors, pattern)
    times = server.compete([CORE, CORE_PEER], scenario, rounds, tls=tls)
    bar = CORE_BAR if pattern == "coalesced" and not tls else None
    return at_most(what, CORE_PEER_NAME, times[CORE], times[CORE_PEER], bar, "µs")


def python(
    server: Server, rounds: int, case: str, connectors: int, *, pattern: str = "coalesced", tls: bool = False
) -> Iterator[Row]:
    print(f"Python, {case} ...", flush=True)
    scenario = Scenario(FRAMES, PYTHON_DEVICES, connectors, pattern)
    barred = pattern == "coalesced" and not tls
    contenders = [TABLE, PICOWS_TABLE, OBJECTS, PICOWS_OBJECTS, *([WEBSOCKETS_TABLE] if barred else [])]
    rates = {name: 1e6 / time for name, time in server.compete(contenders, scenario, rounds, tls=tls).items()}

    def row(what: str, against: str, ours: Contender, peer: Contender, bar: float) -> Row:
        return at_least(f"Python: {what}, {case}", against, rates[ours], rates[peer], bar if barred else None)

    batches = "batches() → one pyarrow table"
    yield row(batches, PICOWS_NAME, TABLE, PICOWS_TABLE, PICOWS_BAR)
    if barred:
        yield row(batches, WEBSOCKETS_NAME, TABLE, WEBSOCKETS_TABLE, WEBSOCKETS_BAR)
    yield row("for frame in stream", PICOWS_NAME, OBJECTS, PICOWS_OBJECTS, OBJECTS_BAR)


def instructions_row(server: Server) -> Iterator[Row]:
    """Does not wobble. There is an aim for it, and no bar."""
    print("core: instructions a frame ...", flush=True)
    ours, peer = (instructions(server, contender, CORE_DEVICES) for contender in (CORE, CORE_PEER))
    if ours is None or peer is None:
        print("left out: there is no valgrind", flush=True)
        return
    what = f"core: the same, 1 connector (instructions a frame; aim: {INSTRUCTIONS:,})"
    yield at_most(what, CORE_PEER_NAME, ours, peer, None, "")


def latency(server: Server) -> Row:
    what = "core: socket → callback, 10,000 frames/s (p99 of the delay)"
    print(f"{what} ...", flush=True)
    scenario = Scenario(30_000, CORE_DEVICES, 1, "paced10000")
    contenders = [contender._replace(work="latency") for contender in (CORE, CORE_PEER)]
    delays: dict[Contender, list[float]] = {contender: [] for contender in contenders}
    for turn in range(LATENCY_RUNS):
        for contender in contenders if turn % 2 == 0 else reversed(contenders):
            delays[contender].append(server.run(contender, scenario)["p99"])
    ours, peer = (median(delays[contender]) for contender in contenders)
    return at_most(what, CORE_PEER_NAME, ours, peer, LATENCY_BAR, "µs")


def growth(server: Server, rounds: int) -> Row:
    """As many frames of few devices as of many, which the SDK spreads over many connections by itself."""
    what = "core: 10 → 10,000 devices (CPU a frame)"
    print(f"{what} ...", flush=True)
    few: list[float] = []
    many: list[float] = []
    for turn in range(rounds):
        sizes = [(10, few), (10_000, many)]
        for devices, times in sizes if turn % 2 == 0 else reversed(sizes):
            told = server.run(CORE, Scenario(2 * FRAMES, devices, 1, "coalesced"))
            times.append(told["cpu"] / told["frames"] * 1e6)
    return at_most(what, "10 devices", median(many), median(few), GROWTH_BAR, "µs")


def memory(server: Server) -> Row:
    """What it takes to know the newest state of a hundred thousand devices; the ratio is the difference, in MB."""
    what = "core: newest state of 100,000 devices (MB above idle)"
    print(f"{what} ...", flush=True)
    scenario = Scenario(100_000, 100_000, 1, "coalesced")
    told = server.run(CORE._replace(work="memory"), scenario)
    if told["known"] != scenario.devices:
        raise SystemExit(f"only {told['known']} devices are known")
    added = round(told["held"] - told["idle"], 1)
    ours, peer = round(told["held"], 1), round(told["idle"], 1)
    return Row(what, "an idle stream", ours, peer, added, MEMORY_BAR, added <= MEMORY_BAR, "MB")
