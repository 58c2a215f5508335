"""What was read, in a few numbers: see src/checksum.rs. What is told under the same name must be the same."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def of_table(table: pa.Table) -> dict[str, float]:
    """Everything that one can know of a table. Not part of what is measured."""
    ids = table["device_id"].cast(pa.string()).value_counts().to_pylist()
    devices = sum(int.from_bytes(each["values"].encode()[-8:], "little") * each["counts"] for each in ids)
    timestamps = sum(table["timestamp"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist())
    return {
        "readings": len(table),
        "devices": devices % 2**64,
        "timestamps": timestamps % 2**64,
        "connectors": pc.sum(table["connector_id"]).as_py(),
        "states": pc.sum(pc.utf8_length(table["state"].cast(pa.string()))).as_py(),
        "power": pc.sum(table["power"]).as_py(),
        "energy": pc.sum(table["energy_delivered"]).as_py(),
        "soc": pc.sum(table["soc"]).as_py(),
    }


class Sums:
    """Touches every field of every frame, as cheaply as Python can: with that, objects are compared."""

    def __init__(self) -> None:
        self.readings = self.id_lengths = self.microseconds = self.connectors = self.states = 0
        self.power = self.energy = self.soc = 0.0

    def add(self, frame: Any) -> None:
        self.id_lengths += len(frame.device_id)
        self.microseconds += frame.timestamp.microsecond
        for connector in frame.connectors:
            self.readings += 1
            self.connectors += connector.connector_id
            self.states += len(connector.state)
            self.power += connector.power
            self.energy += connector.energy_delivered
            self.soc += connector.soc
