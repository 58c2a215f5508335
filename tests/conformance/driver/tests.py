"""The driver finds what is wrong with a runner, whatever that is."""

from __future__ import annotations

import argparse
import asyncio
import sys
import unittest
from typing import Any
from unittest import mock

from . import match
from .__main__ import Outcome, compare, play_all, side_by_side, unbuilt
from .schema import problems

HELLO = 'import sys, json\nprint(\'{"runner": "fake", "protocol": 1}\', flush=True)\n'
ANSWER = HELLO + "for line in sys.stdin:\n    print(json.dumps({'id': json.loads(line)['id'], %s}), flush=True)"
CASE: dict[str, Any] = {"id": "a/b", "platform": {}, "steps": [{"call": "authenticate", "value": None}]}


def played(script: str) -> Outcome:
    options = argparse.Namespace(patience=0.5, fail_fast=False)
    return asyncio.run(play_all("fake", [sys.executable, "-c", script], [CASE], options))["a/b"]


class Runners(unittest.TestCase):
    def test_one_that_does_as_it_is_told_passes(self) -> None:
        self.assertIsNone(played(ANSWER % "'value': None").problem)

    def test_one_that_ends_says_nonsense_or_nothing_fails(self) -> None:
        for script, words in (
            (HELLO + "sys.stdin.readline()", "has ended"),
            (HELLO + "print('Segmentation fault', flush=True)\nsys.stdin.read()", "Segmentation fault"),
            (HELLO + "sys.stdin.read()", "no answer"),
            (ANSWER % "'broken': 'not in the table'", "not in the table"),
            (ANSWER % "'value': None, 'error': {}", "says"),
        ):
            with self.subTest(words):
                self.assertIn(words, played(script).problem or "passed")

    def test_one_that_outlives_its_input_fails(self) -> None:
        with mock.patch("driver.runner.END", 0.2):
            problem = played(ANSWER % "'value': None" + "\nimport time\ntime.sleep(60)").problem
        self.assertIn("does not end with its input", problem or "passed")

    def test_one_that_cannot_be_started_is_named_and_holds_nobody_up(self) -> None:
        there, gone = [sys.executable, "-c", ANSWER % "'value': None"], ["$NOWHERE/runner"]
        (said,) = unbuilt({"fake": there, "gone": gone})
        self.assertIn("gone cannot be started", said)
        options = argparse.Namespace(patience=0.5, fail_fast=False)
        with self.assertRaises(FileNotFoundError):
            asyncio.run(asyncio.wait_for(side_by_side({"fake": there, "gone": gone}, [CASE], options), 60))

    def test_another_outcome_fails(self) -> None:
        self.assertIn("expected None", played(ANSWER % "'value': 1").problem or "passed")
        self.assertIn("came", played(ANSWER % "'error': {'kind': 'Closed'}").problem or "passed")

    def test_runners_that_differ_fail(self) -> None:
        results = {"one": {"a/b": Outcome([1], None)}, "two": {"a/b": Outcome([2], None)}}
        self.assertIn("differs from one", compare(["one", "two"], results)["two"]["a/b"].problem or "passed")


class Expectations(unittest.TestCase):
    def test_they_are_exact(self) -> None:
        for expected, actual in (({"a": 1}, {"a": 1, "b": 2}), ([1], [1, 1]), (1, True), ({"$range": [1, 2]}, 3)):
            with self.subTest(actual):
                self.assertTrue(list(match.difference(expected, actual)))
        self.assertFalse(list(match.difference({"$has": {"a": 1, "c": None}}, {"a": 1, "b": 2})))

    def test_a_keyword_that_the_schema_check_lacks_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            list(problems(1, {"maximum": 0}, {}))
        self.assertTrue(list(problems({"a": 1}, {"additionalProperties": False, "properties": {}}, {})))


if __name__ == "__main__":
    unittest.main()
