"""A real sandbox for every test: nothing is mocked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from support import FAST

import tellus


@pytest.fixture
def sandbox() -> Iterator[tellus.Sandbox]:
    with tellus.Sandbox(cadence=0.05, query_per_minute=0, token_per_minute=0, history_days=7) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: tellus.Sandbox) -> Iterator[tellus.Client]:
    with sandbox.client(**FAST) as client:
        yield client


@pytest.fixture
async def async_client(sandbox: tellus.Sandbox) -> AsyncIterator[tellus.AsyncClient]:
    async with sandbox.async_client(**FAST) as client:
        yield client


@pytest.fixture(scope="module")
def shared() -> Iterator[tellus.Sandbox]:
    # Commands run in processes of their own, which takes long enough: one sandbox for all of a file's tests.
    options: dict[str, Any] = {"cadence": 0.05, "speed": 60, "history_days": 7, "no_arrivals": True}
    with tellus.Sandbox(query_per_minute=0, control_per_minute=0, token_per_minute=0, **options) as sandbox:
        yield sandbox


@pytest.fixture
def cli(shared: tellus.Sandbox) -> tellus.Sandbox:
    shared.clear_faults()
    shared.clear_journal()
    return shared
