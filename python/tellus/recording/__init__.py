"""Live telemetry on disk: a dataset of Parquet files that grows, outlives crashes, and can be played back.

    DIR/telemetry/date=2026-03-01/shard=0/part-….parquet    one row for each connector reading
    DIR/gaps/date=2026-03-01/part-….parquet                 when a charger was not observed

Files with a dot in front are at work. Needs the extra ``parquet``."""

from tellus.recording.recorder import Recorded, Recorder, record
from tellus.recording.replay import Replay, replay

__all__ = ["Recorded", "Recorder", "Replay", "record", "replay"]
