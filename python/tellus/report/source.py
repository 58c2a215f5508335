"""What a report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tellus import kpi
from tellus._frames import ArrowStream
from tellus._tellus import Device, EnergySeries, Gap, Site
from tellus.client import Client
from tellus.errors import NotFound

if TYPE_CHECKING:
    from tellus._later import pl


@dataclass(frozen=True)
class Source:
    """A site's data over a window."""

    name: str
    site_id: str
    address: str | None
    window: kpi.Window
    fleet: pl.DataFrame
    """See :func:`tellus.kpi.fleet`."""
    records: ArrowStream
    """Charging records, from :data:`tellus.kpi.LOOK_BACK` before the window on; those of other sites do not count."""
    series: EnergySeries | None = None
    """What the platform itself adds up for the site, by day."""
    telemetry: ArrowStream | None = None
    gaps: Sequence[Gap] | ArrowStream | None = None
    lost: Sequence[str] = field(default=())
    """Devices that records name and the platform does not know."""


def collect(
    client: Client,
    site_id: str,
    window: kpi.Window,
    *,
    rated_power: Mapping[str, float] | None = None,
    telemetry: ArrowStream | None = None,
    gaps: Sequence[Gap] | ArrowStream | None = None,
) -> Source:
    """Reads what a report needs: the site, its devices (one call for each device that is known), records and sums.

    Raises ``NotFound`` if there is no such site.
    """
    site = _site(client, site_id)
    devices: list[Device] = []
    lost: list[str] = []
    for known in client.known_devices():
        try:
            devices.append(client.device(known.device_id))
        except NotFound:
            lost.append(known.device_id)
    here = [device for device in devices if device.site_id == site_id]
    records = client.charging_records(start=window.start - kpi.LOOK_BACK, end=window.end).to_polars()
    return Source(
        name=site.name,
        site_id=site_id,
        address=site.address,
        window=window,
        fleet=kpi.fleet(here, rated_power),
        records=records,
        series=client.energy("hour", window.start, window.end, [site_id]),
        telemetry=telemetry,
        gaps=gaps,
        lost=lost,
    )


def _site(client: Client, site_id: str) -> Site:
    for site in client.sites():
        if site.site_id == site_id:
            return site
    raise NotFound(f"there is no site {site_id}", details={"field": "site"})
