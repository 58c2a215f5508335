"""The cases, read and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import schema

ROOT = Path(__file__).resolve().parent.parent
LEAST_IN_A_CATEGORY = 6


def load() -> list[dict[str, Any]]:
    """All cases, in order. Their ids begin with their category."""
    rules = json.loads((ROOT / "schema.json").read_text())
    cases: list[dict[str, Any]] = []
    found: list[str] = []
    for path in sorted((ROOT / "spec").glob("*.json")):
        content = json.loads(path.read_text())
        found += [f"{path.name}{problem}" for problem in schema.problems(content, rules, rules)]
        if len(content["cases"]) < LEAST_IN_A_CATEGORY:
            found.append(f"{path.name}: has fewer than {LEAST_IN_A_CATEGORY} cases")
        category = path.stem.partition("-")[2]
        for case in content["cases"]:
            case["category"] = content["category"]
            case["id"] = f"{category}/{case['id']}"
            case.setdefault("platform", {})
            cases.append(case)
    ids = [case["id"] for case in cases]
    found += [f"{case} is there twice" for case in sorted({case for case in ids if ids.count(case) > 1})]
    if found:
        raise SystemExit("\n".join(found))
    return cases
