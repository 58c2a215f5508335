"""Starts a charge of a minute at the first idle connector and follows it. Platform: TELLUS_* variables."""

import tellus

with tellus.Client.from_env() as client:
    devices = [client.device(known.device_id) for known in client.known_devices()]
    device_id, connector_id = next(
        (device.device_id, connector.connector_id)
        for device in devices
        for connector in device.connectors
        if connector.status == "idle" and device.status == "online"
    )
    try:
        receipt = client.start(device_id, connector_id, charge_power=7.4, duration=60)
    except tellus.OutcomeUnknown:
        # Not sent again: the state tells whether it was carried out.
        print(client.device(device_id))
        raise
    for status in client.follow_command(receipt.command_id):
        print(status.status, status.result)
        if status.status == "accepted":
            break
    with client.stream([device_id]) as stream:
        print(next(stream))
