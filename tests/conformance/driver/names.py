"""Names for what differs from run to run: a case writes `$device1`, and its transcript has that again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Names:
    """The names of one case under way."""

    def __init__(self) -> None:
        self._meant: dict[str, str] = {}

    def update(self, names: dict[str, str]) -> None:
        self._meant |= names

    def filled(self, value: Any) -> Any:
        """With the names replaced by what they stand for."""
        return self._replaced(value, {f"${name}": meant for name, meant in self._meant.items()})

    def named(self, value: Any) -> Any:
        """The other way round."""
        return self._replaced(value, {meant: f"${name}" for name, meant in self._meant.items()})

    def _replaced(self, value: Any, pairs: dict[str, str]) -> Any:
        # The longest first: `$device1` is no `$device12`.
        longest_first = sorted(pairs, key=len, reverse=True)

        def change(text: str) -> str:
            for old in longest_first:
                text = text.replace(old, pairs[old])
            return text

        return _texts(value, change)


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_texts(inner, change) for inner in value]
    if isinstance(value, dict):
        return {change(name): _texts(inner, change) for name, inner in value.items()}
    return value
