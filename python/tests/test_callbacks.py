"""Delivery to callbacks."""

from __future__ import annotations

import logging
import threading

import pytest
from support import eventually

import tellus


def test_batches_and_status_come_from_one_thread(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    frames: list[tellus.TelemetryFrame] = []
    statuses: list[str] = []
    threads: set[int] = set()

    def on_batch(batch: tellus.Batch) -> None:
        threads.add(threading.get_ident())
        frames.extend(batch.frames)

    def on_status(event: tellus.StatusEvent) -> None:
        threads.add(threading.get_ident())
        statuses.append(event.status)

    with client.subscribe(sandbox.device_ids[:2], on_batch=on_batch, on_status=on_status) as subscription:
        eventually(lambda: len(frames) >= 4)
        assert subscription.stats.frames >= 4
    eventually(lambda: statuses == ["connecting", "live", "closed"])
    assert subscription.closed
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_it_is_steered_as_a_stream_is(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    statuses: list[str] = []
    gaps: list[tellus.Gap] = []
    one, other = sandbox.device_ids[:2]
    with client.subscribe(one, on_status=lambda event: statuses.append(event.status), on_gap=gaps.append) as delivery:
        eventually(lambda: len(delivery.snapshot()) == 1)
        assert repr(delivery) == "Subscription(open)"
        delivery.add(other)
        assert delivery.devices == sorted([one, other])
        eventually(lambda: len(delivery.snapshot()) == 2)
        delivery.pause()
        eventually(lambda: statuses[-1] == "paused")
        eventually(lambda: {gap.device_id for gap in delivery.gaps() if not gap.closed_at} == {one, other})
        delivery.resume()
        eventually(lambda: statuses[-1] == "live")
        delivery.network_changed()
        eventually(lambda: delivery.stats.connections == 4)
        assert (delivery.connections, delivery.drops()) == (1, {})
        delivery.remove([one, other])
        eventually(lambda: delivery.closed)
    eventually(lambda: statuses[-1] == "closed")
    assert {gap.device_id for gap in gaps} == {one, other}
    assert repr(delivery) == "Subscription(closed)"


def test_close_inside_a_callback(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    ready, ended = threading.Event(), threading.Event()
    subscription: tellus.Subscription

    def on_batch(_: tellus.Batch) -> None:
        assert ready.wait(5)
        subscription.close()

    def on_status(event: tellus.StatusEvent) -> None:
        if event.status == "closed":
            ended.set()

    subscription = client.subscribe(sandbox.device_ids[:1], on_batch=on_batch, on_status=on_status)
    ready.set()
    assert ended.wait(5)
    eventually(lambda: sandbox.open_streams == 0)


def test_a_raising_callback_is_logged_and_detached_in_the_end(
    sandbox: tellus.Sandbox, client: tellus.Client, caplog: pytest.LogCaptureFixture
) -> None:
    def on_batch(_: tellus.Batch) -> None:
        raise KeyError("boom")

    with caplog.at_level(logging.WARNING, "tellus"):
        subscription = client.subscribe(sandbox.device_ids[:1], on_batch=on_batch)
        eventually(lambda: subscription.closed)
        eventually(lambda: "detached" in caplog.text)
    assert subscription.stats.listener_failures == 10
    raised = [record for record in caplog.records if record.exc_info]
    assert len(raised) == 10
    assert "a telemetry callback raised KeyError" in raised[0].getMessage()


def test_status_events_tell_why_the_stream_waits(sandbox: tellus.Sandbox, client: tellus.Client) -> None:
    events: list[tellus.StatusEvent] = []
    with client.subscribe(sandbox.device_ids[:1], on_status=events.append):
        eventually(lambda: [event.status for event in events] == ["connecting", "live"])
        sandbox.inject("stream_drop")
        eventually(lambda: [event.status for event in events][2:] == ["waiting", "connecting", "live"])
    waiting = events[2]
    assert isinstance(waiting.error, tellus.Connection)
    assert waiting.retry_in is not None
    assert 0 <= waiting.retry_in <= 1
    assert waiting.at.tzinfo is not None
    assert "waiting" in repr(waiting)
    assert waiting.to_dict()["error"] == str(waiting.error)
    assert waiting == waiting
    assert waiting != events[0]
