"""What was expected against what came, and values in their one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

MOMENT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)$")
# Of an error, only what a case mentions: texts differ in wording over time, ids are random, and counts of attempts are
# looked at where they matter.
UNLESS_MENTIONED = ("reason", "request_id", "attempts")


def canonical(value: Any) -> Any:
    """The one form of a value: absent is absent, whole numbers are whole, moments are in UTC without idle digits."""
    if isinstance(value, dict):
        return {name: canonical(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [canonical(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and (found := MOMENT.match(value)):
        fraction = (found[2] or "").rstrip("0").rstrip(".")
        return f"{found[1]}{fraction}Z"
    return value


def difference(expected: Any, actual: Any, at: str = "") -> Iterator[str]:
    """Where `actual` is not as expected."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        ((name, wanted),) = expected.items()
        if not MATCHERS[name](wanted, actual):
            yield f"{at}: {actual!r} is not {name} {wanted!r}"
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for name in sorted(expected.keys() | actual.keys()):
            if name not in actual:
                yield f"{at}.{name}: is missing, expected {expected[name]!r}"
            elif name not in expected:
                yield f"{at}.{name}: is {actual[name]!r}, expected none"
            else:
                yield from difference(expected[name], actual[name], f"{at}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from difference(one, other, f"{at}[{index}]")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield f"{at}: {actual!r}, expected {expected!r}"


def error(expected: dict[str, Any], actual: dict[str, Any]) -> Iterator[str]:
    """The same for an error: it is not retryable unless that is said."""
    wanted = {"retryable": False, **expected}
    got = {name: value for name, value in actual.items() if name not in UNLESS_MENTIONED or name in wanted}
    if not got.get("details"):
        got.pop("details", None)
    yield from difference(wanted, got, "error")


def settled(expected: Any, actual: Any) -> Any:
    """`actual` with what may differ from run to run replaced by what was expected of it."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        if "$has" in expected and isinstance(actual, dict):
            return {name: settled(inner, actual.get(name)) for name, inner in expected["$has"].items()}
        return expected
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {name: settled(expected.get(name), value) for name, value in actual.items() if name != "request_id"}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [settled(one, other) for one, other in zip(expected, actual, strict=True)]
    return actual


def _has(wanted: dict[str, Any], actual: Any) -> bool:
    if not isinstance(actual, dict):
        return False
    for name, inner in wanted.items():
        # What is wanted to be null must not be there.
        if (name in actual) == (inner is None) or (name in actual and list(difference(inner, actual[name]))):
            return False
    return True


def _each(wanted: Any, actual: Any) -> bool:
    return isinstance(actual, list) and not any(list(difference(wanted, one)) for one in actual)


MATCHERS: dict[str, Callable[[Any, Any], bool]] = {
    "$any": lambda _wanted, actual: actual is not None,
    "$range": lambda wanted, actual: isinstance(actual, (int, float)) and wanted[0] <= actual <= wanted[1],
    "$like": lambda wanted, actual: isinstance(actual, str) and re.search(wanted, actual) is not None,
    "$count": lambda wanted, actual: isinstance(actual, list) and len(actual) == wanted,
    "$at_least": lambda wanted, actual: isinstance(actual, list) and len(actual) >= wanted,
    "$has": _has,
    "$each": _each,
}
