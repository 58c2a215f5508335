"""A report about a site: one HTML page with figures, pictures, and what was not observed.

    from tellus import kpi, report

    window = kpi.Window.days(date(2026, 3, 1), date(2026, 3, 31), "Europe/Berlin")
    Path("report.html").write_text(report.render(report.collect(client, site_id, window)), encoding="utf-8")

On the command line: ``tellus report --site ID --out report.html``. Needs ``pip install 'tellus-sdk[plot]'``.
"""

from tellus.report.page import render
from tellus.report.source import Source, collect

__all__ = ["Source", "collect", "render"]
