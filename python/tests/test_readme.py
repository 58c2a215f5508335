"""The README's examples do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import succeeds

import tellus

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = Path(__file__).parents[1] / "examples"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_readme(number: int, sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    assert succeeds(BLOCKS[number], within=15)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_the_examples(path: Path, sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    assert succeeds(path.read_text(), within=20)
