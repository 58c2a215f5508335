"""Follows every known charger for a few seconds with callbacks. Reads the platform from TELLUS_* variables."""

import time

import tellus


def on_batch(batch: tellus.Batch) -> None:
    for frame in batch.frames:
        total = sum(reading.power or 0.0 for reading in frame.connectors)
        print(f"{frame.timestamp:%H:%M:%S} {frame.device_id} {total:8.1f} kW")


def on_status(event: tellus.StatusEvent) -> None:
    print(f"stream: {event.status}")


with tellus.Client.from_env() as client:
    devices = [device.device_id for device in client.known_devices()]
    with client.subscribe(devices, on_batch=on_batch, on_status=on_status) as subscription:
        time.sleep(3)
        print(subscription.stats)
