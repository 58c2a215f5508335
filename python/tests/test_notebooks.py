"""The notebooks run from top to bottom, in a kernel of their own, and show what they promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "examples").glob("*.ipynb"))


def shown(notebook: Any) -> str:
    """All that its cells have put out, as text and as HTML."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    texts = [output.get("text", "") for output in outputs]
    return "\n".join(texts + [part for output in outputs for part in map(str, output.get("data", {}).values())])


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path) -> None:
    read: Any = nbformat.read
    notebook = read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "outputs do not belong into the repository"
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert "error" not in {output["output_type"] for cell in notebook.cells for output in cell.get("outputs", ())}
    if path.stem == "quickstart":
        text = shown(notebook)
        assert "requests for about" in text
        assert "<th>power (kW)</th>" in text
        assert "charging records" in text
        assert "Recorded(rows=" in text
        assert "<th>charge_energy (kWh)</th>" in text
