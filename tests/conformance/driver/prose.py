"""Checks that every case of PROSE.md names, for every language, a test that is there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from .spec import ROOT

LANGUAGES = ["rust", "python", "kotlin", "swift"]
HOLDER = re.compile(r"^- (\w+): `([^`]+)` `([^`]+)`$", re.MULTILINE)
# How a test begins in each language.
DECLARED = {"rust": r"(fn|struct) {}\b", "python": r"def {}\b", "kotlin": r"fun `{}`", "swift": r"func {}\b"}


def problems() -> Iterator[str]:
    """What is missing."""
    _, *cases = (ROOT / "PROSE.md").read_text().split("\n## ")
    if not cases:
        yield "PROSE.md holds no case"
    for case in cases:
        title = case.partition("\n")[0]
        holders = HOLDER.findall(case)
        if [language for language, _, _ in holders] != LANGUAGES:
            yield f"PROSE.md: {title}: must name one test for each of {', '.join(LANGUAGES)}"
        for language, path, name in holders:
            source = Path(os.environ["TELLUS_REPO"]) / path
            declared = DECLARED[language].format(re.escape(name))
            if not source.is_file() or not re.search(declared, source.read_text()):
                yield f"PROSE.md: {title}: {path} has no test {name}"
