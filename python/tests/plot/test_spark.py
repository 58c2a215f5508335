"""Sparklines: what their lines tell, what they do not, and that nothing gets out of them."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest
from made import TIME, at, readings

import tellus
from tellus import plot
from tellus.plot import Sparkline, sparkline

WICKED = """x</title></svg><script>alert(1)</script>"' onload=alert(2) \u202e&#x27;"""
EVERY = timedelta(seconds=10)


def seen(*powers: float | None, start: str = "03-28 10:00", **others: Any) -> pl.DataFrame:
    return readings(start, powers, EVERY, **others)


def svgs(line: Sparkline) -> list[ET.Element]:
    """The pictures, which are whole XML by themselves."""
    html = line._repr_html_()
    return [ET.fromstring(f"<svg{part.partition('</svg>')[0]}</svg>") for part in html.split("<svg")[1:]]


def drawn(line: Sparkline) -> list[list[tuple[float, float]]]:
    """The pieces of the first picture's line, dots among them, as points in it."""
    paths = "".join(path.attrib["d"] for path in svgs(line)[0].findall("path")[1:])
    runs = [[place.split() for place in run.split("L")] for run in paths.split("M")[1:]]
    return sorted([(float(x), float(y)) for x, y in run] for run in runs)


class Tags(HTMLParser):
    """All elements of a piece of HTML, the names of their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def test_a_line_has_a_place_for_each_reading_a_value_and_a_title() -> None:
    line = sparkline(seen(0, 5, 10, 11), "a")
    html = line._repr_html_()
    assert drawn(line) == [[(2.0, 34.0), (60.7, 19.5), (119.3, 4.9), (178.0, 2.0)]]
    (svg,) = svgs(line)
    says = "Power of a, connector 1: 4 readings from 0.0 to 11.0 kW; 11.0 kW at 10:00:30 UTC"
    assert (svg.attrib["role"], svg.attrib["aria-label"], svg.findtext("title")) == ("img", says, says)
    assert "<td>11.0 kW</td>" in html
    assert "a, power up to 2026-03-28 10:00:30 UTC" in html
    assert repr(line) == "<Sparkline a: #1 11.0 kW>"


def test_discharging_lies_below_the_line_of_zero() -> None:
    line = sparkline(seen(10, 0, -10), "a")
    assert [y for _, y in drawn(line)[0]] == [2.0, 18.0, 34.0]
    assert svgs(line)[0].findall("path")[0].attrib["d"].startswith("M0 18.0H")


def test_nulls_and_what_is_no_number_break_the_line() -> None:
    line = sparkline(seen(1, 2, None, 4, float("nan"), 6, 7, float("inf")), "a")
    assert [len(run) for run in line.lines[0].runs] == [2, 1, 2]
    # A reading between two breaks is a dot: a line to where it is already.
    runs = drawn(line)
    assert [len(run) for run in runs] == [2, 2, 2]
    assert runs[1][0] == runs[1][1]
    assert "5 readings from 1.0 to 7.0 kW, 2 breaks; – kW at 10:01:10 UTC" in line._repr_html_()


def test_gaps_and_long_silence_are_no_line() -> None:
    parts = pl.concat([seen(1, 2), seen(3, 4, start="03-28 10:05"), seen(5, 6, start="03-28 10:06")])
    assert [len(run) for run in sparkline(parts, "a").lines[0].runs] == [2, 4]
    assert [len(run) for run in sparkline(parts, "a", max_gap=None).lines[0].runs] == [6]
    gaps = pl.DataFrame(
        {
            "device_id": ["a", "other"],
            "last_timestamp": [at("03-28 10:05") + EVERY, at("03-28 10:00")],
            "next_timestamp": [at("03-28 10:06"), None],
        }
    )
    line = sparkline(parts, "a", gaps=gaps, max_gap=None)
    assert [len(run) for run in line.lines[0].runs] == [4, 2]
    assert ", 1 break;" in line._repr_html_()
    assert "not observed" not in line._repr_html_()


def test_an_open_gap_is_told_until_it_ends() -> None:
    schema: dict[str, Any] = {"device_id": pl.String, "last_timestamp": TIME, "next_timestamp": TIME}
    last, following = at("03-28 10:00") + EVERY, at("03-28 10:02")
    line = sparkline(seen(1, 2), "a", gaps=pl.DataFrame([("a", last, None)], schema, orient="row"))
    assert "<td>2.0 kW, not observed since</td>" in line._repr_html_()
    line.add(seen(3, start="03-28 10:02"), pl.DataFrame([("a", last, following)], schema, orient="row"))
    assert "<td>3.0 kW</td>" in line._repr_html_()
    assert [len(run) for run in line.lines[0].runs] == [2, 1]


def test_one_reading_is_a_dot_and_none_are_told() -> None:
    assert drawn(sparkline(seen(7), "a")) == [[(2.0, 2.0), (2.0, 2.0)]]
    assert drawn(sparkline(seen(0), "a")) == [[(2.0, 2.0), (2.0, 2.0)]]
    for nothing in (sparkline(seen(7), "b"), sparkline(seen(), "a"), Sparkline("a"), sparkline(seen(7), "a", 2)):
        assert nothing.lines == []
        assert nothing._repr_html_().endswith(": no readings</p>")
    silent = sparkline(seen(None), "a")
    assert "Power of a, connector 1: not told" in silent._repr_html_()
    assert "<td>– kW</td>" in silent._repr_html_()


def test_the_last_readings_of_each_connector_in_the_order_of_their_time() -> None:
    both = pl.concat([seen(*range(50), connector_id=number) for number in (2, 1)])
    both = both.sample(fraction=1, shuffle=True, seed=1)
    line = sparkline(both, "a", last=3)
    assert [(each.connector_id, each.last) for each in line.lines] == [(1, 49.0), (2, 49.0)]
    assert [[power for _, power in each.runs[0]] for each in line.lines] == [[47.0, 48.0, 49.0]] * 2
    line.add(seen(9, start="03-28 10:09"))
    assert [each.last for each in line.lines] == [9.0, 49.0]
    assert [each.connector_id for each in sparkline(both, "a", 2).lines] == [2]


@pytest.mark.parametrize("field", ["last", "max_gap"])
def test_sizes_that_cannot_be(field: str) -> None:
    wrong: dict[str, Any] = {"last": 0, "max_gap": timedelta()}
    with pytest.raises(tellus.InvalidRequest, match=field) as raised:
        sparkline(seen(1), "a", **{field: wrong[field]})
    assert raised.value.details == {"field": field}
    with pytest.raises(tellus.InvalidRequest, match="telemetry has no column 'power'"):
        sparkline(seen(1).drop("power"), "a")


def test_hostile_ids_stay_text() -> None:
    line = sparkline(seen(1, 2, device_id=WICKED), WICKED)
    html = line._repr_html_()
    found = Tags(html)
    assert found.tags == {"table", "caption", "tbody", "tr", "td", "svg", "title", "path"}
    assert not {name for name in found.names if name.startswith("on")}
    assert "\u202e" not in html + repr(line)
    assert "x</title></s…" in found.text
    title = svgs(line)[0].findtext("title") or ""
    assert title.startswith(f"Power of {WICKED.replace(chr(0x202E), ' ')}, connector 1: 2 readings")
    assert Tags(sparkline(seen(), WICKED)._repr_html_()).tags == {"p"}


def test_any_table_and_no_matplotlib(
    sandbox: tellus.Sandbox, client: tellus.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    device_id = sandbox.device_ids[0]
    live = plot.Sparkline(device_id)
    kept: list[tellus.Batch] = []
    with client.stream([device_id]) as stream:
        for batch in stream.batches():
            kept.append(batch)
            live.add(batch)
            if sum(map(len, kept)) >= 5:
                break
    powers = {frame.timestamp: frame.connectors[0].power for batch in kept for frame in batch.frames}
    assert live.lines[0].last == powers[max(powers)]
    assert live.lines[0].observed
    whole = pl.concat([batch.to_polars().with_columns(pl.col("device_id", "state").cast(pl.String)) for batch in kept])
    for table in (whole, whole.lazy(), whole.to_pandas(), whole.to_arrow(), tellus.Batch.from_arrow(kept[-1])):
        assert sparkline(table, device_id).lines[0].last == live.lines[0].last
    assert len(sparkline(whole, device_id).lines) == len(live.lines)


def test_a_batch_brings_its_gaps(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    device_id = sandbox.device_ids[0]
    # So long that only a gap can break the line.
    line = Sparkline(device_id, max_gap=None)
    with client.stream([device_id]) as stream:
        for batch in stream.batches():
            line.add(batch)
            if stream.stats.frames >= 3 and not stream.stats.reconnects:
                sandbox.inject("stream_drop")
            # The reconnection is counted before the frames that came earlier are pulled.
            if any(gap.cause == "reconnect" and gap.next for gap in batch.gaps):
                break
    assert len(line.lines[0].runs) >= 2
