"""A real sandbox for every test: nothing is mocked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

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
