"""The core's events as records of the logger ``tellus``."""

from __future__ import annotations

import logging
import threading

import pytest
from support import FAST, eventually, succeeds

import tellus


def test_records_come_from_the_thread_that_delivers(sandbox: tellus.Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "tellus"), sandbox.client(**FAST) as client:
        sandbox.inject("html", path="/operator/sites")
        assert len(list(client.sites())) == 3
        eventually(lambda: caplog.records)
    record = caplog.records[0]
    assert (record.name, record.levelname) == ("tellus", "DEBUG")
    assert record.getMessage().startswith("trying again error=")
    assert "HTTP 502" in record.getMessage()
    assert record.thread != threading.get_ident()


def test_levels_are_honoured(sandbox: tellus.Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tellus"), sandbox.client(**FAST) as client:
        sandbox.inject("html", path="/operator/sites")
        assert len(list(client.sites())) == 3
        with client.stream(sandbox.device_ids[:1]) as stream:
            next(stream)
            sandbox.inject("stream_drop")
            eventually(lambda: next(stream) and stream.stats.connections == 2)
        eventually(lambda: caplog.records)
    assert {record.levelname for record in caplog.records} == {"INFO"}


def test_nothing_is_printed_unless_asked_for() -> None:
    succeeds(
        """
        import tellus

        with tellus.Sandbox(history_days=1) as sandbox:
            client = tellus.Client(sandbox.base_url, client_id="x", client_secret="y", allow_insecure_http=True)
            try:
                client.authenticate()
            except tellus.Authentication:
                pass
        """
    )
