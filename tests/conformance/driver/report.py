"""What is shown and kept of a run. Nothing in it differs between two runs with the same outcome."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from .spec import ROOT

Problems = dict[str, dict[str, str | None]]


def write_transcript(runner: str, transcripts: Mapping[str, list[Any]]) -> None:
    """One line for each case, into the build folder."""
    folder = Path(os.environ["CARGO_TARGET_DIR"]) / "conformance"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"case": case, "transcript": told}, sort_keys=True) for case, told in transcripts.items()]
    (folder / f"{runner}.jsonl").write_text("".join(f"{line}\n" for line in lines))


def show(cases: list[dict[str, Any]], problems: Problems) -> int:
    """Prints a table of cases and runners, and what went wrong. Returns how many failed."""
    width = max(len(case["id"]) for case in cases)
    print(" " * width, *(f"{name:>12}" for name in problems))
    for case in cases:
        print(f"{case['id']:<{width}}", *(f"{_mark(told, case['id']):>12}" for told in problems.values()))
    failed: dict[tuple[str, str], list[str]] = {}
    for runner, told in problems.items():
        for case in cases:
            problem = told.get(case["id"], "was not played")
            if problem:
                failed.setdefault((case["id"], problem), []).append(runner)
    for (case_id, problem), runners in failed.items():
        print(f"\n{case_id} ({', '.join(runners)})\n  {problem}")
    failures = sum(map(len, failed.values()))
    print(f"\n{len(cases)} cases, {len(problems)} runners, {failures} failed")
    return failures


def write(cases: list[dict[str, Any]], problems: Problems) -> None:
    """Writes REPORT.md."""
    lines = [
        "# Conformance",
        "",
        f"Written by `make conformance`: {len(cases)} cases, {len(problems)} runners. What a case says stands in",
        "[spec/](spec), how it is played in [README.md](README.md), what no case can say in [PROSE.md](PROSE.md).",
    ]
    for category, members in groupby(cases, lambda case: case["category"]):
        lines += ["", f"## {category}", "", f"| case | {' | '.join(problems)} |", f"|---|{'---|' * len(problems)}"]
        for case in members:
            marks = " | ".join(_mark(told, case["id"]) for told in problems.values())
            lines.append(f"| {case['title']} | {marks} |")
    (ROOT / "REPORT.md").write_text("\n".join([*lines, ""]))


def _mark(told: Mapping[str, str | None], case: str) -> str:
    if case not in told:
        return "not played"
    return "FAILED" if told[case] else "ok"
