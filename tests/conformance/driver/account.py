"""What came of a case, held against what was expected, and written down in a form that does not differ between runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import match
from .names import Names
from .runner import Answer


class Mismatch(Exception):
    """Something is not as the case says."""


class Account:
    """The account of one case with one runner."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.transcript: list[Any] = []

    def outcome(self, step: dict[str, Any], answer: Answer) -> None:
        """The outcome of a call: a value or an error."""
        got = self.seen(answer)
        if "error" in step:
            if "error" not in got:
                raise Mismatch(f"came {got.get('value')!r}, expected an error: {step['error']}")
            self._note(step["error"], got["error"], match.error(step["error"], got["error"]))
            return
        if "error" in got:
            raise Mismatch(f"came {got['error']}")
        self.names.update({name: answer["value"][field] for name, field in step.get("save", {}).items()})
        value = self.seen(answer).get("value")
        self._note(step["value"], value, match.difference(step["value"], value, "value"))

    def received(self, kind: str, expected: Any, taken: list[Any]) -> None:
        """Events, gaps or frames of a stream."""
        if kind == "events" and isinstance(expected, list):
            # A text stands for the status alone.
            expected = [{"$has": {"status": one}} if isinstance(one, str) else one for one in expected]
        got = self.seen(taken)
        self._note(expected, got, match.difference(expected, got, kind))

    def requests(self, wanted: list[Any], entries: list[dict[str, Any]], any_order: bool) -> None:
        """What the platform has answered."""
        expected, named = [_request(one) for one in wanted], self.names.named(entries)
        if any_order:
            expected.sort(key=_line)
            named.sort(key=_line)
        pairs = list(zip(expected, named, strict=False))
        found = [text for one, entry in pairs for text in match.difference({"$has": one}, entry, "request")]
        if len(named) != len(expected) or found:
            raise Mismatch(f"requests: {[_line(one) for one in named]}; {'; '.join(found)}")
        for one, entry in pairs:
            # Other headers are the business of the HTTP library.
            entry.pop("headers", None)
            self.transcript.append({**match.settled(one, entry), **one})

    def seen(self, value: Any) -> Any:
        """A value as a case writes it."""
        return self.names.named(match.canonical(value))

    def _note(self, expected: Any, got: Any, differences: Iterable[str]) -> None:
        if found := list(differences):
            raise Mismatch("; ".join(found))
        self.transcript.append(match.settled(expected, got))


def _request(wanted: Any) -> dict[str, Any]:
    """A text stands for the request alone; an object names what else is looked at."""
    if isinstance(wanted, str):
        return {"request": wanted}
    return {**wanted, "headers": {"$has": wanted["headers"]}} if "headers" in wanted else wanted


def _line(entry: dict[str, Any]) -> str:
    return str(entry["request"])
