"""The page as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tellus.report import sections
from tellus.report.html import Html, tag
from tellus.report.source import Source

STYLE = Html("""
:root { color-scheme: light dark; --ink: #1c2127; --soft: #57606a; --page: #ffffff; --line: #d5dae0; --band: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7eb; --soft: #a0a9b3; --page: #15181c; --line: #363d45; --band: #1d2126; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 54rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
header p, .note, figcaption { color: var(--soft); margin: .2rem 0; font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; color: var(--soft); overflow-wrap: normal; }
td.text { overflow-wrap: break-word; }
th.number, td.number { text-align: right; overflow-wrap: normal; }
tbody tr:nth-child(odd) { background: var(--band); }
figure { margin: 1rem 0; }
img { display: block; width: 100%; height: auto; }
li { margin: .3rem 0; }
""")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Whatever got into the page, nothing in it runs and nothing is fetched."""
PARTS = (
    sections.key_figures,
    sections.unseen,
    sections.pictures,
    sections.energy_over_time,
    sections.connectors,
    sections.uptime,
    sections.agreement,
)


def render(source: Source, now: datetime | None = None) -> str:
    """The report as one HTML page that needs nothing else."""
    zone = ZoneInfo(source.window.zone)
    moments = (source.window.start, source.window.end, now or datetime.now(UTC))
    start, end, made = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in moments)
    where = f"{source.site_id}, {source.address}" if source.address else source.site_id
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", f"{source.name}: charging report"),
        tag("style", STYLE),
    )
    top = tag(
        "header",
        tag("h1", source.name),
        tag("p", where),
        tag("p", f"{start} to {end}, local time ({source.window.zone}). Made {made}."),
        tag("p", "Power in kW, negative while discharging. A dash means that it cannot be known."),
    )
    body = tag("body", top, tag("main", *(part(source) for part in PARTS)))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
