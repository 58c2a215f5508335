"""Energy by day and the ten largest sessions of the last month. Reads the platform from TELLUS_* variables."""

from datetime import UTC, datetime, timedelta

import tellus

END = datetime.now(UTC)
START = END - timedelta(days=30)

with tellus.Client.from_env() as client:
    for point in client.energy("day", START, END).points:
        print(f"{point.time}  {point.charge_energy or 0:10.1f} kWh")
    finished = [record for record in client.charging_records(start=START, end=END) if record.end_time]
    for record in sorted(finished, key=lambda record: record.energy, reverse=True)[:10]:
        print(f"{record.start_time:%Y-%m-%d %H:%M} {record.device_id} {record.energy:8.2f} kWh")
