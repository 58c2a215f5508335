"""The report: its numbers, its honesty, its safety, and how it looks in a browser."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from browser import DARK, chromium, served
from made import fleet, readings, record, records
from PIL import Image

import tellus
from tellus import kpi, report
from tellus.report.html import Html, tag

WICKED = """</td></table><script>document.title='owned'</script><img src="{0}stolen" onerror=x>'"\x1b&$\\frac{{1$"""
WINDOW = kpi.Window.days(date(2026, 3, 28), date(2026, 3, 29), "Europe/London")
SOURCE = report.Source(
    name="Yard",
    site_id="s",
    address=None,
    window=WINDOW,
    fleet=fleet(("a", 1, "s", 50.0), ("a", 2, "s", 50.0)),
    records=records(
        record("03-28 10:00", "03-28 11:00", 30.0, cost=12.6),
        record("03-28 12:00", "03-28 13:00", -20.0, cost=-6.2, max_power=-25.0),
        record("03-29 12:00", None, 5.0, connector_id=2),
        record("03-28 10:00", "03-28 11:00", 999.0, device_id="elsewhere"),
    ),
)


class Elements(HTMLParser):
    """All elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def cells(page: str) -> dict[str, list[str]]:
    """Rows of all tables by their first cell."""
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    parsed = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]
    return {row[0]: row[1:] for row in parsed}


def svgs(page: str) -> list[str]:
    return [base64.b64decode(coded).decode() for coded in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", page)]


def wicked_source(address: str = "http://127.0.0.1:9/") -> report.Source:
    text = WICKED.format(address)
    name = pl.lit(text)
    return replace(
        SOURCE,
        name=text,
        site_id=text,
        address=text,
        fleet=SOURCE.fleet.with_columns(device_id=name, site_id=name),
        records=pl.DataFrame(SOURCE.records).with_columns(device_id=name, record_id=name, energy=pl.lit(0.1)),
        telemetry=readings("03-28 02:00", [1.0] * 60, state=text).with_columns(device_id=name),
        lost=[text],
    )


def test_the_numbers() -> None:
    rows = cells(report.render(SOURCE))
    assert rows["Sessions begun"] == ["3", ""]
    assert rows["Energy charged"] == ["35.0", "kWh"]
    assert rows["Energy discharged (V2G)"] == ["20.0", "kWh"]
    assert rows["V2G revenue, in the platform&#x27;s currency"] == ["6.20", ""]
    assert rows["Most sessions at the same time"] == ["1 of 2", "connectors"]
    assert rows["2026-03-28"] == ["24.0", "30.0", "20.0", "10.0", "2", "6.20"]
    assert rows["2026-03-29"][0] == "23.0"
    # Two hours of one connector, and the open session until the end, of two connectors' 47 hours each.
    assert rows["Occupied"][0] == f"{(2 + 11) / 94 * 100:.1f}"
    assert rows["Charging or discharging"][0] == "–"


def test_what_was_not_observed_is_told() -> None:
    page = Elements(report.render(SOURCE)).text
    assert "No telemetry was given." in page
    assert "1 sessions have no end yet" in page
    assert "States and uptime" not in page
    seen = readings("03-28 00:00", [0.0] * (24 * 60 + 1))
    told = report.render(
        replace(SOURCE, telemetry=seen, lost=["dvc_gone"], fleet=SOURCE.fleet.with_columns(rated_power=None))
    )
    text = Elements(told).text
    assert "Of 94.0 connector-hours, 70.0 were not observed." in text
    assert "dvc_gone" in text
    assert "rated power of some chargers was not given" in text
    assert cells(told)["UK 2023"] == ["all connectors", "70.0", "25.532", "100.000", "100.000", "met"]


def test_odd_records_are_listed_up_to_a_number() -> None:
    many = records(*(record("03-28 10:00", "03-28 11:00", 0.1) for _ in range(40)))
    text = Elements(report.render(replace(SOURCE, records=many))).text
    assert "15 more are not shown." in text
    assert text.count("little") == 25
    assert "No record looks odd." in Elements(report.render(replace(SOURCE, records=records()))).text


def test_a_year_is_told_by_month() -> None:
    year = kpi.Window.days(date(2026, 1, 1), date(2026, 12, 31), "Europe/London")
    rows = cells(report.render(replace(SOURCE, window=year)))
    assert rows["2026-03"][0] == "743.0"


def test_the_page_needs_nothing_else() -> None:
    for source in (SOURCE, replace(SOURCE, telemetry=readings("03-28 00:00", [0.0] * 99)), wicked_source()):
        elements = Elements(report.render(source)).found
        names = {name for name, _ in elements}
        assert names.isdisjoint({"script", "link", "iframe", "object", "embed", "form", "a", "base", "svg"})
        for name, attributes in elements:
            assert not [
                key for key in attributes if key.startswith("on") or key in ("href", "srcset", "action", "style")
            ]
            assert name == "img" or "src" not in attributes
            assert (attributes.get("src") or "data:").startswith("data:")
            assert name != "img" or attributes["alt"]


def test_hostile_ids_stay_text() -> None:
    source = wicked_source()
    page = report.render(source)
    assert "<script" not in page
    text = Elements(page).text
    assert text.count(source.name) >= 8
    assert len(svgs(page)) == 4


def test_markup_is_made_in_one_place() -> None:
    assert tag("p", '<b a="1">', class_="'\"><x") == '<p class="&#x27;&quot;&gt;&lt;x">&lt;b a=&quot;1&quot;&gt;</p>'
    assert tag("p", Html("<b></b>")) == "<p><b></b></p>"
    assert tag("meta", http_equiv="x") == '<meta http-equiv="x">'


def test_pictures_are_whole_and_follow_the_reader() -> None:
    for source in (replace(SOURCE, telemetry=readings("03-28 00:00", [0.0] * 99)), wicked_source()):
        drawn = svgs(report.render(source))
        assert len(drawn) == 4
        for picture in drawn:
            root = ET.fromstring(picture)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert not [each for each in root.iter() if str(each.tag).endswith(("script", "foreignObject"))]
            # The colours of the scale; anything else that is pointed to lies in the picture itself, too.
            links = [value for each in root.iter() for name, value in each.items() if name.endswith("href")]
            assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)
            assert "currentColor" in picture
            assert "#010203" not in picture
            assert "prefers-color-scheme:dark" in picture
    again = report.render(SOURCE, datetime(2026, 4, 1, tzinfo=UTC))
    assert again == report.render(SOURCE, datetime(2026, 4, 1, tzinfo=UTC))


def brightness(image: Path) -> list[int]:
    """Of the page's margin, and the darkest and the brightest there is."""
    grey: Any = Image.open(image).convert("L")
    return [grey.getpixel((3, 3)), *grey.getextrema()]


