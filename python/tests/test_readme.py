"""The examples of the README and of the documentation's pages do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import succeeds

import tellus
from tellus.cli.app import app

HERE = Path(__file__).parents[1]
EXAMPLES = HERE / "examples"
PAGES = [HERE / "README.md", *sorted((HERE / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{path.stem}-{number}")
    for path in PAGES
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_the_examples_of_pages(block: str, sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    assert succeeds(block, within=20)


def test_the_page_about_the_command_line_names_every_command() -> None:
    page = (HERE / "docs/command-line.md").read_text()
    commands = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    assert "sites" in commands
    assert [name for name in commands if f"`tellus {name}" not in page] == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_the_examples(path: Path, sandbox: tellus.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    assert succeeds(path.read_text(), within=20)
