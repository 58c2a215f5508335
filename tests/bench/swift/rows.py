"""The rows about Swift: rows.py PROGRAMS RESULTS ROUNDS CONTENDER... prints a table and writes it to RESULTS as JSON.

CONTENDER is the command that runs the contender written in Swift; it may take more than one word.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import report
from report import Row
from stream.scenario import Scenario
from stream.server import Contender, Server, serve

FRAMES = 100_000
DEVICES = 200
BAR, AIM = 5.0, 10.0
OURS, PEER = Contender("swift", "ours"), Contender("swift", "peer")
PEER_NAME = "Foundation's JSONDecoder, without its socket"
DELAY_BAR_US, SWITCHES_BAR = 2000, 120


class SwiftServer(Server):
    """Its contenders are one program in Swift."""

    swift: list[str]

    def command(self, contender: Contender, scenario: Scenario, tls: bool) -> list[str]:
        return [*self.swift, contender.work, self.tls if tls else self.plain, str(scenario)]


def rows(programs: Path, rounds: int) -> Iterator[Row]:
    with serve(programs) as plain:
        server = SwiftServer(*plain)
        for connectors, pattern in ((1, "coalesced"), (2, "coalesced"), (1, "single")):
            yield throughput(server, rounds, connectors, pattern)
        yield delay(server)
        yield switches(server)


def throughput(server: Server, rounds: int, connectors: int, pattern: str) -> Row:
    case = f"{connectors} connector{'s' * (connectors > 1)}" if pattern == "coalesced" else "one frame a write"
    what = f"Swift: for try await frame in stream, {case} (CPU a frame; aim: {AIM:g})"
    times = server.compete([OURS, PEER], Scenario(FRAMES, DEVICES, connectors, pattern), rounds)
    ratio = round(times[PEER] / times[OURS], 3)
    bar = BAR if pattern == "coalesced" else None
    met = None if bar is None else ratio >= bar
    return Row(what, PEER_NAME, round(times[OURS], 4), round(times[PEER], 4), ratio, bar, met, "µs")


def delay(server: Server) -> Row:
    """The bar is a time, and no ratio. The median of three runs, since a busy machine shows in each."""
    runs = [server.run(OURS._replace(work="latency"), Scenario(300, 1, 1, "paced10")) for _ in range(3)]
    ours = median(told["p99"] for told in runs)
    what = "Swift: socket → callback, 10 frames/s (p99 of the delay)"
    return report.at_most(what, f"a bar of {DELAY_BAR_US} µs", ours, DELAY_BAR_US, 1, "µs")


def switches(server: Server) -> Row:
    told = server.run(OURS._replace(work="idle"), Scenario(0, 1, 1, "coalesced"))
    ours = told["switches"]
    if ours == 0:
        raise SystemExit("the SDK's threads were not found: they are looked for under /proc, which only Linux has")
    what = "Swift: an idle stream (changes of context a minute, the SDK's threads)"
    return report.at_most(what, f"a bar of {SWITCHES_BAR}", ours, SWITCHES_BAR, 1, "")


def main() -> None:
    programs, results, rounds, *SwiftServer.swift = sys.argv[1:]
    measured = []
    for row in rows(Path(programs), int(rounds)):
        # It takes minutes until the table is whole.
        print("   ", "  ".join(row.cells()), flush=True)
        measured.append(row)
    print(f"\n{report.table(measured)}")
    report.keep(Path(results), measured)


if __name__ == "__main__":
    main()
