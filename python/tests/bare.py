"""Run by an interpreter that has the package and nothing else: what works without any extra, and what the rest says."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable

import tellus

assert importlib.util.find_spec("pandas") is None, "this is for an interpreter without any extra"
assert importlib.metadata.version("tellus-sdk") == tellus.__version__


def complaint(call: Callable[[], object]) -> str:
    try:
        call()
    except ImportError as error:
        return str(error)
    return "none"


with tellus.Sandbox() as sandbox, sandbox.client() as client:
    records = client.charging_records()
    assert len(list(records)) > 0
    with client.stream(sandbox.device_ids[:1]) as stream:
        assert next(stream).device_id == sandbox.device_ids[0]
    assert "pip install 'tellus-sdk[pandas]'" in complaint(records.to_pandas)
