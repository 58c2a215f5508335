"""Tests of the scripts beside it, on reports that were taken from real runs."""

import io
import os
import re
import tempfile
import tomllib
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

import counts
import deny
import docs_check
import promises
from counts import Counts

CARGO = """
running 3 tests
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="0.1">
</testsuite></testsuites>"""

SUREFIRE = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="com.example.SomeTest" time="0.19" tests="4" errors="0" skipped="1" failures="1"></testsuite>"""

SWIFT = """
Test Suite 'All tests' started at 2026-01-01 11:29:08.208
Test Case 'SomeTests.testOne' started at 2026-01-01 11:29:08.208
Test Case 'SomeTests.testOne' passed (0.001 seconds)
Test Case 'SomeTests.testTwo' failed (0.001 seconds)
Test Case 'SomeTests.testThree' skipped (0.0 seconds)
\t Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.002 (0.002) seconds
◇ Test run started.
◇ Test first() started.
✘ Test second() recorded an issue at SomeTests.swift:6:5: Expectation failed: (count → 4) == 3
✘ Test second() failed after 0.001 seconds with 1 issue.
✔ Test first() passed after 0.001 seconds.
✔ Test "with a name of its own" passed after 0.001 seconds.
✔ Test each(value:) with 3 test cases passed after 0.001 seconds.
➜ Test third() skipped: "not here"
✔ Suite Some passed after 0.001 seconds.
✘ Test run with 5 tests failed after 0.001 seconds with 1 issue.
"""


UNITTEST = """
----------------------------------------------------------------------
Ran 7 tests in 1.665s

OK
Ran 4 tests in 0.1s

FAILED (failures=1, errors=1, skipped=1)
Ran 1 test in 0.1s

