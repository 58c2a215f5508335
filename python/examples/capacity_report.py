"""Prints capacity and use of every site. Reads the platform from TELLUS_* variables."""

import tellus

with tellus.Client.from_env() as client:
    for site in client.sites("active"):
        states = ", ".join(f"{count} {state}" for state, count in (site.status_summary or {}).items())
        print(f"{site.name:30} {site.power_capacity or 0:8.0f} kW  {states}")
