"""The notebooks run from top to bottom, in a kernel of their own, and show what they promise."""

from __future__ import annotations

import re
from collections.abc import Callable
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


MONTH = """
# Energy by hand: what each session has of the month, spread evenly, without the package's own figures.
charged = discharged = 0.0
inside = {True: 0.0, False: 0.0}
for row in records.iter_rows(named=True):
    begin, end, energy = row["start_time"], row["end_time"], row["energy"]
    part = (min(end, month.end) - max(begin, month.start)) / (end - begin)
    if part > 0 and row["avg_power"] < 0:
        discharged += abs(energy) * part
    elif part > 0:
        charged += energy * part
    if month.start <= begin < month.end:
        inside[row["avg_power"] < 0] += abs(energy)
assert abs(daily["charged"].sum() - charged) < 1e-6, (daily["charged"].sum(), charged)
assert abs(daily["discharged"].sum() - discharged) < 1e-6
assert abs(series.total.charge_energy - charged) < 0.01, (series.total, charged)
assert abs(by_site["net"].sum() - charged + discharged) < 1
assert abs((load["net"] * load["hours"]).sum() - charged + discharged) < 1e-6
assert abs(v2g["exported"] - discharged) < 1e-6
assert abs(v2g["revenue"] - 0.31 * discharged) < 0.01 * (v2g["sessions"] + 1)
for discharge, energy in inside.items():
    assert abs(sessions.filter(discharge=discharge)["energy"].sum()) - energy < 1e-6
assert charged > 1000 and discharged > 10
assert daily.height == 30 * len(sites) == 90 and fleet.height > len(devices) == 12
assert hours["charged_ok"].all() and hours["discharged_ok"].all() and meters["metered_ok"].all()
# The gap between the recordings, and the connector that broke.
assert 0 < whole["low"] < whole["high"] < 100
assert uptime.filter(device_id=broken, connector_id=1)["down"].item() > 0.2
assert (uptime["unknown"] > 20 / 60).all() and (uptime["low"] < uptime["high"]).all()
assert states["state"].null_count() >= fleet.height
print(f"by hand: {charged:,.1f} kWh charged, {discharged:,.1f} kWh discharged")
charged = by_site.filter(site_id=site.site_id)["charged"].item()
print(f"report by hand: {charged:,.1f} kWh")
rated = dict(fleet.select(pl.col("device_id").cast(pl.String), "rated_power").iter_rows())
odd = [
    row for row in records.iter_rows(named=True)
    if abs(row["energy"]) < 0.5 or abs(row["avg_power"]) > rated[row["device_id"]]
    or (row["end_time"] - row["start_time"]).total_seconds() < 60
]
assert kpi.validate(records, fleet)["record_id"].unique().len() == len(odd), odd
assert warnings.row(-1, named=True)["warning"] == "duplicate"
assert warnings.row(-1, named=True)["record_id"] == records["record_id"][0]
"""
"""What must be true of the month's figures, added up in the notebook's own kernel."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path) -> None:
    read: Any = nbformat.read
    notebook = read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "outputs do not belong into the repository"
    if path.stem == "fleet_report":
        make: Any = nbformat.v4.new_code_cell
        notebook.cells.append(make(MONTH))
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert "error" not in {output["output_type"] for cell in notebook.cells for output in cell.get("outputs", ())}
    SHOWS[path.stem](shown(notebook))


def quickstart(text: str) -> None:
    assert "requests for about" in text
    assert "<th>power (kW)</th>" in text
    assert "charging records" in text
    assert "Recorded(rows=" in text
    assert "<th>charge_energy (kWh)</th>" in text


def fleet_report(text: str) -> None:
    # What it shows is what was added up by hand.
    found = re.search(r"by hand: (.* kWh charged, .* kWh discharged)", text)
    assert found is not None
    assert text.count(found[1]) == 2
    assert re.search(r"\b(7\d\d) of \1 hours agree with the platform's sums", text)
    assert re.search(r"\b(\d{3,}) of \1 records agree with their meters", text)
    assert "NEVI, 23 CFR 680.116(b): down is fault, offline, unavailable; asked for is more than 97 %" in text
    assert re.search(r"All connectors: up \d\d\.\d\d to \d\d\.\d\d % of the time", text)
    # Four pictures, a sparkline, and the report with its own.
    assert text.count("iVBORw0KGgo") == 4
    assert re.search(r'<svg role="img" aria-label="Power of [^"]+, connector 1: \d+ readings[^"]*, \d+ break', text)
    # The report tells of one site: its energy is that of the table.
    told = re.search(r"Energy charged&lt;/td&gt;&lt;td class=&quot;number&quot;&gt;([\d,.]+)&lt;", text)
    assert told is not None
    assert f"report by hand: {told[1]} kWh" in text


SHOWS: dict[str, Callable[[str], None]] = {"quickstart": quickstart, "fleet_report": fleet_report}