OK (skipped=1)
"""


class Reading(unittest.TestCase):
    def test_unittest(self) -> None:
        self.assertEqual(counts.unittests(UNITTEST), Counts(8, 2, 2))

    def test_cargo(self) -> None:
        self.assertEqual(counts.cargo(CARGO), Counts(3, 2, 1))

    def test_junit(self) -> None:
        self.assertEqual(counts.junit(JUNIT), Counts(4, 3, 3))
        self.assertEqual(counts.junit(SUREFIRE, SUREFIRE), Counts(4, 2, 2))

    def test_swift(self) -> None:
        self.assertEqual(counts.swift(SWIFT), Counts(4, 2, 2))


class Judging(unittest.TestCase):
    def run_main(self, *results: str, required: str = "1") -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()) as printed:
            (Path(folder) / "rust.log").write_text("test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured")
            (Path(folder) / "swift.log").write_text("error: no such module")
            with mock.patch.dict(os.environ, {"TELLUS_REQUIRE_ALL": required}):
                code = counts.main(folder, folder, *results)
        return code, printed.getvalue().splitlines()[-1]

    def test_a_clean_run(self) -> None:
        self.assertEqual(self.run_main("rust:0:12"), (0, "5 passed, 0 failed"))

    def test_a_runner_that_failed_without_a_failing_test_counts_as_a_failure(self) -> None:
        self.assertEqual(self.run_main("rust:101:12"), (1, "5 passed, 1 failed"))

    def test_a_part_without_tests_fails(self) -> None:
        self.assertEqual(self.run_main("rust:0:12", "swift:0:3"), (1, "5 passed, 1 failed"))

    def test_a_part_may_be_left_out_only_where_nothing_is_required(self) -> None:
        self.assertEqual(self.run_main("rust:0:12", "kotlin:77:0", required=""), (0, "5 passed, 0 failed"))
        self.assertEqual(self.run_main("rust:0:12", "kotlin:77:0"), (1, "5 passed, 1 failed"))


class Licences(unittest.TestCase):
    def test_expressions(self) -> None:
        allow = {"MIT", "ISC", "Apache-2.0 WITH LLVM-exception"}
        for expression in (
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR MIT",
            "MIT AND ISC",
            "(GPL-3.0 OR ISC) AND MIT",
            "Apache-2.0 WITH LLVM-exception",
        ):
            self.assertTrue(deny.allowed(expression, allow), expression)
        for expression in ("none", "GPL-3.0", "GPL-3.0 AND MIT", "(MIT OR ISC) AND GPL-3.0", "Apache-2.0"):
            self.assertFalse(deny.allowed(expression, allow), expression)


class Versions(unittest.TestCase):
    def test_the_kotlin_library_has_the_version_of_the_workspace(self) -> None:
        root = Path(__file__).parents[1]
        workspace = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        found = re.search(
            r"<artifactId>tellus-sdk</artifactId>\s*<version>(.+)</version>", (root / "kotlin/pom.xml").read_text()
        )
        self.assertEqual(found and found[1], workspace)


class Conformance(unittest.TestCase):
    def test_a_case_counts_for_each_language(self) -> None:
        self.assertEqual(counts.conformance("...\n175 cases, 3 runners, 2 failed\n"), Counts(523, 2))
        self.assertEqual(counts.conformance("killed"), Counts())


class Promises(unittest.TestCase):
    """On documents that name tests which are there, and tests which are not."""

    TABLE = "| promise | tests |\n|---|---|\n| a | {} |\n"

    def faults(self, cell: str) -> list[str]:
        return promises.missing(self.TABLE.format(cell))

    def test_a_test_that_is_there(self) -> None:
        self.assertEqual(self.faults("`.ci/test_scripts.py#test_a_test_that_is_there`"), [])

    def test_what_is_missing_is_named(self) -> None:
        self.assertIn("no file nowhere.rs", self.faults("`nowhere.rs#test`")[0])
        self.assertIn("holds no", self.faults("`.ci/promises.py#a test that nobody wrote`")[0])
        self.assertIn("no test for: a", self.faults("by care")[0])


class Documentation(unittest.TestCase):
    """What makes the documentation's build fail."""

    def test_a_public_name_without_an_entry(self) -> None:
        names = {name for module in docs_check.MODULES for name in docs_check.public_names(module)}
        self.assertLess({"tellus.Client", "tellus.errors.Closed", "tellus.kpi.energy", "tellus.plot.sparkline"}, names)
        self.assertEqual(docs_check.missing(names), [])
        self.assertEqual(docs_check.missing(names - {"tellus.kpi.energy"}), ["tellus.kpi.energy"])

    def test_what_comes_from_elsewhere(self) -> None:
        own = '<script src="assets/a.js"></script><a href="https://example.com/">a link loads nothing</a>'
        self.assertEqual(docs_check.foreign(own), [])
        for address in ("https://example.com/a.css", "//example.com/a.css"):
            self.assertEqual(docs_check.foreign(f'<link rel="stylesheet" href="{address}">'), [address])

    def test_a_module_in_place_of_its_function(self) -> None:
        heading = '<div class="doc doc-object doc-{}">\n\n<h2 id="{}" class="doc doc-heading">'
        self.assertEqual(docs_check.shadowed(heading.format("module", "tellus.kpi.energy")), ["tellus.kpi.energy"])
        self.assertEqual(docs_check.shadowed(heading.format("module", "tellus.errors")), [])
        self.assertEqual(docs_check.shadowed(heading.format("function", "tellus.kpi.energy.energy")), [])


class Mutants(unittest.TestCase):
    """On the faults that the conformance cases must find."""

    def test_each_has_its_place_in_the_sources(self) -> None:
        mutants = tomllib.loads((promises.ROOT / "tests/conformance/mutants/mutants.toml").read_text())["mutant"]
        for mutant in mutants:
            with self.subTest(mutant["name"]):
                source = (promises.ROOT / mutant["file"]).read_text(encoding="utf-8")
                self.assertEqual(source.count(mutant["find"]), 1)
                self.assertNotEqual(mutant["find"], mutant["instead"])
        self.assertEqual(len({mutant["name"] for mutant in mutants}), len(mutants))


if __name__ == "__main__":
    unittest.main()
