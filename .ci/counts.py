"""Reads what each language's own runner reported and prints one table with one closing line.

Usage: counts.py LOGS KOTLIN PART:EXIT_CODE:SECONDS...
Exit code 77 of a part means that it was left out because its toolchain is missing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

LEFT_OUT = 77


class Counts(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


def cargo(log: str) -> Counts:
    """Adds up the closing lines of the test binaries and of the documentation tests."""
    closing = r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored"
    return total(Counts(*map(int, found)) for found in re.findall(closing, log, re.M))


def junit(*reports: str) -> Counts:
    """Adds up the suites of JUnit XML reports, as pytest and Surefire write them."""
    return total(suite(element) for text in reports for element in ElementTree.fromstring(text).iter("testsuite"))


def suite(element: ElementTree.Element) -> Counts:
    tests, failures, errors, skipped = (
        int(element.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")
    )
    return Counts(tests - failures - errors - skipped, failures + errors, skipped)


def swift(log: str) -> Counts:
    """Counts XCTest's test cases and Swift Testing's tests from the lines that close each one."""
    found = re.findall(r"^Test Case '.+' (passed|failed|skipped) \(", log, re.M)
    found += re.findall(r"^\W+Test (?!run with |case )\S.* (passed|failed) after ", log, re.M)
    found += re.findall(r"^\W+Test (?!run with |case )\S.* (skipped)\b", log, re.M)
    return Counts(*(found.count(state) for state in Counts._fields))


def unittests(log: str) -> Counts:
    """Adds up what Python's unittest closes with: packages and samples are tried by it."""
    found = re.findall(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(?: \((.*)\))?$", log, re.M)
    return total(closed(int(ran), dict(re.findall(r"(\w+)=(\d+)", words))) for ran, words in found)


def closed(ran: int, words: dict[str, str]) -> Counts:
    failed = int(words.get("failures", 0)) + int(words.get("errors", 0))
    skipped = int(words.get("skipped", 0))
    return Counts(ran - failed - skipped, failed, skipped)


def conformance(log: str) -> Counts:
    """A case counts once for each language that plays it."""
    found = re.findall(r"^(\d+) cases, (\d+) runners, (\d+) failed$", log, re.M)
    played = ((int(cases) * int(runners), int(failed)) for cases, runners, failed in found)
    return total(Counts(all_ - failed, failed) for all_, failed in played)


def total(parts: Iterable[Counts]) -> Counts:
    sum_ = Counts()
    for part in parts:
        sum_ = sum_.plus(part)
    return sum_


def read(part: str, logs: Path, kotlin: Path) -> Counts:
    if part == "python":
        return junit(*texts(logs.glob("python.xml")))
    log = (logs / f"{part}.log").read_text(errors="replace")
    if part == "kotlin":
        return junit(*texts(kotlin.glob("**/target/surefire-reports/TEST-*.xml"))).plus(unittests(log))
    if part == "swift":
        return swift(log).plus(unittests(log))
    return {"rust": cargo, "conformance": conformance}[part](log)


def texts(paths: Iterable[Path]) -> list[str]:
    return [path.read_text() for path in paths]


def judge(code: int, counts: Counts, required: bool) -> str:
    """Says in a few words how a part ended; anything but 'passed' and 'left out' is a failure."""
    if code == LEFT_OUT:
        return "MISSING" if required else "left out"
    if counts.failed:
        return "FAILED"
    if code:
        return f"FAILED (exit code {code})"
    return "passed" if counts.passed else "FAILED (no test ran)"


def main(logs: str, kotlin: str, *results: str) -> int:
    required = os.environ.get("TELLUS_REQUIRE_ALL") == "1"
    sum_, ended = Counts(), []
    print(f"\n{'part':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'time':>9}  result")
    for result in results:
        part, code, seconds = result.split(":")
        counts = Counts() if int(code) == LEFT_OUT else read(part, Path(logs), Path(kotlin))
        word = judge(int(code), counts, required)
        ended.append(word)
        print(f"{part:<12}{counts.passed:>8}{counts.failed:>8}{counts.skipped:>9}{seconds:>7} s  {word}")
        # A part that broke without a failing test counts as one failure: the closing line must not look clean.
        broken = word not in ("passed", "left out") and not counts.failed
        sum_ = sum_.plus(counts).plus(Counts(failed=int(broken)))
    print(f"\n{sum_.passed} passed, {sum_.failed} failed" + (f", {sum_.skipped} skipped" if sum_.skipped else ""))
    return 0 if all(word in ("passed", "left out") for word in ended) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