def test_light_and_dark_in_a_browser(tmp_path: Path) -> None:
    page = report.render(replace(SOURCE, telemetry=readings("03-28 00:00", [0.0] * 99)))
    with served(lambda _: page) as (address, asked):
        pages = {"light": [], "dark": [DARK]}
        for name, flags in pages.items():
            picture = tmp_path / f"{name}.png"
            chromium(tmp_path / "profile", *flags, "--window-size=900,1500", f"--screenshot={picture}", address)
    assert set(asked) <= {"/", "/favicon.ico"}
    margin, low, _ = brightness(tmp_path / "light.png")
    assert (margin, low < 60) == (255, True)
    margin, _, high = brightness(tmp_path / "dark.png")
    assert (margin < 40, high > 200) == (True, True)


def test_nothing_hostile_happens_in_a_browser(tmp_path: Path) -> None:
    with served(lambda address: report.render(wicked_source(address))) as (address, asked):
        seen = chromium(tmp_path / "profile", "--dump-dom", address)
    assert "owned</title>" not in seen
    assert "<script" not in seen
    assert set(asked) <= {"/", "/favicon.ico"}


@pytest.mark.parametrize("zone", ["UTC", "America/Sao_Paulo", "Asia/Kolkata"])
def test_against_the_sandbox(client: tellus.Client, zone: str) -> None:
    site = next(iter(client.sites()))
    end = datetime.now(UTC) - timedelta(hours=1)
    source = report.collect(
        client, site.site_id, kpi.Window(end - timedelta(days=5), end, zone), rated_power={"TP-DC360": 360}
    )
    page = report.render(source)
    total = client.energy("day", source.window.start, end, [site.site_id]).total
    assert total is not None
    assert cells(page)["Energy charged"] == [f"{total.charge_energy:,.1f}", "kWh"]
    # The first and the last hour are not whole.
    assert cells(page)["Hours whose charged energy is the platform&#x27;s"][0] == "121 of 121"
    assert site.name in Elements(page).text
    with pytest.raises(tellus.NotFound, match="there is no site nowhere"):
        report.collect(client, "nowhere", source.window)
