"""What was not observed, and the newest of what was."""

from __future__ import annotations

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
from support import eventually

import tellus
from tellus.live import Live


def test_a_lost_connection_is_a_gap_of_each_device(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    wanted = sorted(sandbox.device_ids[:2])
    told: list[tellus.Gap] = []
    with client.stream(wanted) as stream:
        while len({frame.device_id for frame in (next(stream) for _ in range(4))}) < len(wanted):
            pass
        sandbox.inject("stream_drop")
        for batch in stream.batches():
            told += batch.gaps
            if sum(gap.cause == "reconnect" and gap.closed_at is not None for gap in told) == len(wanted):
                break
        gaps = [gap for gap in stream.gaps() if gap.cause == "reconnect"]
        connecting = [gap for gap in stream.gaps() if gap.cause == "connecting"]
        assert stream.stats.open_gaps == 0
    assert sorted(gap.device_id for gap in gaps) == wanted
    for gap in gaps:
        assert gap.last is not None
        assert gap.next is not None
        assert gap.last.timestamp < gap.next.timestamp
        assert gap.opened_at >= gap.last.received_at
        assert gap in told
    assert [gap.last for gap in connecting] == [None, None]
    assert 'cause="reconnect"' in repr(gaps[0])
    assert gaps[0].to_dict()["last"]["timestamp"] == gaps[0].last.timestamp  # type: ignore[union-attr]


def test_gaps_reach_a_callback(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    told: list[tuple[str, str, bool]] = []

    def on_gap(gap: tellus.Gap) -> None:
        told.append((gap.device_id, gap.cause, gap.closed_at is not None))

    one = sandbox.device_ids[0]
    with client.subscribe([one], on_gap=on_gap):
        eventually(lambda: (one, "connecting", True) in told)
    assert told[0] == (one, "connecting", False)


def test_the_snapshot_holds_the_newest_of_every_connector(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    with client.stream(sandbox.device_ids) as stream:
        eventually(lambda: {frame.device_id for frame in stream.snapshot().frames} == set(sandbox.device_ids))
        before = pa.table(stream.snapshot())
        newest = {frame.device_id: frame for frame in stream.snapshot().frames}
        eventually(lambda: all(f.timestamp > newest[f.device_id].timestamp for f in stream.snapshot().frames))
        assert stream.drops() == {}
    assert before.num_rows == sum(len(frame.connectors) for frame in newest.values())


def test_the_delay_of_frames_is_told(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    with client.stream(sandbox.device_ids[:1]) as stream:
        assert stream.stats.latency is None
        next(stream)
        latency = stream.stats.latency
    assert latency is not None
    assert list(latency) == ["p50", "p90", "p99", "max"]
    assert "latency=p50 " in repr(stream.stats)


def test_a_live_table_tells_what_is_no_news(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    live = Live()
    states: set[str] = set()
    with client.stream(sandbox.device_ids[:1]) as stream:
        for batch in stream.batches():
            live.add(batch)
            states |= {row[2] for row in live.rows()}
            if "no news (paused)" in states:
                break
            if batch.frames and live.unobserved == 0:
                stream.pause()
        assert live.unobserved == 1
        stream.resume()
        for batch in stream.batches():
            live.add(batch)
            if live.unobserved == 0:
                break
