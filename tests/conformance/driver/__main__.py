"""Plays all cases with all runners, and compares.

Usage: python3 -m driver [--only TEXT] [--patience SECONDS] [--fail-fast] [--verbose] [RUNNER...]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from typing import Any, NamedTuple

from . import prose, report
from .account import Mismatch
from .case import Play
from .runner import Runner, RunnerBroken
from .spec import ROOT, load


class Outcome(NamedTuple):
    """What became of a case with one runner."""

    transcript: list[Any]
    problem: str | None


Outcomes = dict[str, Outcome]


async def play_all(name: str, command: list[str], cases: list[dict[str, Any]], options: argparse.Namespace) -> Outcomes:
    """All cases with one runner, one after the other. A runner that breaks is started anew for the next case."""
    outcomes: Outcomes = {}
    runner = await started(name, command, options.patience)
    for case in cases:
        try:
            outcomes[case["id"]] = Outcome(await Play(runner, case).run(), None)
        except Mismatch as problem:
            outcomes[case["id"]] = Outcome([], str(problem))
            await runner.stop()
            runner = await started(name, command, options.patience)
        except RunnerBroken as problem:
            outcomes[case["id"]] = Outcome([], f"broken: {problem}")
            await runner.stop()
            runner = await started(name, command, options.patience)
        if options.fail_fast and outcomes[case["id"]].problem:
            break
    if not await runner.stop():
        outcomes[case["id"]] = Outcome([], f"broken: {name} does not end with its input")
    return outcomes


async def side_by_side(
    commands: dict[str, list[str]], cases: list[dict[str, Any]], options: argparse.Namespace
) -> dict[str, Outcomes]:
    """All cases with all runners."""
    playing = (play_all(name, command, cases, options) for name, command in commands.items())
    # One that fails must not stop the others midway: asyncio would wait for ever for processes that just start.
    played = await asyncio.gather(*playing, return_exceptions=True)
    results: dict[str, Outcomes] = {}
    for name, outcome in zip(commands, played, strict=True):
        if isinstance(outcome, BaseException):
            raise outcome
        results[name] = outcome
    return results


async def started(name: str, command: list[str], patience: float) -> Runner:
    runner = Runner(name, command, patience)
    await runner.start()
    return runner


def compare(names: list[str], results: dict[str, Outcomes]) -> dict[str, Outcomes]:
    """Runners that say other things than the first one have failed, too."""
    first = results[names[0]]
    for name in names[1:]:
        for case, (transcript, problem) in results[name].items():
            reference = first[case]
            if not problem and not reference.problem and transcript != reference.transcript:
                pairs = zip(reference.transcript, transcript, strict=False)
                one, other = next(((one, other) for one, other in pairs if one != other), (None, None))
                text = f"differs from {names[0]}: {json.dumps(other)} instead of {json.dumps(one)}"
                results[name][case] = Outcome(transcript, text)
    return results


def unbuilt(commands: dict[str, list[str]]) -> list[str]:
    """What to say of runners whose program is not there."""
    gone = (name for name, command in commands.items() if shutil.which(os.path.expandvars(command[0])) is None)
    return [f"{name} cannot be started: 'make conformance' builds it" for name in gone]


async def main() -> int:
    parser = argparse.ArgumentParser(prog="conformance")
    parser.add_argument("runners", nargs="*")
    parser.add_argument("--only", default="", help="only cases whose id contains this")
    parser.add_argument("--patience", type=float, default=10, help="how long an answer may take (s)")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first case that fails")
    parser.add_argument("--verbose", action="store_true", help="show transcripts")
    options = parser.parse_args()
    known: dict[str, list[str]] = json.loads((ROOT / "runners.json").read_text())
    names = options.runners or list(known)
    all_cases = load()
    if missing := [*prose.problems(), *unbuilt({name: known[name] for name in names})]:
        raise SystemExit("\n".join(missing))
    cases = [case for case in all_cases if options.only in case["id"]]
    results = compare(names, await side_by_side({name: known[name] for name in names}, cases, options))
    for name in names:
        report.write_transcript(name, {case: outcome.transcript for case, outcome in results[name].items()})
        if options.verbose:
            print(json.dumps({case: outcome.transcript for case, outcome in results[name].items()}, indent=1))
    problems = {name: {case: outcome.problem for case, outcome in results[name].items()} for name in names}
    failures = report.show(cases, problems)
    if names == list(known) and len(cases) == len(all_cases):
        report.write(cases, problems)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
