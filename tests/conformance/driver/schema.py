"""The part of JSON Schema that `schema.json` uses. A keyword that is not known here is refused, not passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
# What says something about the schema, not about the value.
NOTES = {"$schema", "$defs", "title", "description"}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    """What about `value` is not as `schema` says, each with its place."""
    for keyword, wanted in schema.items():
        if keyword in NOTES:
            continue
        check = CHECKS.get(keyword)
        if check is None:
            raise ValueError(f"schema.json uses {keyword!r}, which driver/schema.py does not know")
        yield from check(value, wanted, schema, root, at)


def _type(value: Any, wanted: Any, _schema: Any, _root: Any, at: str) -> Iterator[str]:
    names = [wanted] if isinstance(wanted, str) else wanted
    # To Python a boolean is an integer.
    fits = any(isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names)
    if not fits:
        yield f"{at}: must be {' or '.join(names)}"


def _properties(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in wanted:
            yield from problems(inner, wanted[name], root, f"{at}/{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at}: has no field {name!r}"


def _required(value: Any, wanted: Any, _schema: Any, _root: Any, at: str) -> Iterator[str]:
    yield from (f"{at}: lacks {name!r}" for name in wanted if isinstance(value, dict) and name not in value)


def _additional(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) and isinstance(wanted, dict) else ():
        if name not in schema.get("properties", {}):
            yield from problems(inner, wanted, root, f"{at}/{name}")


def _items(value: Any, wanted: Any, _schema: Any, root: Any, at: str) -> Iterator[str]:
    for index, inner in enumerate(value if isinstance(value, list) else ()):
        yield from problems(inner, wanted, root, f"{at}/{index}")


def _any_of(value: Any, wanted: Any, _schema: Any, root: Any, at: str) -> Iterator[str]:
    found = [list(problems(value, one, root, at)) for one in wanted]
    if all(found):
        # The form that comes closest is most likely the one that was meant.
        yield from min(found, key=len)


def _length(value: Any, wanted: Any, _schema: Any, _root: Any, at: str) -> Iterator[str]:
    if isinstance(value, list) and len(value) < wanted:
        yield f"{at}: needs at least {wanted}"


def _pattern(value: Any, wanted: Any, _schema: Any, _root: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield f"{at}: {value!r} does not fit {wanted}"


def _enum(value: Any, wanted: Any, _schema: Any, _root: Any, at: str) -> Iterator[str]:
    if value not in wanted:
        yield f"{at}: {value!r} is none of {wanted}"


def _ref(value: Any, wanted: Any, _schema: Any, root: Any, at: str) -> Iterator[str]:
    yield from problems(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)


CHECKS: dict[str, Callable[[Any, Any, Any, Any, str], Iterator[str]]] = {
    "type": _type,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "anyOf": _any_of,
    "minItems": _length,
    "pattern": _pattern,
    "enum": _enum,
    "$ref": _ref,
}
