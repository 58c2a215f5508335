"""Which connectors there are: what shares of time are shares of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tellus._later import pl
from tellus._tellus import Device

SCHEMA = {"device_id": "Categorical", "connector_id": "Int64", "site_id": "String", "rated_power": "Float64"}


def fleet(devices: Iterable[Device], rated_power: Mapping[str, float] | None = None) -> pl.DataFrame:
    """A table of connectors from what ``client.device(id)`` returns: device_id, connector_id, site_id, rated_power
    (kW).

    `rated_power` names the power of a whole charger in kW by device id or by model; where both are given, the id's
    counts. The platform does not tell it; without it, what needs it is null. A charger's connectors share its power.
    """
    rated = rated_power or {}
    rows = [
        (
            device.device_id,
            connector.connector_id,
            device.site_id,
            rated.get(device.device_id, rated.get(device.model or "")),
        )
        for device in devices
        for connector in device.connectors
    ]
    schema = {name: getattr(pl, kind) for name, kind in SCHEMA.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")
