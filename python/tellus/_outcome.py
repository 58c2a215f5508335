"""What a command led to, in words."""

from __future__ import annotations

from typing import Any, cast

from tellus._screen import number


def outcome(result: Any) -> str:
    """What a command led to."""
    if not isinstance(result, dict):
        return str(result)
    facts = cast("dict[str, object]", result)
    energy = facts.get("energy_delivered")
    if isinstance(energy, int | float):
        return f"energy: {number(energy, 2)} kWh"
    return ", ".join(f"{name}: {value}" for name, value in facts.items())
