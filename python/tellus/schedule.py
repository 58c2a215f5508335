"""Charging plans that a charger keeps and carries out by itself."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, cast

from tellus.errors import refused


@dataclasses.dataclass(frozen=True, kw_only=True)
class TimeSlot:
    """One part of a day."""

    start: datetime.time | str
    """When it begins, to the minute: a time or a text like ``22:00``."""
    end: datetime.time | str
    """When it ends. Not later than the start: it runs across midnight, of which day is not specified."""
    action: Literal["charge", "discharge", "idle"] = "charge"
    """What happens in it."""
    power_limit: float | None = None
    """The most power, in kW."""
    day_of_week: Sequence[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = ()
    """The weekdays; weekly plans need them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Schedule:
    """A plan for one connector. There is no call that reads, lists or deletes plans."""

    schedule_id: str
    """Your identifier; the same one again replaces the plan."""
    time_slots: Sequence[TimeSlot]
    """What happens when."""
    type: Literal["once", "daily", "weekly"] = "daily"
    """How it repeats."""
    enabled: bool = True
    """Whether it is in force."""
    timezone: str | None = None
    """The zone of the slots' times, e.g. ``Europe/London``. What holds without one is not specified: name it."""
    target_soc: int | None = None
    """The state of charge at which to stop, in %."""
    effective_from: datetime.datetime | None = None
    """In force from this moment; an aware datetime."""
    effective_until: datetime.datetime | None = None
    """In force until this moment; an aware datetime."""

    @classmethod
    def from_dict(cls, plan: Mapping[str, Any]) -> Self:
        """A plan in the platform's own form, as a JSON file would hold it."""
        fields = _fields(cls, plan, "")
        slots: object = fields.get("time_slots")
        if not isinstance(slots, list):
            raise refused("time_slots", "must be a list of slots")
        fields["time_slots"] = [
            TimeSlot(**_fields(TimeSlot, slot, f"time_slots[{index}]."))
            for index, slot in enumerate(cast("list[object]", slots))
        ]
        for name in ("effective_from", "effective_until"):
            if isinstance(text := fields.get(name), str):
                try:
                    fields[name] = datetime.datetime.fromisoformat(text)
                except ValueError as error:
                    raise refused(name, f"must be like 2026-03-01T00:00:00Z, not {text!r}") from error
        return cls(**fields)


def _fields(kind: type[object], plan: object, place: str) -> dict[str, Any]:
    if not isinstance(plan, Mapping):
        raise refused(place.rstrip(".") or "schedule", "must be an object with named fields")
    given = {str(name): value for name, value in cast("Mapping[object, object]", plan).items()}
    known = dataclasses.fields(cast("Any", kind))
    names = [field.name for field in known]
    for name in given:
        if name not in names:
            raise refused(place + name, f"is no field; the fields are {', '.join(names)}")
    for field in known:
        if field.default is dataclasses.MISSING and field.name not in given:
            raise refused(place + field.name, "is missing")
    return given
