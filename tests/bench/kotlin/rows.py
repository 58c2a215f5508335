"""The SDK on the JVM beside its peers: rows.py PROGRAMS CLASSES OUT [ROUNDS]. Prints rows and writes them as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from report import Row, at_least, at_most, keep, table
from stream.scenario import Scenario
from stream.server import Contender, Server, serve

ROUNDS = 5
FRAMES = 1_000_000
DEVICES = 200
# A phone's stream: how late a callback comes, and how often an idle one wakes the processor.
PHONE_FRAMES = 300
LATE_US = 2000
SWITCHES = 120

OURS = Contender("Ours", "frames")
PEERS = {
    Contender("WithJackson", "frames"): "java.net.http + Jackson",
    Contender("WithOkHttp", "frames"): "OkHttp + kotlinx.serialization",
}


class Jvm(Server):
    """The same server; its contenders are classes."""

    __slots__ = ()

    def command(self, contender: Contender, scenario: Scenario, tls: bool) -> list[str]:
        main = f"com.telluspower.tellus.bench.{contender.program}Kt"
        where = [self.tls if tls else self.plain, str(scenario)]
        return ["java", "-cp", f"{CLASSES}/classes:{CLASSES}/libraries/*", main, contender.work, *where]


def throughput(server: Jvm, rounds: int) -> Iterator[Row]:
    for connectors in (1, 2):
        scenario = Scenario(FRAMES, DEVICES, connectors, "coalesced")
        times = server.compete([OURS, *PEERS], scenario, rounds)
        what = f"Kotlin: socket → Flow of records, {connectors} connector{'s' * (connectors > 1)}"
        best = min(PEERS, key=lambda peer: times[peer])
        for peer, name in PEERS.items():
            # The bar holds against the better one.
            yield at_least(what, name, 1e6 / times[OURS], 1e6 / times[peer], 2 if peer == best else None)


def phone(server: Jvm, rounds: int) -> Iterator[Row]:
    paced = Scenario(PHONE_FRAMES, 1, 1, "paced10")
    late = [server.run(Contender("Ours", "latency"), paced) for _ in range(max(1, rounds // 2))]
    half, most = (median(each[share] for each in late) for share in ("p50", "p99"))
    what = f"Kotlin: socket → callback, 10 frames/s (p99 of the delay; half took {half:.0f} µs)"
    yield at_most(what, f"a bar of {LATE_US} µs", most, LATE_US, 1, "µs")
    told = server.run(Contender("Ours", "idle"), Scenario(0, 1, 1, "coalesced"))
    print("    an idle stream's threads, changes of context a minute:", json.dumps(told["threads"]))
    what = "Kotlin: an idle stream (changes of context a minute, the SDK's threads)"
    yield at_most(what, f"a bar of {SWITCHES}", told["sdk"], SWITCHES, 1, "")


def main(programs: str, out: str, rounds: int = ROUNDS) -> None:
    with serve(Path(programs)) as plain:
        server = Jvm(*plain)
        rows = []
        for part in (throughput, phone):
            for row in part(server, rounds):
                print("   ", "  ".join(row.cells()), flush=True)
                rows.append(row)
    print(f"\n{table(rows)}")
    keep(Path(out), rows)


if __name__ == "__main__":
    _, PROGRAMS, CLASSES, OUT, *options = sys.argv
    main(PROGRAMS, OUT, *map(int, options))
